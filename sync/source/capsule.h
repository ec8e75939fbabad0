// One file that carries filters and their proof to machines without a network (docs/formats.md,
// "Capsule").
#pragma once

#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "sync/offer/proof.h"
#include "sync/store/filter_store.h"

namespace crlite {

// Writes proof and files of `offer`, which has a proof, taken from `store`, to `path`: a temporary
// file, renamed when it is whole.
Status WriteCapsule(const Offer& offer, const FilterStore& store, const std::string& path);

// Where the parts of a capsule lie. Opening checks the frame alone: nothing in it is believed.
class Capsule {
 public:
  // Errors are kMalformed or kIo and name `path`.
  static Result<Capsule> Open(const std::string& path);

  const Proof& proof() const { return proof_; }
  // The bytes of the first blob that has the size and hash of `file`.
  Result<std::vector<uint8_t>> Read(const OfferedFile& file) const;

 private:
  struct Blob {
    uint64_t offset, size;
  };
  std::string path_;
  Proof proof_;
  std::vector<Blob> blobs_;
};

}  // namespace crlite
