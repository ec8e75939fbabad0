// Changing exemptions.yaml, so that two who do it at the same time lose nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "conf/change_lock.h"
#include "conf/exemptions.h"

namespace crlite {

// The exclusive right to change one exemptions.yaml: load, change and write while it lives.
class ExemptionsLock {
 public:
  // Waits for another holder. Errors are kIo.
  static Result<ExemptionsLock> Acquire(const std::string& path);

 private:
  explicit ExemptionsLock(std::unique_ptr<ChangeLock> lock) : lock_(std::move(lock)) {}

  std::unique_ptr<ChangeLock> lock_;
};

// Replaces the file, mode 0644. Call under its lock.
Status WriteExemptions(const std::string& path, const std::vector<Exemption>& exemptions);

}  // namespace crlite
