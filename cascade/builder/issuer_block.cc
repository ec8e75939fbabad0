#include "cascade/builder/issuer_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "cascade/base/hex.h"

namespace crlite {
namespace {

template <typename T>
void SortUnique(std::vector<T>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

template <typename T>
void Append(const std::vector<T>& from, std::mutex* mutex, std::vector<T>* to) {
  const std::lock_guard lock(*mutex);
  to->insert(to->end(), from.begin(), from.end());
}

// Calls take(serial, key) for every known serial of the part.
template <typename Take>
Status ForEachKnown(const IssuerSource& source, size_t part, const Take& take) {
  const Bytes issuer(source.issuer().bytes);
  return source.ReadKnown(part, [&](std::span<const Bytes> serials) {
    for (size_t i = 0; i < serials.size(); i += 2) {
      const Bytes pair[2] = {serials[i], serials[std::min(i + 1, serials.size() - 1)]};
      Sha256Digest digests[2];
      Sha256::HashPair(issuer, pair[0], pair[1], digests);
      for (size_t j = 0; j < 2 && i + j < serials.size(); ++j) {
        take(pair[j], MakeEquationKey(digests[j].bytes));
      }
    }
  });
}

Error WrongAnswer(const IssuerSpkiHash& issuer, Bytes serial, bool is_revoked) {
  return Error{
      ErrorCode::kInternal,
      fmt::format("self-check: issuer {}, serial {}: the new filter says {}, the input "
                  "{}; nothing was written",
                  ToBase64(issuer.bytes, Base64Alphabet::kUrl), ToHex(serial),
                  is_revoked ? "not revoked" : "revoked", is_revoked ? "revoked" : "not revoked")};
}

}  // namespace

Status IssuerBlock::CountKnown(size_t part) {
  return source_.ReadKnown(part, [&](std::span<const Bytes> serials) { labels_.Mark(serials); });
}

void IssuerBlock::ChooseShape() {
  labels_.Finish();
  const uint64_t num_good = labels_.num_known() - labels_.num_revoked_marks();
  inverted_ = num_revoked() > num_good;
  num_included_ = std::min(num_revoked(), num_good);
  if (num_included_ == 0) return;
  const uint64_t num_excluded = std::max(num_revoked(), num_good);
  rank_ = static_cast<uint8_t>(std::bit_width(num_excluded / num_included_) - 1);
}

size_t IssuerBlock::num_exact() const {
  return num_included_ + (std::max(num_revoked(), num_known() - num_revoked()) >> rank_);
}

Status IssuerBlock::CollectIncluded(size_t part) {
  std::vector<Equation> found;
  const Status status = ForEachKnown(source_, part, [&](Bytes, const EquationKey& key) {
    const Equation equation(key);
    if (!labels_.IsRevoked(equation)) found.push_back(equation);
  });
  Append(found, &mutex_, &good_);
  return status;
}

void IssuerBlock::FinishIncluded() { SortUnique(&good_); }

Sha256Digest IssuerBlock::HashIncluded() const {
  Sha256 hash;
  hash.Update(Bytes(source_.issuer().bytes));
  for (const Equation& equation : included()) {
    uint8_t bytes[32];
    for (size_t i = 0; i < 32; ++i) {
      bytes[i] = static_cast<uint8_t>(equation.a[i / 8] >> (8 * (i % 8)));
    }
    hash.Update(bytes);
  }
  return hash.Final();
}

void IssuerBlock::EliminateApproximate(const EliminationEffort& effort, unsigned threads) {
  if (num_included_ == 0) return;
  if (rank_ == 0) {
    approx_.m = 1;  // no column has room for the block; m only says that it is not empty
    return;
  }
  approx_ = EliminateZeros(included(), effort, threads);
}

bool IssuerBlock::PassesApproximate(const Equation& equation,
                                    const std::vector<BitColumn>& columns) const {
  const uint64_t start = approx_offset_ + equation.Position(approx_.m);
  for (size_t k = 0; k < rank_; ++k) {
    if (InnerProduct(equation.a, columns[k], start)) return false;
  }
  return true;
}

Status IssuerBlock::CollectCandidates(size_t part, const std::vector<BitColumn>& columns) {
  std::vector<Equation> found;
  const Status status = ForEachKnown(source_, part, [&](Bytes, const EquationKey& key) {
    const Equation equation(key);
    if (!PassesApproximate(equation, columns)) return;
    if (labels_.IsRevoked(equation) == inverted_) found.push_back(equation);
  });
  Append(found, &mutex_, &candidates_);
  return status;
}

void IssuerBlock::EliminateExact(const EliminationEffort& effort, unsigned threads) {
  SortUnique(&candidates_);
  if (num_included_ > 0) exact_ = EliminateExactly(included(), candidates_, effort, threads);
  std::vector<Equation>().swap(candidates_);
}

Status IssuerBlock::CollectExceptions(size_t part) {
  std::vector<std::vector<uint8_t>> found;
  const Status status = ForEachKnown(source_, part, [&](Bytes serial, const EquationKey& key) {
    const std::vector<Equation>& rejected = exact_.rejected;
    if (std::binary_search(rejected.begin(), rejected.end(), Equation(key))) {
      found.emplace_back(serial.begin(), serial.end());
    }
  });
  Append(found, &mutex_, &exceptions_);
  return status;
}

ClubcardBlock IssuerBlock::Finish() {
  ClubcardBlock block;
  block.issuer = source_.issuer();
  block.inverted = inverted_;
  if (num_included_ == 0) return block;
  block.rank = rank_;
  block.approx_m = approx_.m;
  block.approx_offset = approx_offset_;
  block.exact_m = exact_.m;
  block.exact_offset = exact_offset_;
  SortUnique(&exceptions_);
  for (const std::vector<uint8_t>& serial : exceptions_) block.exceptions.Add(serial);
  return block;
}

Status IssuerBlock::CheckAnswers(size_t part, const Clubcard& clubcard) {
  const ClubcardBlock* block = clubcard.FindBlock(source_.issuer());
  if (block == nullptr) {
    return Error{ErrorCode::kInternal,
                 fmt::format("self-check: issuer {} is missing", ToHex(source_.issuer().bytes))};
  }
  uint64_t num_revoked_answers = 0;
  Status wrong;
  const Status status = ForEachKnown(source_, part, [&](Bytes serial, const EquationKey& key) {
    if (!clubcard.IsRevoked(*block, key, serial)) return;
    ++num_revoked_answers;
    if (!labels_.IsRevoked(Equation(key)) && wrong.ok()) {
      wrong = WrongAnswer(source_.issuer(), serial, /*is_revoked=*/false);
    }
  });
  num_revoked_answers_ += num_revoked_answers;
  return status.ok() ? wrong : status;
}

Status IssuerBlock::FindMissing(size_t part, const Clubcard& clubcard) const {
  const ClubcardBlock* block = clubcard.FindBlock(source_.issuer());
  Status missing;
  const Status status = ForEachKnown(source_, part, [&](Bytes serial, const EquationKey& key) {
    if (missing.ok() && labels_.IsRevoked(Equation(key)) &&
        !clubcard.IsRevoked(*block, key, serial)) {
      missing = WrongAnswer(source_.issuer(), serial, /*is_revoked=*/true);
    }
  });
  return status.ok() ? missing : status;
}

}  // namespace crlite
