// Files that everybody may read, in folders that this project keeps for others: mirrors and upki's
// clients.
#pragma once

#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/bytes.h"

namespace crlite {

// Makes `content` the file's content, mode 0644; true if it had to be written. What is there
// already and whole is left alone, with its time: that is part of what a web server says of its
// version. Its directory exists.
Result<bool> PutPublicFile(const std::string& path, Bytes content);

// What others would get; what they could not read, or what belongs to a user other than root and
// this one, counts as missing. Links are refused.
Result<std::vector<uint8_t>> ReadPublicFile(const std::string& path, uint64_t max_size);

}  // namespace crlite
