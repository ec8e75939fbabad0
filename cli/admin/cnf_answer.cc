#include "cli/admin/cnf_answer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "cascade/base/text.h"
#include "cli/output.h"

namespace crlite {
namespace {

// Each line without control characters.
std::string Printable(std::string_view text) {
  std::string printable;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    printable += WithoutControls(std::string(text.substr(0, end))) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return printable;
}

}  // namespace

int PrintAnswer(const CnfFile& file, const CnfAnswer& answer, bool json) {
  if (json) {
    nlohmann::ordered_json document = {{"schema", kJsonSchema},
                                       {"path", file.path()},
                                       {"enabled", answer.is_enabled},
                                       {"changed", answer.is_changed}};
    if (!answer.backup.empty()) document["backup"] = answer.backup;
    if (!answer.diff.empty()) document["diff"] = answer.diff;
    PrintJson(document);
    return 0;
  }
  for (const std::string& line : answer.lines) fmt::print("{}\n", line);
  // A file is not to paint on a terminal; what goes into another file stays a patch.
  fmt::print("{}", isatty(STDOUT_FILENO) != 0 ? Printable(answer.diff) : answer.diff);
  return 0;
}

}  // namespace crlite
