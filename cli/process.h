// Running another program and reading what it prints.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cascade/base/result.h"

namespace crlite {

struct ProcessOptions {
  std::vector<std::pair<std::string, std::string>> environment = {};  // set in addition to ours
  std::vector<std::string> unset = {};                                // removed from it
  bool as_nobody = false;            // user and groups 65534, for root alone
  int timeout_s = 60;                // then it is killed
  bool has_terminal_output = false;  // stdout and stderr are ours, `output` stays empty
  // Gets stdout piece by piece, however much there is of it; `output` stays empty.
  std::function<void(std::string_view)> on_output = {};
};

struct ProcessResult {
  int exit_status = 0;  // 128 + n: ended by signal n
  std::string output;   // of stdout, the first 16 MiB
  std::string errors;   // of stderr, the first 64 KiB
  bool timed_out = false;
};

// Runs `arguments[0]`, found in PATH unless it has a slash; its stdin is empty. kIo when it cannot
// be started.
Result<ProcessResult> RunProcess(const std::vector<std::string>& arguments,
                                 const ProcessOptions& options);

}  // namespace crlite
