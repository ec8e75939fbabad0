// What lies behind the head of a snapshot, on its way from the compiler to a file: in pieces, so
// that it never stands in memory as a whole, and hashed as it passes.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/sha256.h"

namespace crlite {

// Takes bytes whose place in the snapshot is `offset`.
using SnapshotSink = std::function<Status(uint64_t offset, Bytes bytes)>;

class BodyWriter {
 public:
  // The first byte has the place `offset`. `sink` must outlive the writer.
  BodyWriter(uint64_t offset, const SnapshotSink& sink) : sink_(sink), offset_(offset) {}

  // The place of the next byte.
  uint64_t offset() const { return offset_ + piece_.size(); }

  // The next `size` bytes, all 0, to be filled before the writer is used again. After a failure of
  // the sink they lead nowhere.
  std::span<uint8_t> Next(uint64_t size);
  void Append(Bytes bytes);

  // Hands over what is left. SHA-256 of all bytes, or the sink's first failure. Call once, last.
  Result<Sha256Digest> Finish();

 private:
  void HandOver();

  const SnapshotSink& sink_;
  uint64_t offset_;             // of piece_
  std::vector<uint8_t> piece_;  // not handed over yet
  Sha256 hash_;
  Status status_;
};

}  // namespace crlite
