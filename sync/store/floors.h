// How old data may be: never older than what was accepted before, from the same place.
//
// <state>/floors.json, written by whoever publishes (docs/formats.md, "Floors"). All signed data of
// a channel is one place, whoever served it, and its time is the signed one. The times of an
// unsigned place are its own account, and are compared with nothing else.
#pragma once

#include <map>
#include <string>

#include "cascade/base/result.h"
#include "sync/offer/offer.h"

namespace crlite {

class Floors {
 public:
  // No file: no floors. A damaged one is kMalformed, or with `allow_rollback` no floors.
  static Result<Floors> Read(const std::string& path, bool allow_rollback = false);
  Status Write(const std::string& path) const;

  // "signed:<channel>", or the offer's source.
  static std::string IdentityOf(const Offer& offer, const std::string& channel);

  // Whether the offer is at least as new as all that its place gave before. kUnavailable: another
  // source may do better.
  Status CheckNotRollback(const Offer& offer, const std::string& identity) const;
  // Whether signed data was ever accepted.
  bool HasSigned() const;

  // Moves up, or down with `allow_rollback`; true when that changed something.
  bool Set(const std::string& identity, uint64_t data_time_ms, bool allow_rollback);

 private:
  std::map<std::string, uint64_t> times_ms_;
};

}  // namespace crlite
