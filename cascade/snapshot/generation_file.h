// <state>/generation, by which running processes learn of a new snapshot (docs/snapshot-format.md,
// "State directory").
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cascade/base/result.h"

namespace crlite {

// The word; nullopt when this is no generation file.
std::optional<uint64_t> AnnouncedGeneration(const std::string& path);

// Sets the word, and so tells every process that has the file mapped. A file that is missing, or
// that no process would believe, is made anew.
Status AnnounceGeneration(const std::string& path, uint64_t generation);

}  // namespace crlite
