// An explanation on stdout.
#pragma once

#include <string>

#include "cli/explain/explanation.h"

namespace crlite {

// Where the chain came from, for the commands that repeat the check.
struct ChainOrigin {
  std::string file;  // as on the command line; empty: fetched
  std::string host;  // as on the command line; empty: read from `file`
};

// The outcome on the first line, as `crlite check` prints it; then the sections.
void PrintExplanation(const Explanation& explanation, const DataReport& report,
                      const ChainOrigin& origin, uint64_t now_ms);

nlohmann::ordered_json ExplanationToJson(const Explanation& explanation, const DataReport& report,
                                         uint64_t now_ms);

}  // namespace crlite
