// The files of a state directory that hold filters: incoming/ (fetched) and filters/ (in force).
//
// A filter's file is named by its SHA-256. incoming/ belongs to whoever fetches, filters/ to
// whoever publishes, which trusts nothing in incoming/ before it has hashed it itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/snapshot/state_directory.h"
#include "sync/offer/offer.h"

namespace crlite {

// Makes one level of directory, readable by all, if it is missing.
Status MakeDirectory(const std::string& path);

// Whether `content` is what was offered; else what differs, and the name of the file.
Status CheckContent(const OfferedFile& file, Bytes content);

class FilterStore {
 public:
  explicit FilterStore(StatePaths paths);

  // The two lists, with their proofs; nullopt when there is none yet.
  Result<std::optional<Offer>> ReadIncoming() const;
  Result<std::optional<Offer>> ReadCurrent() const;
  Status WriteIncoming(const Offer& offer);
  Status WriteCurrent(const Offer& offer);

  // The bytes of a file of filters/, else of incoming/: the first whose hash is right. Else an
  // error that tells what was wrong with them.
  Result<std::vector<uint8_t>> Read(const OfferedFile& file) const;
  // Those of filters/ alone; errors are kMalformed.
  Result<std::vector<uint8_t>> ReadInForce(const OfferedFile& file) const;
  bool IsInForce(const OfferedFile& file) const;

  // Where the bytes of a file of incoming/ are gathered while they arrive, and those of a patch for
  // it. What a broken transfer leaves there stays for the next run.
  std::string PartPath(const OfferedFile& file) const;
  std::string PatchPath(const OfferedFile& file) const;
  // Takes what was gathered at PartPath, if size and hash are right; removes it if not
  // (kMalformed).
  Status AcceptPart(const OfferedFile& file);

  // Verified bytes only. What was gathered of a file that comes whole is needed no more.
  Status PutIncoming(const OfferedFile& file, Bytes content);
  // Durable after SyncInForce. Until then the machine's death may leave other bytes under the name,
  // which whoever reads them finds out.
  Status PutInForce(const OfferedFile& file, Bytes content);
  Status SyncInForce();

  // Deletes what no list in `keep` names, what a run that was killed has left behind included,
  // parts of files on those lists excluded.
  // Files with other names than those of a FilterStore are not ours, and stay.
  void PruneIncoming(const std::vector<const Offer*>& keep);
  void PruneInForce(const Offer& keep);
  // Deletes the files of `offer` in incoming/ (not the list and its proof): filters/ has them now.
  void DropIncoming(const Offer& offer);
  // Deletes those files of `offer` in incoming/ that filters/ holds as well: publish may have
  // lacked the right to.
  void DropPublished(const Offer& offer);
  // Deletes temporary files beside the snapshot. Call under the lock.
  void PruneState();

 private:
  StatePaths paths_;
  std::string offer_, current_;
};

}  // namespace crlite
