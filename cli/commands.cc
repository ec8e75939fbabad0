#include "cli/commands.h"

#include "cli/admin/config_command.h"
#include "cli/admin/enable_command.h"
#include "cli/admin/exempt_command.h"
#include "cli/admin/refusals_command.h"
#include "cli/build_command.h"
#include "cli/check_command.h"
#include "cli/explain/explain_command.h"
#include "cli/filter_command.h"
#include "cli/health/doctor_command.h"
#include "cli/health/status_command.h"
#include "cli/output.h"
#include "cli/query_command.h"

namespace crlite {

void AddCommands(CLI::App& app, int* exit_code) {
  UseHelpFormat(app);
  app.set_version_flag("--version", "crlite " CRLITE_VERSION, "Print the version");
  app.require_subcommand(1);
  AddCheckCommand(app, exit_code);
  AddExplainCommand(app, exit_code);
  AddStatusCommand(app, exit_code);
  AddDoctorCommand(app, exit_code);
  AddEnableCommand(app, exit_code);
  AddRefusalsCommand(app, exit_code);
  AddExemptCommand(app, exit_code);
  AddConfigCommand(app, exit_code);
  AddQueryCommand(app, exit_code);
  AddFilterCommand(app, exit_code);
  AddBuildCommand(app, exit_code);
  AddHelpSections(app,
                  "0   success; what else a command returns is in its own help\n"
                  "64  usage\n65  malformed input\n70  internal error\n74  input or output failed\n"
                  "78  configuration",
                  "crlite check chain.pem\n"
                  "curl -sw '%{certs}' -o /dev/null https://example.org | crlite check");
}

}  // namespace crlite
