// What root may rely on: files that nobody else may change.
#pragma once

#include <sys/stat.h>

namespace crlite {

inline bool OnlyRootWrites(const struct stat& status) {
  return status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

}  // namespace crlite
