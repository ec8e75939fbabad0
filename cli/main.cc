// crlite: asks about revocation, and looks after the data that answers. crlite(1).

#include <openssl/crypto.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <string_view>

#include "cli/commands.h"
#include "cli/health/probe.h"
#include "cli/output.h"

namespace crlite {
namespace {

constexpr int kExitUsage = 64;
constexpr int kExitInternal = 70;

int FailUsage(const CLI::App& app, const CLI::ParseError& error) {
  // The innermost command that was named: whose help is worth a look.
  const CLI::App* command = &app;
  std::string target = "crlite";
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands()[0];
    target += " " + command->get_name();
  }
  const std::vector<std::string> extras = app.remaining(true);
  const bool lacks_command = command->get_require_subcommand_min() > 0;
  PrintMessage(lacks_command && !extras.empty() ? "'" + extras[0] + "': no such command or option"
                                                : std::string(error.what()));
  PrintMessage("try '" + target + " --help'");
  return kExitUsage;
}

int Run(int argc, char** argv) {
  CLI::App app("Certificate revocation from CRLite filters", "crlite");
  int exit_code = 0;
  AddCommands(app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help and --version
    return FinishOutput(app.exit(success));
  } catch (const CLI::ParseError& error) {
    return FailUsage(app, error);
  }
  return FinishOutput(exit_code);
}

}  // namespace
}  // namespace crlite

int main(int argc, char** argv) {
  try {
    // Not a command: what doctor and enable run, and the only one here that loads openssl.cnf, as
    // its programs do.
    if (argc == 2 && std::string_view(argv[1]) == "probe") return crlite::ProbeMain();
    // A broken openssl.cnf must not keep its own doctor from working.
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1) {
      crlite::PrintMessage("OpenSSL: cannot be initialised");
      return crlite::kExitInternal;
    }
    return crlite::Run(argc, argv);
  } catch (const std::exception& error) {
    crlite::PrintMessage(std::string("internal error: ") + error.what());
    return crlite::kExitInternal;
  }
}
