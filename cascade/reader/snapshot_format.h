// The numbers of the snapshot file. docs/snapshot-format.md says what they mean; the names of its
// fields are the names used here. Everything is little-endian.
//
// Freestanding. Used by the reader (reader/snapshot.cc) and the writer (snapshot/compiler.cc).
#pragma once

#include "cascade/reader/bytes.h"

namespace crlite::snapshot_format {

inline constexpr uint8_t kMagic[8] = {'c', 'r', 'l', 'i', 't', 'e', 's', 'n'};
inline constexpr uint16_t kMajor = 2;
inline constexpr uint16_t kMinor = 0;

// Header: 128 bytes, then section_count section entries.
inline constexpr size_t kHeaderSize = 128;
inline constexpr size_t kMajorAt = 8;
inline constexpr size_t kMinorAt = 10;
inline constexpr size_t kSectionCountAt = 12;
inline constexpr size_t kFileSizeAt = 16;
inline constexpr size_t kGenerationAt = 24;
inline constexpr size_t kDataTimeAt = 32;
inline constexpr size_t kPublishedAt = 40;
inline constexpr size_t kFilterCountAt = 48;
inline constexpr size_t kMaskWordsAt = 52;
inline constexpr size_t kBodyHashAt = 64;
inline constexpr size_t kHeadHashAt = 96;

inline constexpr size_t kSectionEntrySize = 24;
inline constexpr uint32_t kMaxSections = 64;
enum Section : uint32_t {
  kPolicy = 1,
  kFilters = 2,
  kLogs = 3,
  kBreakpoints = 4,
  kBuckets = 5,
  kIssuers = 6,
  kBlobs = 7,
  kExemptions = 8,
  kStrips = 9,
};
inline constexpr uint32_t kNumSections = 9;

inline constexpr size_t kMaxFilters = 512;  // with the self-test filter
inline constexpr size_t kMaxMaskWords = kMaxFilters / 64;
inline constexpr size_t MaskWords(size_t filters) { return (filters + 63) / 64; }

// Section kFilters: hash, name, time_ms.
inline constexpr size_t kFilterNameSize = 32;
inline constexpr size_t kFilterEntrySize = 72;
inline constexpr size_t kFilterNameAt = 32;
inline constexpr size_t kFilterTimeAt = 64;
// The self-test filter's name, which no other filter may have.
inline constexpr char kSelfTestFilterName[] = "self-test";

// Section kLogs: log id, first breakpoint, breakpoint count.
inline constexpr size_t kLogEntrySize = 40;

// Section kBreakpoints: from_ms, mask.
inline constexpr size_t BreakpointSize(size_t mask_words) { return 8 + 8 * mask_words; }

// Section kIssuers: issuer SPKI hash, blob offset, blob length.
inline constexpr size_t kIssuerEntrySize = 48;

// Section kExemptions: key, until_ms; strictly ascending by key.
inline constexpr size_t kExemptionEntrySize = 40;

// A blob: head, enrolled mask, always-revoked mask, rows, descriptors, data, extras.
inline constexpr size_t kBlobHeadSize = 8;
inline constexpr size_t kRowSize = 16;
inline constexpr size_t kDescriptorSize = 20;
inline constexpr size_t kExtraHeadSize = 16;
inline constexpr uint8_t kInverted = 1;
inline constexpr uint8_t kTruncated = 2;
inline constexpr uint8_t kInStrip = 4;
inline constexpr size_t kWindowLoad = 40;  // bytes that a reader loads for one window

// Quads: the first columns of a block, byte by byte in turn.
inline constexpr size_t kQuadColumns = 4;
inline constexpr size_t kQuadLoad = kQuadColumns * 33;  // bytes that a reader loads for one quad

// Section kStrips: for each filter, place and number of its strip's columns.
inline constexpr size_t kStripEntrySize = 16;

// Bytes that hold every window of a block with m positions: bits [0, m + 255).
inline constexpr uint64_t WindowBytes(uint64_t m) { return ((m == 0 ? 1 : m) + 255 + 7) / 8; }

// floor((2^64 - 1) / m): position mod m by one multiplication and one correction.
inline constexpr uint64_t Reciprocal(uint32_t m) { return m == 0 ? 0 : ~uint64_t{0} / m; }

}  // namespace crlite::snapshot_format
