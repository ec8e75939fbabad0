// Changing exemptions.yaml, so that two who do it at the same time lose nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cascade/base/file.h"
#include "conf/exemptions.h"

namespace crlite {

// The exclusive right to change one exemptions.yaml: load, change and write while it lives.
class ExemptionsLock {
 public:
  // Waits for another holder. Makes the file, empty, when there is none. Errors are kIo.
  static Result<ExemptionsLock> Acquire(const std::string& path);

 private:
  explicit ExemptionsLock(std::unique_ptr<Descriptor> file) : file_(std::move(file)) {}

  std::unique_ptr<Descriptor> file_;  // closing it releases the lock
};

// Replaces the file, mode 0644. Call under its lock.
Status WriteExemptions(const std::string& path, const std::vector<Exemption>& exemptions);

}  // namespace crlite
