#include "cascade/builder/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cascade/builder/issuer_block.h"
#include "cascade/builder/parallel.h"

namespace crlite {
namespace {

// Random bits behind the last block of an approximate column: as many as an equation reaches, so
// that its block has something to be independent of.
constexpr size_t kTailBits = 256;
constexpr uint64_t kMaxColumnBits = std::numeric_limits<uint32_t>::max();  // offsets are u32

Status CheckColumnBits(uint64_t bits) {
  if (bits <= kMaxColumnBits) return Status::Ok();
  return MalformedError(
      fmt::format("universe: a column of {} bits, a clubcard holds {}; leave out issuers", bits,
                  kMaxColumnBits));
}

void DropTrailingZeros(BitColumn* column) {
  while (!column->empty() && column->back() == 0) column->pop_back();
}

class Builder {
 public:
  Builder(const Universe& universe, const BuildOptions& options)
      : universe_(universe), options_(options) {}

  Result<BuildResult> Run(std::vector<CoverageInterval> coverage);

 private:
  struct Part {
    IssuerBlock* block;
    size_t number;
  };
  using Step = std::function<Status(IssuerBlock&)>;
  using PartStep = std::function<Status(IssuerBlock&, size_t part)>;
  using Filter = std::function<bool(const IssuerBlock&)>;

  Status Load();
  Status BuildColumns();
  Status BuildExact();
  Sha256Digest Seed() const;
  Result<std::vector<uint8_t>> Encode();
  Status SelfCheck(Bytes content);
  BuildSummary Summarise() const;

  Status ForEachBlock(const Step& step);
  // One pass over the known serials of the blocks that `wanted` accepts.
  Status ForEachPart(const char* name, const Filter& wanted, const PartStep& step);

