// crlite: asks about revocation, and looks after the data that answers. crlite(1).

#include <CLI/CLI.hpp>
#include <exception>

#include "cli/build_command.h"
#include "cli/check_command.h"
#include "cli/filter_command.h"
#include "cli/output.h"
#include "cli/query_command.h"

namespace crlite {
namespace {

constexpr int kExitUsage = 64;
constexpr int kExitInternal = 70;

// "crlite" or "crlite <command>": whose help is worth a look.
std::string HelpTarget(const CLI::App& app) {
  const std::vector<CLI::App*> commands = app.get_subcommands();
  return commands.empty() ? "crlite" : "crlite " + commands[0]->get_name();
}

int FailUsage(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> extras = app.remaining();
  const bool is_unknown_command = app.get_subcommands().empty() && !extras.empty();
  PrintMessage(is_unknown_command ? "'" + extras[0] + "': no such command or option"
                                  : std::string(error.what()));
  PrintMessage("try '" + HelpTarget(app) + " --help'");
  return kExitUsage;
}

int Run(int argc, char** argv) {
  CLI::App app("Certificate revocation from CRLite filters", "crlite");
  app.set_version_flag("--version", "crlite " CRLITE_VERSION);
  app.require_subcommand(1);

  int exit_code = 0;
  AddCheckCommand(app, &exit_code);
  AddQueryCommand(app, &exit_code);
  AddFilterCommand(app, &exit_code);
  AddBuildCommand(app, &exit_code);
  AddHelpSections(app,
                  "0   success; what else a command returns is in its own help\n"
                  "64  usage\n65  malformed input\n70  internal error\n74  input or output failed\n"
                  "78  configuration",
                  "crlite check chain.pem\n"
                  "curl -sw '%{certs}' -o /dev/null https://example.org | crlite check");
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
    return crlite::Run(argc, argv);
  } catch (const std::exception& error) {
    crlite::PrintMessage(std::string("internal error: ") + error.what());
    return crlite::kExitInternal;
  }
}
