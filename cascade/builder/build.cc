#include "cascade/builder/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cascade/builder/issuer_block.h"
#include "cascade/builder/parallel.h"

namespace crlite {
namespace {

// Random bits behind the last block of an approximate column, so that it has something to be
// independent of. What a foreign equation makes of them decides all its answers in that block: one
// in 2^64 passes every column.
constexpr size_t kTailBits = 64;
constexpr uint64_t kMaxColumnBits = std::numeric_limits<uint32_t>::max();  // offsets are u32
// Equations of blocks that are eliminated side by side, and kept in memory for that.
constexpr size_t kBatchEquations = 2'000'000;

Status CheckColumnBits(uint64_t bits) {
  if (bits <= kMaxColumnBits) return Status::Ok();
  return MalformedError(
      fmt::format("universe: a column of {} bits, a clubcard holds {}; leave out issuers", bits,
                  kMaxColumnBits));
}

class Builder {
 public:
  Builder(const Universe& universe, const BuildOptions& options)
      : universe_(universe), options_(options) {}

  Result<BuildResult> Run(std::vector<CoverageInterval> coverage);

 private:
  using Blocks = std::span<IssuerBlock* const>;
  using Step = std::function<Status(IssuerBlock&)>;
  using PartStep = std::function<Status(IssuerBlock&, size_t part)>;
  using Filter = std::function<bool(const IssuerBlock&)>;

  Status Load();
  Status Shape();
  Status BuildColumns();
  Status BuildExact();
  Sha256Digest Seed() const;
  Result<std::vector<uint8_t>> Encode();
  Status SelfCheck(Bytes content);
  Result<Revset> CollectRevset() const;
  BuildSummary Summarise() const;

  Status ForEachBlock(Blocks blocks, const Step& step);
  // Tells the observer that the blocks' known serials are about to be read.
  void BeginPass(const char* name, Blocks blocks);
  Status ForEachPart(Blocks blocks, const PartStep& step);
  Status Pass(const char* name, const Filter& wanted, const PartStep& step);
  // Calls `step` for some neighbouring blocks after the other.
  Status ForEachBatch(size_t (IssuerBlock::*size)() const,
                      const std::function<Status(Blocks, unsigned threads_per_block)>& step);

