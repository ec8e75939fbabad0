#include "cli/health/data_options.h"

namespace crlite {

CLI::Option* AddDataOptions(CLI::App& command, std::string* config, std::string* state) {
  command
      .add_option("--config", *config,
                  "Configuration of crlite-sync; default /etc/crlite/config.yaml")
      ->type_name("FILE");
  return command
      .add_option("--state", *state,
                  "State directory; default: what the configuration says, /var/lib/crlite")
      ->type_name("DIR");
}

}  // namespace crlite
