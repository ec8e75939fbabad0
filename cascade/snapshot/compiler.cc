#include "cascade/snapshot/compiler.h"

#include <fmt/format.h>

#include <algorithm>

#include "cascade/reader/snapshot_format.h"
#include "cascade/snapshot/coverage_table.h"
#include "cascade/snapshot/issuer_blob.h"
#include "cascade/snapshot/little_endian.h"
#include "cascade/snapshot/self_test.h"
#include "cascade/snapshot/strip.h"

namespace crlite {

using namespace snapshot_format;

namespace {

bool IsFilterName(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= kFilterNameSize && name != "." && name != ".." &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

Status CheckInput(const SnapshotInput& input) {
  if (input.filters.size() >= kMaxFilters) {
    return MalformedError(
        fmt::format("snapshot: {} filters, at most {} fit", input.filters.size(), kMaxFilters - 1));
  }
  std::vector<std::string_view> names = {kSelfTestFilterName};
  for (const SnapshotFilter& filter : input.filters) {
    if (!IsFilterName(filter.name)) {
      return MalformedError(fmt::format(
          "snapshot: filter name '{}', wanted 1 to 32 of A-Z a-z 0-9 . _ -", filter.name));
    }
    if (std::find(names.begin(), names.end(), filter.name) != names.end()) {
      return MalformedError(fmt::format("snapshot: two filters are named '{}'", filter.name));
    }
    names.push_back(filter.name);
  }
  return Status::Ok();
}

// One block of one filter, for gathering the blocks of each issuer.
struct BlockReference {
  const ClubcardBlock* block;
  uint64_t issuer_begin;  // saves most looks into the block
  uint32_t filter;
};

std::vector<BlockReference> BlocksByIssuer(const std::vector<const Clubcard*>& filters) {
  std::vector<BlockReference> references;
  size_t count = 0;
  for (const Clubcard* filter : filters) count += filter->blocks.size();
  references.reserve(count);
  for (uint32_t i = 0; i < filters.size(); ++i) {
    for (const ClubcardBlock& block : filters[i]->blocks) {
      references.push_back({&block, LoadBe64(block.issuer.bytes), i});
    }
  }
  std::stable_sort(references.begin(), references.end(),
                   [](const BlockReference& a, const BlockReference& b) {
                     if (a.issuer_begin != b.issuer_begin) return a.issuer_begin < b.issuer_begin;
                     return a.block->issuer < b.block->issuer;
                   });
  return references;
}

struct PlannedIssuer {
  IssuerSpkiHash issuer;
  IssuerBlobPlan plan;
  uint64_t offset;  // in section kBlobs
  uint64_t size;
};

Error TooLarge() {
  return MalformedError(
      fmt::format("snapshot: these filters would need more than {} bytes", kMaxSnapshotSize));
}

// Lays out the blobs of all issuers, and adds to the strips of the filters; an error when the blobs
// would need more than `max_size` bytes.
Result<std::vector<PlannedIssuer>> PlanIssuers(const std::vector<const Clubcard*>& filters,
                                               size_t mask_words, uint64_t max_size,
                                               std::vector<Strip>* strips) {
  std::vector<PlannedIssuer> issuers;
  const std::vector<BlockReference> references = BlocksByIssuer(filters);
  uint64_t offset = 0;
  for (size_t i = 0; i < references.size();) {
    const IssuerSpkiHash& issuer = references[i].block->issuer;
    IssuerBlobPlan plan(mask_words);
    for (; i < references.size() && references[i].block->issuer == issuer; ++i) {
      plan.Add(references[i].filter, *filters[references[i].filter], *references[i].block);
    }
    const uint64_t size = plan.Finish(strips);
    if (size > max_size - offset) return TooLarge();
    issuers.push_back({issuer, std::move(plan), offset, size});
    offset += size;
  }
  return issuers;
}

// The table of all strips, then the strips; an error when they would need more than `max_size`
// bytes.
Result<std::vector<uint8_t>> MakeStrips(const std::vector<const Clubcard*>& filters,
                                        uint64_t max_size, std::vector<Strip>* strips) {
  std::vector<uint64_t> sizes;
  uint64_t total = kStripEntrySize * filters.size() + 8;  // a window is read up to 8 bytes too far
  for (Strip& strip : *strips) {
    sizes.push_back(strip.Finish());
    total += sizes.back();
    if (total > max_size) return TooLarge();
  }
  std::vector<uint8_t> section(total);
  uint64_t at = kStripEntrySize * filters.size();
  for (size_t i = 0; i < filters.size(); ++i) {
    uint8_t* entry = section.data() + kStripEntrySize * i;
    StoreLe(entry, at);
    StoreLe(entry + 8, static_cast<uint32_t>((*strips)[i].num_columns()));
    (*strips)[i].Write(*filters[i], at, std::span(section).subspan(at, sizes[i]));
    at += sizes[i];
  }
  return section;
}

std::vector<uint8_t> MakePolicy(const Policy& policy) {
  std::vector<uint8_t> section(kEncodedPolicySize);
  EncodePolicy(policy, section.data());
  return section;
}

std::vector<uint8_t> MakeFilterTable(const SnapshotInput& input) {
  std::vector<uint8_t> table((input.filters.size() + 1) * kFilterEntrySize);
  uint8_t* at = table.data();
  for (const SnapshotFilter& filter : input.filters) {
    memcpy(at, filter.hash.bytes, kHashSize);
    memcpy(at + kFilterNameAt, filter.name.data(), filter.name.size());
    StoreLe(at + kFilterTimeAt, filter.time_ms);
    at += kFilterEntrySize;
  }
  memcpy(at + kFilterNameAt, kSelfTestFilterName, sizeof kSelfTestFilterName - 1);
  return table;
}

// 2^b + 1 bounds: issuers whose hash begins with the b bits i are [bounds[i], bounds[i + 1]).
std::vector<uint8_t> MakeBuckets(const std::vector<PlannedIssuer>& issuers) {
  size_t num_buckets = 1;
  while (num_buckets < issuers.size() && num_buckets < 65536) num_buckets *= 2;
  std::vector<uint32_t> bounds(num_buckets + 1);
  for (const PlannedIssuer& issuer : issuers) {
    ++bounds[(LoadBe16(issuer.issuer.bytes) * num_buckets >> 16) + 1];
  }
  std::vector<uint8_t> section;
  uint32_t sum = 0;
  for (uint32_t count : bounds) AppendLe(&section, sum += count);
  return section;
}

std::vector<uint8_t> MakeIssuerTable(const std::vector<PlannedIssuer>& issuers) {
  std::vector<uint8_t> table;
  for (const PlannedIssuer& issuer : issuers) {
    AppendBytes(&table, issuer.issuer.bytes);
    AppendLe(&table, issuer.offset);
    AppendLe(&table, issuer.size);
  }
  return table;
}

// Ascending by key, each key once.
std::vector<uint8_t> MakeExemptionTable(std::vector<SnapshotExemption> exemptions) {
  std::sort(exemptions.begin(), exemptions.end(),
            [](const SnapshotExemption& a, const SnapshotExemption& b) {
              return a.key == b.key ? a.until_ms > b.until_ms : a.key < b.key;
            });
  std::vector<uint8_t> table;
  for (size_t i = 0; i < exemptions.size(); ++i) {
    if (i != 0 && exemptions[i].key == exemptions[i - 1].key) continue;
    AppendBytes(&table, exemptions[i].key.bytes);
    AppendLe(&table, exemptions[i].until_ms);
  }
  return table;
}

uint64_t RoundUp8(uint64_t n) { return (n + 7) / 8 * 8; }

// The header but for its hashes.
void WriteHeader(const SnapshotInput& input, size_t section_count, uint64_t file_size, uint8_t* p) {
  const size_t filter_count = input.filters.size() + 1;
  memcpy(p, kMagic, sizeof kMagic);
  StoreLe(p + kMajorAt, kMajor);
  StoreLe(p + kMinorAt, kMinor);
  StoreLe(p + kSectionCountAt, static_cast<uint32_t>(section_count));
  StoreLe(p + kFileSizeAt, file_size);
  StoreLe(p + kGenerationAt, input.generation);
  StoreLe(p + kDataTimeAt, input.data_time_ms);
  StoreLe(p + kPublishedAt, input.published_ms);
  StoreLe(p + kFilterCountAt, static_cast<uint32_t>(filter_count));
  StoreLe(p + kMaskWordsAt, static_cast<uint32_t>(MaskWords(filter_count)));
}

void WriteBlobs(const std::vector<PlannedIssuer>& issuers, const std::vector<Strip>& strips,
                BodyWriter* body) {
  for (const PlannedIssuer& issuer : issuers) issuer.plan.Write(strips, body->Next(issuer.size));
}

}  // namespace

Result<SnapshotPlan> SnapshotPlan::Make(const SnapshotInput& input) {
  if (Status checked = CheckInput(input); !checked.ok()) return checked.error();
  SnapshotPlan plan;
  plan.self_test_ = std::make_unique<const Clubcard>(self_test::MakeClubcard());
  std::vector<const Clubcard*> filters;
  for (const SnapshotFilter& filter : input.filters) filters.push_back(filter.clubcard);
  filters.push_back(plan.self_test_.get());
  const size_t mask_words = MaskWords(filters.size());

  const uint64_t coverage_size = MaxCoverageTableSize(filters, mask_words);
  if (coverage_size > kMaxSnapshotSize) return TooLarge();
  std::vector<Strip> strips(filters.size());
  Result<std::vector<PlannedIssuer>> issuers =
      PlanIssuers(filters, mask_words, kMaxSnapshotSize - coverage_size, &strips);
  if (!issuers.ok()) return issuers.error();
  const uint64_t blobs_size = issuers->back().offset + issuers->back().size;
  Result<std::vector<uint8_t>> strip_section =
      MakeStrips(filters, kMaxSnapshotSize - coverage_size - blobs_size, &strips);
  if (!strip_section.ok()) return strip_section.error();

  CoverageTable coverage = MakeCoverageTable(filters, mask_words);
  plan.Add(kPolicy, MakePolicy(input.policy));
  plan.Add(kFilters, MakeFilterTable(input));
  plan.Add(kLogs, std::move(coverage.logs));
  plan.Add(kBreakpoints, std::move(coverage.breakpoints));
  plan.Add(kBuckets, MakeBuckets(*issuers));
  plan.Add(kIssuers, MakeIssuerTable(*issuers));
  plan.Add(kExemptions, MakeExemptionTable(input.exemptions));
  plan.Add(kStrips, std::move(*strip_section));
  plan.sections_.push_back({kBlobs, blobs_size,
                            [issuers = std::move(*issuers), strips = std::move(strips)](
                                BodyWriter* body) { WriteBlobs(issuers, strips, body); }});
  plan.LayOut(input);
  if (plan.size_ > kMaxSnapshotSize) return TooLarge();
  return plan;
}

void SnapshotPlan::Add(snapshot_format::Section id, std::vector<uint8_t> content) {
  const uint64_t size = content.size();
  sections_.push_back(
      {id, size, [content = std::move(content)](BodyWriter* body) { body->Append(content); }});
}

void SnapshotPlan::LayOut(const SnapshotInput& input) {
  head_.resize(kHeaderSize + sections_.size() * kSectionEntrySize);
  uint8_t* entry = head_.data() + kHeaderSize;
  size_ = head_.size();
  for (Section& section : sections_) {
    section.offset = RoundUp8(size_);
    size_ = section.offset + section.size;
    StoreLe(entry, uint32_t{section.id});
    StoreLe(entry + 8, section.offset);
    StoreLe(entry + 16, section.size);
    entry += kSectionEntrySize;
  }
  WriteHeader(input, sections_.size(), size_, head_.data());
}

Status SnapshotPlan::Write(const SnapshotSink& sink) const {
  BodyWriter body(head_.size(), sink);
  for (const Section& section : sections_) {
    body.Next(section.offset - body.offset());
    section.write(&body);
    if (body.offset() != section.offset + section.size) {
      return Error{ErrorCode::kInternal,
                   fmt::format("snapshot: section {}: {} bytes written, {} planned",
                               uint32_t{section.id}, body.offset() - section.offset, section.size)};
    }
  }
  const Result<Sha256Digest> body_hash = body.Finish();
  if (!body_hash.ok()) return body_hash.error();
  std::vector<uint8_t> head = head_;
  memcpy(head.data() + kBodyHashAt, body_hash->bytes, kHashSize);
  const Bytes bytes(head);
  const Sha256Digest head_hash = Sha256::Hash(bytes.first(kHeadHashAt), bytes.subspan(kHeaderSize));
  memcpy(head.data() + kHeadHashAt, head_hash.bytes, kHashSize);
  return sink(0, head);
}

Result<std::vector<uint8_t>> CompileSnapshot(const SnapshotInput& input) {
  const Result<SnapshotPlan> plan = SnapshotPlan::Make(input);
  if (!plan.ok()) return plan.error();
  std::vector<uint8_t> file(plan->size());
  const Status written = plan->Write([&file](uint64_t offset, Bytes bytes) {
    std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<ptrdiff_t>(offset));
    return Status::Ok();
  });
  if (!written.ok()) return written.error();
  return file;
}

}  // namespace crlite
