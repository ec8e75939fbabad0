#include "cli/admin/exempt_command.h"

#include <fmt/format.h>

#include <memory>

#include "cli/admin/exempt_add.h"
#include "cli/admin/exempt_list.h"
#include "cli/output.h"
#include "conf/config.h"
#include "sync/clock.h"

namespace crlite {
namespace {

constexpr char kAddExitStatus[] =
    "0   done\n"
    "1   written, but crlite-sync publish failed, with this or another status\n"
    "64  usage\n65  the certificates could not be read\n74  input or output failed\n"
    "78  exemptions.yaml or config.yaml is wrong";
constexpr char kRemoveExitStatus[] =
    "0   done\n"
    "1   written, but crlite-sync publish failed, with this or another status\n"
    "64  usage, or there is no such exemption\n74  input or output failed\n"
    "78  exemptions.yaml or config.yaml is wrong";

struct Options {
  ExemptPlace place;
  ExemptAddOptions add;
  std::string id;  // to remove
  bool no_publish = false;
  bool json = false;
};

CLI::Validator NotEmpty() {
  return CLI::Validator(
      [](const std::string& text) { return text.empty() ? "empty" : std::string(); }, "");
}

CLI::Option* AddText(CLI::App* command, const char* name, std::string* out, const char* type,
                     const std::string& description) {
  return command->add_option(name, *out, description)->type_name(type)->check(NotEmpty());
}

void AddPlaceOptions(CLI::App* command, Options* options) {
  AddText(command, "--config", &options->place.config_path, "FILE",
          fmt::format("Configuration file, beside which exemptions.yaml lies; default {}",
                      kDefaultConfigPath));
  AddText(command, "--state", &options->place.state_dir, "DIR",
          "State directory with the snapshot; default the configured one");
}

void AddNoPublishOption(CLI::App* command, Options* options) {
  command->add_flag("--no-publish", options->no_publish,
                    "Change the file alone; the next crlite-sync publish puts it in force");
}

// Runs when the command line is parsed.
template <typename Run>
void OnParse(CLI::App* command, const std::shared_ptr<Options>& options, int* exit_code, Run run) {
  command->callback([options, exit_code, run] {
    options->place.has_publish = !options->no_publish;
    *exit_code = run(*options);
  });
}

int Add(const Options& options) {
  const Result<Exemption> exemption = ExemptionFromOptions(options.add, NowMs());
  return exemption.ok() ? AddExemption(options.place, *exemption) : Fail(exemption.error());
}

void AddAddCommand(CLI::App* exempt, const std::shared_ptr<Options>& options, int* exit_code) {
  CLI::App* command = exempt->add_subcommand(
      "add",
      "Lets a certificate through until a date, and puts that in force. What it is: --cert, or "
      "--issuer-spki with --serial, or --leaf-spki. Adding the same again replaces it.");
  ExemptAddOptions* add = &options->add;
  AddText(command, "--cert", &add->cert, "FILE",
          "PEM with the certificate and then its issuer's; - for standard input");
  AddText(command, "--issuer-spki", &add->issuer_spki, "HEX",
          "SHA-256 of the issuer's SubjectPublicKeyInfo; needs --serial, as an issuer alone cannot "
          "be exempted");
  AddText(command, "--serial", &add->serial, "HEX",
          "Serial number as in the certificate, a leading 00 included");
  AddText(command, "--leaf-spki", &add->leaf_spki, "HEX",
          "SHA-256 of the certificate's own SubjectPublicKeyInfo: every certificate of that key");
  AddText(command, "--reason", &add->reason, "TEXT", "Why, in one line of at most 200 bytes")
      ->required();
  AddText(command, "--until", &add->until, "DATE",
          fmt::format("The last day (2026-12-01, UTC), or a time (2026-12-01T12:00:00Z), at most "
                      "{} days ahead",
                      kMaxExemptionDays))
      ->required();
  AddPlaceOptions(command, options.get());
  AddNoPublishOption(command, options.get());
  AddJsonOption(*command, &options->place.json);
  AddHelpSections(*command, kAddExitStatus,
                  "crlite exempt add --cert chain.pem --reason 'ticket 17' --until 2026-12-01\n"
                  "crlite exempt add --reason 'CA replaces it on Monday' \\\n"
                  "    --until 2026-12-01T12:00:00Z --no-publish --json \\\n"
                  "    --serial 00da4f392bfd8bcea8 --issuer-spki \\\n"
                  "    f11c3dd048f74edb7c45192b83e5980d2f67ec84b4ddb9396e33ff5173ed698f\n"
                  "crlite exempt add --reason 'own key' --until 2026-12-01 \\\n"
                  "    --config /srv/crlite/config.yaml --state /srv/crlite/state \\\n"
                  "    --leaf-spki \\\n"
                  "    f11c3dd048f74edb7c45192b83e5980d2f67ec84b4ddb9396e33ff5173ed698f");
  OnParse(command, options, exit_code, Add);
}

void AddListCommand(CLI::App* exempt, const std::shared_ptr<Options>& options, int* exit_code) {
  CLI::App* command = exempt->add_subcommand(
      "list", "Shows the exemptions, how long they last, and whether the snapshot has them");
  AddPlaceOptions(command, options.get());
  AddJsonOption(*command, &options->json);
  AddHelpSections(*command, "0   shown\n64  usage\n78  exemptions.yaml or config.yaml is wrong",
                  "crlite exempt list\ncrlite exempt list --json --config "
                  "/srv/crlite/config.yaml --state /srv/crlite/state");
  OnParse(command, options, exit_code,
          [](const Options& o) { return ListExemptions(o.place, o.json); });
}

void AddRemoveCommand(CLI::App* exempt, const std::shared_ptr<Options>& options, int* exit_code) {
  CLI::App* command =
      exempt->add_subcommand("remove", "Ends an exemption before its time, and puts that in force");
  AddText(command, "ID", &options->id, "",
          "The 16 digits that crlite exempt list and the journal show")
      ->required();
  AddPlaceOptions(command, options.get());
  AddNoPublishOption(command, options.get());
  AddJsonOption(*command, &options->place.json);
  AddHelpSections(*command, kRemoveExitStatus,
                  "crlite exempt remove 0123456789abcdef\n"
                  "crlite exempt remove 0123456789abcdef --no-publish --json --config "
                  "/srv/crlite/config.yaml --state /srv/crlite/state");
  OnParse(command, options, exit_code,
          [](const Options& o) { return RemoveExemption(o.place, o.id); });
}

}  // namespace

void AddExemptCommand(CLI::App& app, int* exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "exempt", "Lets single certificates through for a while, with a reason and an end");
  command->require_subcommand(1);
  AddAddCommand(command, options, exit_code);
  AddListCommand(command, options, exit_code);
  AddRemoveCommand(command, options, exit_code);
  AddHelpSections(*command, "0   done; what else a command returns is in its own help\n64  usage",
                  "crlite exempt add --cert chain.pem --reason 'ticket 17' --until 2026-12-01\n"
                  "crlite exempt list\n"
                  "crlite exempt remove 0123456789abcdef");
}

}  // namespace crlite
