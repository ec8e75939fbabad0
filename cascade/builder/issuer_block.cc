#include "cascade/builder/issuer_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

// Reads a part and calls take(serial, is_revoked) for every serial.
template <typename Take>
Status ForEachLabelled(const IssuerSource& source, const Labels& labels, size_t part,
                       const Take& take) {
  return source.ReadKnown(part, [&](std::span<const Bytes> serials) {
    const auto is_revoked = std::make_unique<bool[]>(serials.size());
    labels.Find(serials, is_revoked.get());
    for (size_t i = 0; i < serials.size(); ++i) take(serials[i], is_revoked[i]);
  });
}

}  // namespace

Status IssuerBlock::CountKnown(size_t part) {
  return source_.ReadKnown(part, [&](std::span<const Bytes> serials) { labels_.Mark(serials); });
}

void IssuerBlock::ChooseShape() {
  const std::vector<Bytes> revoked = labels_.Revoked();
  num_revoked_ = revoked.size();
  const uint64_t num_good = labels_.num_good();
  inverted_ = num_revoked_ > num_good;
  num_included_ = std::min(num_revoked_, num_good);
  if (num_included_ == 0) return;
  const uint64_t num_excluded = std::max(num_revoked_, num_good);
  rank_ = static_cast<uint8_t>(std::bit_width(num_excluded / num_included_) - 1);
  if (inverted_) return;
  included_.reserve(revoked.size());
  for (Bytes serial : revoked) included_.push_back(EquationOf(serial));
}

Status IssuerBlock::CollectIncluded(size_t part) {
  std::vector<Equation> found;
  const Status status = ForEachLabelled(source_, labels_, part, [&](Bytes serial, bool is_revoked) {
    if (!is_revoked) found.push_back(EquationOf(serial));
  });
  Append(found, &mutex_, &included_);
  return status;
}

Sha256Digest IssuerBlock::HashIncluded() const {
  Sha256 hash;
  hash.Update(Bytes(source_.issuer().bytes));
  for (const Equation& equation : included_) {
    for (uint64_t limb : equation.a) {
      uint8_t bytes[8];
      for (int i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(limb >> (8 * i));
      hash.Update(bytes);
    }
  }
  return hash.Final();
}

void IssuerBlock::SolveApproximate(const EliminationEffort& effort) {
  SortUnique(&included_);
  if (included_.empty()) return;
  if (rank_ == 0) {
    approx_.m = 1;  // no column has room for the block; m only says that it is not empty
    return;
  }
  approx_ = EliminateZeros(included_, effort);
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
  const Status status = ForEachLabelled(source_, labels_, part, [&](Bytes serial, bool is_revoked) {
    if (is_revoked != inverted_) return;
    const Equation equation = EquationOf(serial);
    if (PassesApproximate(equation, columns)) found.push_back(equation);
  });
  Append(found, &mutex_, &candidates_);
  return status;
}

void IssuerBlock::SolveExact(const EliminationEffort& effort) {
  SortUnique(&candidates_);
  if (!included_.empty()) exact_ = EliminateExactly(included_, candidates_, effort);
  std::vector<Equation>().swap(included_);
  std::vector<Equation>().swap(candidates_);
}

Status IssuerBlock::CollectExceptions(size_t part) {
  std::vector<std::vector<uint8_t>> found;
  const Status status = ForEachLabelled(source_, labels_, part, [&](Bytes serial, bool is_revoked) {
    if (is_revoked != inverted_) return;
    if (std::binary_search(exact_.rejected.begin(), exact_.rejected.end(), EquationOf(serial))) {
      found.emplace_back(serial.begin(), serial.end());
    }
  });
  Append(found, &mutex_, &exceptions_);
  return status;
}

ClubcardBlock IssuerBlock::Finish(uint32_t exact_offset) {
  ClubcardBlock block;
  block.issuer = source_.issuer();
  block.inverted = inverted_;
  if (num_included_ == 0) return block;
  block.rank = rank_;
  block.approx_m = approx_.m;
  block.approx_offset = approx_offset_;
  block.exact_m = exact_.m;
  block.exact_offset = exact_offset;
  SortUnique(&exceptions_);
  for (const std::vector<uint8_t>& serial : exceptions_) block.exceptions.Add(serial);
  return block;
}

Status IssuerBlock::CheckAnswers(size_t part, const Clubcard& clubcard) const {
  const std::string issuer = ToBase64(source_.issuer().bytes, Base64Alphabet::kUrl);
  const ClubcardBlock* block = clubcard.FindBlock(source_.issuer());
  if (block == nullptr) {
    return Error{ErrorCode::kInternal, fmt::format("self-check: issuer {} is missing", issuer)};
  }
  std::string wrong;
  const Status status = ForEachLabelled(source_, labels_, part, [&](Bytes serial, bool is_revoked) {
    const EquationKey key = MakeEquationKey(source_.issuer(), serial);
    if (clubcard.IsRevoked(*block, key, serial) != is_revoked && wrong.empty()) {
      wrong = fmt::format(
          "self-check: issuer {}, serial {}: the new filter says {}, the input {}; "
          "nothing was written",
          issuer, ToHex(serial), is_revoked ? "not revoked" : "revoked",
          is_revoked ? "revoked" : "not revoked");
    }
  });
  if (!status.ok() || wrong.empty()) return status;
  return Error{ErrorCode::kInternal, wrong};
}

}  // namespace crlite