  const Universe& universe_;
  const BuildOptions& options_;
  std::vector<std::unique_ptr<IssuerBlock>> blocks_;  // ascending by issuer
  Clubcard clubcard_;
};

bool All(const IssuerBlock&) { return true; }

Status Builder::ForEachBlock(const Step& step) {
  return ParallelFor(blocks_.size(), options_.threads, [&](size_t i) { return step(*blocks_[i]); });
}

Status Builder::ForEachPart(const char* name, const Filter& wanted, const PartStep& step) {
  std::vector<Part> parts;
  uint64_t total = 0;
  for (const auto& block : blocks_) {
    if (!wanted(*block)) continue;
    for (size_t part = 0; part < block->source().num_parts(); ++part) {
      parts.push_back({block.get(), part});
      total += block->source().PartSize(part);
    }
  }
  if (parts.empty()) return Status::Ok();
  if (options_.observer != nullptr) options_.observer->BeginPass(name, total);
  return ParallelFor(parts.size(), options_.threads, [&](size_t i) {
    const auto& [block, number] = parts[i];
    Status status = step(*block, number);
    if (options_.observer != nullptr) {
      options_.observer->Advance(block->source().PartSize(number));
    }
    return status;
  });
}

Status Builder::Load() {
  for (const auto& source : universe_.issuers) {
    blocks_.push_back(std::make_unique<IssuerBlock>(*source));
  }
  Status status = ForEachBlock([&](IssuerBlock& block) {
    const SerialSet* previous = nullptr;
    if (options_.previous != nullptr) {
      const auto it = options_.previous->find(block.source().issuer());
      if (it != options_.previous->end()) previous = &it->second;
    }
    return block.LoadRevoked(options_.reasons, previous);
  });
  if (!status.ok()) return status;
  status = ForEachPart("counting", All,
                       [](IssuerBlock& block, size_t part) { return block.CountKnown(part); });
  if (!status.ok()) return status;
  std::erase_if(blocks_, [](const auto& block) { return block->is_empty(); });
  return ForEachBlock([](IssuerBlock& block) {
    block.ChooseShape();
    return Status::Ok();
  });
}

// Depends on everything that is encoded and nothing else.
Sha256Digest Builder::Seed() const {
  Sha256 hash;
  for (const auto& block : blocks_) hash.Update(Bytes(block->HashIncluded().bytes));
  return hash.Final();
}

// Blocks of higher rank come first, so that one offset serves a block in all its columns: column k
// holds the blocks of rank above k, which are the first ones.
Status Builder::BuildColumns() {
  Status status = ForEachPart(
      "collecting", [](const IssuerBlock& block) { return block.NeedsIncludedPass(); },
      [](IssuerBlock& block, size_t part) { return block.CollectIncluded(part); });
  if (!status.ok()) return status;
  status = ForEachBlock([&](IssuerBlock& block) {
    block.SolveApproximate(options_.approximate_effort);
    return Status::Ok();
  });
  if (!status.ok()) return status;

  std::vector<IssuerBlock*> order;
  for (const auto& block : blocks_) order.push_back(block.get());
  std::stable_sort(order.begin(), order.end(), [](const IssuerBlock* a, const IssuerBlock* b) {
    return a->rank() > b->rank();
  });
  std::vector<uint64_t> offsets = {0};
  for (IssuerBlock* block : order) {
    offsets.push_back(offsets.back() + block->approximate().num_rows());
  }
  if (status = CheckColumnBits(offsets.back() + kTailBits); !status.ok()) return status;
  for (size_t i = 0; i < order.size(); ++i) {
    order[i]->PlaceApproximate(static_cast<uint32_t>(offsets[i]));
  }

  const Sha256Digest seed = Seed();
  clubcard_.columns.resize(order.empty() ? 0 : order[0]->rank());
  status = ParallelFor(clubcard_.columns.size(), options_.threads, [&](size_t k) {
    const auto in_column = [k](const IssuerBlock* block) { return block->rank() > k; };
    const auto num_blocks = static_cast<size_t>(
        std::partition_point(order.begin(), order.end(), in_column) - order.begin());
    BitColumn& column = clubcard_.columns[k];
    const uint64_t end = offsets[num_blocks];
    column.resize(static_cast<size_t>((end + kTailBits + 63) / 64));
    RandomBits random(seed, k);
    for (uint64_t bit = end; bit < end + kTailBits; ++bit) {
      column[bit / 64] |= static_cast<uint64_t>(random.NextBit()) << (bit % 64);
    }
    for (size_t i = num_blocks; i-- > 0;) {
      order[i]->approximate().Solve(offsets[i], &random, &column);
    }
    DropTrailingZeros(&column);
    return Status::Ok();
  });
  return status;
}

Status Builder::BuildExact() {
  Status status = ForEachPart("filtering", All, [&](IssuerBlock& block, size_t part) {
    return block.CollectCandidates(part, clubcard_.columns);
  });
  if (!status.ok()) return status;
  status = ForEachBlock([&](IssuerBlock& block) {
    block.SolveExact(options_.exact_effort);
    return Status::Ok();
  });
  if (!status.ok()) return status;
  status = ForEachPart(
      "listing exceptions", [](const IssuerBlock& block) { return block.NeedsExceptionPass(); },
      [](IssuerBlock& block, size_t part) { return block.CollectExceptions(part); });
  if (!status.ok()) return status;

  uint64_t end = 0;
  for (const auto& block : blocks_) end += block->exact().num_rows();
  if (status = CheckColumnBits(end); !status.ok()) return status;
  clubcard_.exact.resize(static_cast<size_t>((end + 63) / 64));
  clubcard_.blocks.resize(blocks_.size());
  for (size_t i = blocks_.size(); i-- > 0;) {
    end -= blocks_[i]->exact().num_rows();
    blocks_[i]->exact().Solve(end, nullptr, &clubcard_.exact);
    clubcard_.blocks[i] = blocks_[i]->Finish(static_cast<uint32_t>(end));
  }
  DropTrailingZeros(&clubcard_.exact);
  return Status::Ok();
}

Result<std::vector<uint8_t>> Builder::Encode() {
  clubcard_.format = options_.format;
  return options_.format == Clubcard::Format::kV3 ? WriteClubcardV3(clubcard_)
                                                  : WriteClubcardV4(clubcard_);
}

Status Builder::SelfCheck(Bytes content) {
  Result<std::unique_ptr<Clubcard>> written =
      options_.format == Clubcard::Format::kV3 ? ReadClubcardV3(content) : ReadClubcardV4(content);
  if (!written.ok()) {
    return Error{ErrorCode::kInternal, "self-check: " + written.error().message};
  }
  return ForEachPart("checking", All, [&](IssuerBlock& block, size_t part) {
    return block.CheckAnswers(part, **written);
  });
}

BuildSummary Builder::Summarise() const {
  BuildSummary summary;
  summary.num_issuers = blocks_.size();
  summary.num_left_out = universe_.num_left_out;
  for (const auto& block : blocks_) {
    summary.num_known += block->labels().num_known();
    summary.num_revoked += block->num_revoked();
  }
  for (const ClubcardBlock& block : clubcard_.blocks) {
    summary.num_exceptions += block.exceptions.count;
  }
  return summary;
}

Result<BuildResult> Builder::Run(std::vector<CoverageInterval> coverage) {
  clubcard_.coverage = std::move(coverage);
  for (const auto step : {&Builder::Load, &Builder::BuildColumns, &Builder::BuildExact}) {
    if (Status status = (this->*step)(); !status.ok()) return status.error();
  }
  Result<std::vector<uint8_t>> content = Encode();
  if (!content.ok()) return content.error();
  if (Status status = SelfCheck(*content); !status.ok()) return status.error();
  BuildResult result{std::move(*content), Summarise(), {}};
  if (options_.wants_revset) {
    for (const auto& block : blocks_) {
      result.revset[block->source().issuer()] = block->labels().RevokedAndOld();
    }
  }
  return result;
}

}  // namespace

Result<BuildResult> BuildClubcard(const Universe& universe, std::vector<CoverageInterval> coverage,
                                  const BuildOptions& options) {
  return Builder(universe, options).Run(std::move(coverage));
}

}  // namespace crlite
