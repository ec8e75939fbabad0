#include "cascade/filter/clubcard_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cascade/base/file.h"

namespace crlite {
namespace {

constexpr uint64_t kMaxU64 = std::numeric_limits<uint64_t>::max();
constexpr size_t kCoverageEntrySize = kHashSize + 8 + 8;

bool ReadColumn(FieldReader* reader, size_t count_width, BitColumn* out) {
  size_t count = 0;
  return reader->Count("word count", count_width, kMaxU64, 8, &count) && reader->Words(count, out);
}

void WriteColumn(const BitColumn& column, size_t count_width, FieldWriter* writer) {
  writer->Number(count_width, column.size());
  for (uint64_t word : column) writer->Number(8, word);
}

}  // namespace

bool ReadVersion(FieldReader* reader, uint8_t version) {
  return reader->Constant("version", 1, version) && reader->Constant("reserved byte", 1, 0);
}

std::optional<size_t> FindRepeatedHash(Bytes content, std::vector<size_t> offsets) {
  const auto compare = [content](size_t a, size_t b) {
    return memcmp(content.data() + a, content.data() + b, kHashSize);
  };
  // Most writers write them in order.
  if (std::adjacent_find(offsets.begin(), offsets.end(), [compare](size_t a, size_t b) {
        return compare(a, b) >= 0;
      }) == offsets.end()) {
    return std::nullopt;
  }
  std::sort(offsets.begin(), offsets.end(), [compare](size_t a, size_t b) {
    const int order = compare(a, b);
    return order != 0 ? order < 0 : a < b;
  });
  const auto twin = std::adjacent_find(
      offsets.begin(), offsets.end(), [compare](size_t a, size_t b) { return compare(a, b) == 0; });
  if (twin == offsets.end()) return std::nullopt;
  return *(twin + 1);
}

bool ReadCoverage(FieldReader* reader, Bytes content, CountWidths widths, Clubcard* clubcard) {
  reader->BeginPart("coverage");
  size_t count = 0;
  if (!reader->Count("entry count", widths.coverage, kMaxCoverageEntries, kCoverageEntrySize,
                     &count)) {
    return false;
  }
  clubcard->coverage.resize(count);
  std::vector<size_t> offsets(count);
  for (size_t i = 0; i < count; ++i) {
    reader->BeginPart("coverage entry", i);
    CoverageInterval& interval = clubcard->coverage[i];
    offsets[i] = reader->offset();
    if (!reader->Hash("log id", interval.log.bytes) ||
        !reader->Number("low", 8, kMaxU64, &interval.low_ms) ||
        !reader->Number("high", 8, kMaxU64, &interval.high_ms)) {
      return false;
    }
  }
  const auto repeated = FindRepeatedHash(content, std::move(offsets));
  if (!repeated) return true;
  reader->BeginPart("coverage");
  return reader->Fail("log id", *repeated, "the same as an earlier one; each log once is wanted");
}

bool ReadRank(FieldReader* reader, size_t width, size_t entry, LargestRank* largest, uint8_t* out) {
  const size_t offset = reader->offset();
  if (!reader->Number("rank", width, kMaxRank, out)) return false;
  if (*out > largest->rank) *largest = {*out, entry, offset};
  return true;
}

bool ReadExceptions(FieldReader* reader, size_t count_width, size_t length_width, SerialList* out) {
  size_t count = 0;
  if (!reader->Count("exception count", count_width, kMaxExceptionsPerBlock, length_width + 1,
                     &count)) {
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    const size_t offset = reader->offset();
    size_t length = 0;
    Bytes serial;
    if (!reader->Number("exception length", length_width, kMaxSerialSize, &length)) return false;
    if (length == 0) return reader->Fail("exception length 0", offset, "1 to 255 wanted");
    if (!reader->Raw("exception", length, &serial)) return false;
    out->Add(serial);
  }
  return true;
}

bool ReadColumns(FieldReader* reader, CountWidths widths, const LargestRank& largest,
                 Clubcard* clubcard) {
  reader->BeginPart("columns");
  size_t count = 0;
  if (!reader->Count("column count", widths.columns, kMaxU64, widths.words, &count)) return false;
  if (largest.rank > count) {
    reader->BeginPart("index entry", largest.entry);
    return reader->Fail(fmt::format("rank {}", largest.rank), largest.offset,
                        fmt::format("the file has {} columns", count));
  }
  clubcard->columns.resize(count);
  for (size_t i = 0; i < count; ++i) {
    reader->BeginPart("column", i);
    if (!ReadColumn(reader, widths.words, &clubcard->columns[i])) return false;
  }
  reader->BeginPart("exact column");
  return ReadColumn(reader, widths.words, &clubcard->exact) && reader->End();
}

void WriteCoverage(const Clubcard& clubcard, CountWidths widths, FieldWriter* writer) {
  writer->Number(widths.coverage, clubcard.coverage.size());
  for (const CoverageInterval& interval : clubcard.coverage) {
    writer->Raw(interval.log.bytes);
    writer->Number(8, interval.low_ms);
    writer->Number(8, interval.high_ms);
  }
}

void WriteExceptions(const SerialList& serials, size_t count_width, size_t length_width,
                     FieldWriter* writer) {
  writer->Number(count_width, serials.count);
  serials.ForEach([&](Bytes serial) {
    writer->Number(length_width, serial.size());
    writer->Raw(serial);
  });
}

void WriteColumns(const Clubcard& clubcard, CountWidths widths, FieldWriter* writer) {
  size_t largest_rank = 0;
  for (const ClubcardBlock& block : clubcard.blocks) {
    largest_rank = std::max<size_t>(largest_rank, block.rank);
  }
  writer->Number(widths.columns, largest_rank);
  for (size_t i = 0; i < largest_rank; ++i) {
    WriteColumn(clubcard.columns[i], widths.words, writer);
  }
  WriteColumn(clubcard.exact, widths.words, writer);
}

Result<std::vector<uint8_t>> FinishFile(FieldWriter* writer) {
  std::vector<uint8_t> file = writer->Take();
  if (file.size() > kMaxFilterFileSize) {
    return MalformedError(fmt::format("clubcard: {} bytes when encoded, at most {} are readable",
                                      file.size(), kMaxFilterFileSize));
  }
  return file;
}

}  // namespace crlite
