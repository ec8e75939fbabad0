#include "cascade/snapshot/body_writer.h"

#include <algorithm>

namespace crlite {
namespace {

// Small enough for the cache of one core, so that hashing and writing find the bytes there.
constexpr size_t kPieceSize = 256 << 10;

}  // namespace

std::span<uint8_t> BodyWriter::Next(uint64_t size) {
  if (!piece_.empty() && piece_.size() + size > kPieceSize) HandOver();
  const size_t begin = piece_.size();
  piece_.resize(begin + size);
  return std::span(piece_).subspan(begin);
}

void BodyWriter::Append(Bytes bytes) {
  const std::span<uint8_t> next = Next(bytes.size());
  std::copy(bytes.begin(), bytes.end(), next.begin());
}

Result<Sha256Digest> BodyWriter::Finish() {
  HandOver();
  if (!status_.ok()) return status_.error();
  return hash_.Final();
}

void BodyWriter::HandOver() {
  if (status_.ok()) {
    hash_.Update(piece_);
    status_ = sink_(offset_, piece_);
  }
  offset_ += piece_.size();
  piece_.clear();
}

}  // namespace crlite
