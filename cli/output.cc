#include "cli/output.h"

#include <errno.h>
#include <fmt/format.h>

#include <cstdio>

#include "cascade/base/text.h"

namespace crlite {
namespace {

// File names need not be UTF-8.
constexpr auto kReplaceWhatIsNotUtf8 = nlohmann::ordered_json::error_handler_t::replace;

}  // namespace

void PrintMessage(std::string_view message) {
  fmt::print(stderr, "crlite: {}\n", WithoutControls(message));
}

int Fail(const Error& error) {
  PrintMessage(error.message);
  return ExitCodeOf(error.code);
}

void PrintJson(const nlohmann::ordered_json& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, kReplaceWhatIsNotUtf8));
}

void PrintJsonLine(const nlohmann::ordered_json& document) {
  fmt::print("{}\n", document.dump(-1, ' ', false, kReplaceWhatIsNotUtf8));
}

int FinishOutput(int exit_code) {
  const bool had_error = ferror(stdout) != 0;
  if (fflush(stdout) == 0 && !had_error) return exit_code;
  return Fail(IoError("standard output", "cannot write", errno));
}

void AddJsonOption(CLI::App& command, bool* json) {
  command.add_flag("--json", *json, "Print JSON; every document has \"schema\": 1");
}

}  // namespace crlite