  const Universe& universe_;
  const BuildOptions& options_;
  std::vector<std::unique_ptr<IssuerBlock>> owned_;
  // From the last one in a column to the first: by ascending rank, then issuer. So one offset
  // serves a block in all its columns: column k holds the blocks of rank above k, the first ones.
  std::vector<IssuerBlock*> blocks_;
  Clubcard clubcard_;
};

Status Builder::ForEachBlock(Blocks blocks, const Step& step) {
  return ParallelFor(blocks.size(), options_.threads, [&](size_t i) { return step(*blocks[i]); });
}

void Builder::BeginPass(const char* name, Blocks blocks) {
  if (options_.observer == nullptr || blocks.empty()) return;
  uint64_t total = 0;
  for (const IssuerBlock* block : blocks) {
    for (size_t i = 0; i < block->source().num_parts(); ++i) total += block->source().PartSize(i);
  }
  options_.observer->BeginPass(name, total);
}

Status Builder::ForEachPart(Blocks blocks, const PartStep& step) {
  std::vector<std::pair<IssuerBlock*, size_t>> parts;
  for (IssuerBlock* block : blocks) {
    for (size_t i = 0; i < block->source().num_parts(); ++i) parts.emplace_back(block, i);
  }
  return ParallelFor(parts.size(), options_.threads, [&](size_t i) {
    const auto [block, part] = parts[i];
    Status status = step(*block, part);
    if (options_.observer != nullptr) options_.observer->Advance(block->source().PartSize(part));
    return status;
  });
}

Status Builder::Pass(const char* name, const Filter& wanted, const PartStep& step) {
  std::vector<IssuerBlock*> blocks;
  std::copy_if(blocks_.begin(), blocks_.end(), std::back_inserter(blocks),
               [&](const IssuerBlock* block) { return wanted(*block); });
  BeginPass(name, blocks);
  return ForEachPart(blocks, step);
}

Status Builder::ForEachBatch(size_t (IssuerBlock::*size)() const,
                             const std::function<Status(Blocks, unsigned)>& step) {
  for (size_t begin = 0, end; begin < blocks_.size(); begin = end) {
    size_t sum = 0;
    for (end = begin; end < blocks_.size(); ++end) {
      sum += (blocks_[end]->*size)();
      if (end > begin && sum > kBatchEquations) break;
    }
    const Blocks batch = Blocks(blocks_).subspan(begin, end - begin);
    Status status = step(batch, batch.size() == 1 ? options_.threads : 1);
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

Status Builder::Load() {
  for (const auto& source : universe_.issuers) {
    owned_.push_back(std::make_unique<IssuerBlock>(*source));
    blocks_.push_back(owned_.back().get());
  }
  return ForEachBlock(blocks_, [&](IssuerBlock& block) {
    Labels::Options labels{options_.reasons, nullptr, options_.wants_revset};
    if (options_.previous != nullptr) {
      const auto it = options_.previous->find(block.source().issuer());
      if (it != options_.previous->end()) labels.previous = &it->second;
    }
    return block.LoadRevoked(labels);
  });
}

Status Builder::Shape() {
  Status status = Pass(
      "counting", [](const IssuerBlock&) { return true; },
      [](IssuerBlock& block, size_t part) { return block.CountKnown(part); });
  if (!status.ok()) return status;
  std::erase_if(blocks_, [](const IssuerBlock* block) { return block->is_empty(); });
  (void)ForEachBlock(blocks_, [](IssuerBlock& block) {
    block.ChooseShape();
    return Status::Ok();
  });
  status = Pass(
      "collecting", [](const IssuerBlock& block) { return block.NeedsIncludedPass(); },
      [](IssuerBlock& block, size_t part) { return block.CollectIncluded(part); });
  if (!status.ok()) return status;
  (void)ForEachBlock(blocks_, [](IssuerBlock& block) {
    block.FinishIncluded();
    return Status::Ok();
  });
  std::stable_sort(blocks_.begin(), blocks_.end(), [](const IssuerBlock* a, const IssuerBlock* b) {
    return a->rank() < b->rank();
  });
  return Status::Ok();
}

// Depends on everything that is encoded and nothing else.
Sha256Digest Builder::Seed() const {
  std::vector<Sha256Digest> hashes(blocks_.size());
  (void)ParallelFor(blocks_.size(), options_.threads, [&](size_t i) {
    hashes[i] = blocks_[i]->HashIncluded();
    return Status::Ok();
  });
  Sha256 hash;
  for (const Sha256Digest& digest : hashes) hash.Update(Bytes(digest.bytes));
  return hash.Final();
}

Status Builder::BuildColumns() {
  const Sha256Digest seed = Seed();
  const size_t num_columns = blocks_.empty() ? 0 : blocks_.back()->rank();
  std::vector<GrowingColumn> columns(num_columns);
  std::vector<RandomBits> random;
  for (size_t k = 0; k < num_columns; ++k) {
    random.emplace_back(seed, k);
    for (size_t i = 0; i < kTailBits; ++i) columns[k].Push(random[k].NextBit());
  }
  std::vector<uint64_t> num_rows;  // of each block
  Status status = ForEachBatch(&IssuerBlock::num_approximate, [&](Blocks batch, unsigned threads) {
    (void)ForEachBlock(batch, [&](IssuerBlock& block) {
      block.EliminateApproximate(options_.approximate_effort, threads);
      return Status::Ok();
    });
    (void)ParallelFor(num_columns, options_.threads, [&](size_t k) {
      for (IssuerBlock* block : batch) {
        if (block->rank() > k) block->approximate().Solve(&random[k], &columns[k]);
      }
      return Status::Ok();
    });
    for (IssuerBlock* block : batch) {
      num_rows.push_back(block->approximate().num_rows());
      block->DropApproximate();
    }
    return Status::Ok();
  });
  uint64_t end = 0;
  for (size_t i = blocks_.size(); i-- > 0; end += num_rows[i]) {
    if (status = CheckColumnBits(end + num_rows[i] + kTailBits); !status.ok()) return status;
    blocks_[i]->PlaceApproximate(static_cast<uint32_t>(end));
  }
  for (GrowingColumn& column : columns) clubcard_.columns.push_back(column.Take());
  return Status::Ok();
}

Status Builder::BuildExact() {
  BeginPass("filtering", blocks_);
  GrowingColumn exact;
  std::vector<uint64_t> ends;  // of each block's rows, counted from the end of the column
  Status status = ForEachBatch(&IssuerBlock::num_exact, [&](Blocks batch, unsigned threads) {
    Status read = ForEachPart(batch, [&](IssuerBlock& block, size_t part) {
      return block.CollectCandidates(part, clubcard_.columns);
    });
    if (!read.ok()) return read;
    (void)ForEachBlock(batch, [&](IssuerBlock& block) {
      block.EliminateExact(options_.exact_effort, threads);
      return Status::Ok();
    });
    for (IssuerBlock* block : batch) {
      block->exact().Solve(nullptr, &exact);
      block->DropExact();
      ends.push_back(exact.size());
    }
    return CheckColumnBits(exact.size());
  });
  if (!status.ok()) return status;
  for (size_t i = 0; i < blocks_.size(); ++i) {
    blocks_[i]->PlaceExact(static_cast<uint32_t>(exact.size() - ends[i]));
  }
  clubcard_.exact = exact.Take();
  return Pass(
      "listing exceptions", [](const IssuerBlock& block) { return block.NeedsExceptionPass(); },
      [](IssuerBlock& block, size_t part) { return block.CollectExceptions(part); });
}

Result<std::vector<uint8_t>> Builder::Encode() {
  for (IssuerBlock* block : blocks_) clubcard_.blocks.push_back(block->Finish());
  std::sort(clubcard_.blocks.begin(), clubcard_.blocks.end(),
            [](const auto& a, const auto& b) { return a.issuer < b.issuer; });
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
  Status status = Pass(
      "checking", [](const IssuerBlock&) { return true; },
      [&](IssuerBlock& block, size_t part) { return block.CheckAnswers(part, **written); });
  if (!status.ok()) return status;
  const auto lacks_answers = [](const IssuerBlock& block) { return !block.HasRightCount(); };
  if (std::none_of(blocks_.begin(), blocks_.end(),
                   [&](const IssuerBlock* block) { return lacks_answers(*block); })) {
    return Status::Ok();
  }
  status = Pass("searching", lacks_answers, [&](IssuerBlock& block, size_t part) {
    return block.FindMissing(part, **written);
  });
  if (!status.ok()) return status;
  return Error{ErrorCode::kInternal,
               "self-check: the known serials changed while they were read; build again"};
}

Result<Revset> Builder::CollectRevset() const {
  Revset revset;
  for (const IssuerBlock* block : blocks_) {
    Result<SerialSet> serials = block->labels().RevokedAndOld();
    if (!serials.ok()) return serials.error();
    revset[block->source().issuer()] = std::move(*serials);
  }
  return revset;
}

BuildSummary Builder::Summarise() const {
  BuildSummary summary;
  summary.num_issuers = blocks_.size();
  summary.num_left_out = universe_.num_left_out;
  for (const IssuerBlock* block : blocks_) {
    summary.num_known += block->num_known();
    summary.num_revoked += block->num_revoked();
  }
  for (const ClubcardBlock& block : clubcard_.blocks) {
    summary.num_exceptions += block.exceptions.count;
  }
  return summary;
}

Result<BuildResult> Builder::Run(std::vector<CoverageInterval> coverage) {
  clubcard_.coverage = std::move(coverage);
  for (const auto step :
       {&Builder::Load, &Builder::Shape, &Builder::BuildColumns, &Builder::BuildExact}) {
    if (Status status = (this->*step)(); !status.ok()) return status.error();
  }
  Result<std::vector<uint8_t>> content = Encode();
  if (!content.ok()) return content.error();
  if (Status status = SelfCheck(*content); !status.ok()) return status.error();
  BuildResult result{std::move(*content), Summarise(), {}};
  if (options_.wants_revset) {
    Result<Revset> revset = CollectRevset();
    if (!revset.ok()) return revset.error();
    result.revset = std::move(*revset);
  }
  return result;
}

}  // namespace

Result<BuildResult> BuildClubcard(const Universe& universe, std::vector<CoverageInterval> coverage,
                                  const BuildOptions& options) {
  return Builder(universe, options).Run(std::move(coverage));
}

}  // namespace crlite
