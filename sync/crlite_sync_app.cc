#include "sync/crlite_sync_app.h"

#include "sync/help.h"

namespace crlite {
namespace {

constexpr char kExitStatus[] =
    "0   a source gave verified data, new or unchanged; verify: all is as published\n"
    "1   no source gave any (what was published stays in force); verify: nothing was\n"
    "    published yet\n"
    "64  usage\n"
    "65  malformed input: a file is not what it should be\n"
    "70  internal error\n"
    "74  input or output failed, or another crlite-sync is at work\n"
    "78  configuration: it is wrong, or names no source";

constexpr char kExamples[] =
    "# From the configured sources, or Mozilla's server if there is no configuration\n"
    "crlite-sync\n"
    "# What a run would do\n"
    "crlite-sync --dry-run\n"
    "# From a mirror, for once\n"
    "crlite-sync --source manifest+https://crlite.example.org/revocation/\n"
    "# From a service of one's own: root.sha256 holds the hash of its root\n"
    "crlite-sync --source remote-settings+https://crlite.example.org/v1 \\\n"
    "    --root-sha256 $(cat root.sha256)\n"
    "# With a configuration of one's own, in a state directory of one's own\n"
    "crlite-sync --config ./config.yaml --state /srv/crlite --quiet\n"
    "# Compile and publish anew, whatever is in force, and tell a script how it went\n"
    "crlite-sync publish --force --json";

void AddVerbs(CLI::App* app, SyncArguments* arguments) {
  CLI::App* fetch =
      app->add_subcommand("fetch", "Bring the filters of the first source that has verified data");
  fetch->callback([arguments] { arguments->fetch = true; });
  AddHelpSections(*fetch, kExitStatus, "runuser -u crlite -- crlite-sync fetch");

  CLI::App* publish = app->add_subcommand("publish", "Compile what was fetched, put it in force");
  publish->callback([arguments] { arguments->publish = true; });
  AddHelpSections(*publish, kExitStatus,
                  "# After a change of policy or exemptions\ncrlite-sync publish");

  CLI::App* verify =
      app->add_subcommand("verify", "Check everything that is in force against its hashes");
  verify->callback([arguments] { arguments->verify = true; });
  AddHelpSections(*verify, kExitStatus, "crlite-sync verify");

  CLI::App* exporting = app->add_subcommand(
      "export", "Write what is in force for others: a capsule, or a upki cache");
  exporting->callback([arguments] {
    if (arguments->capsule.empty() && arguments->upki_cache.empty()) {
      throw CLI::RequiredError("FILE or --upki DIR");
    }
    arguments->has_export = true;
  });
  CLI::Option* capsule =
      exporting
          ->add_option("FILE", arguments->capsule,
                       "The capsule to write: one file, with Mozilla's signature")
          ->type_name("FILE")
          ->check(NotEmpty());
  exporting
      ->add_option("--upki", arguments->upki_cache,
                   "Write DIR/revocation, the cache of upki's clients; it has no signature")
      ->type_name("DIR")
      ->check(NotEmpty())
      ->excludes(capsule);
  AddHelpSections(*exporting, kExitStatus,
                  "# For a machine without a network: here, and there\n"
                  "crlite-sync export crlite.capsule\n"
                  "crlite-sync --source capsule:crlite.capsule\n"
                  "# For upki's clients on this machine, which need not download it again\n"
                  "crlite-sync export --upki /var/cache/upki");
}

}  // namespace

void DescribeSync(CLI::App* app, SyncArguments* arguments) {
  UseHelpFormat(*app);
  app->description(
      "Brings revocation filters to this machine and puts them in force; without a verb fetch, "
      "then publish.");
  app->set_version_flag("--version", "crlite-sync " CRLITE_VERSION, "Print the version");
  app->fallthrough();
  app->require_subcommand(0, 1);
  AddCommonOptions(app, arguments);
  app->add_flag("--allow-unsigned", arguments->options.allow.unsigned_data,
                "Take unsigned data although signed data was accepted before");
  app->add_flag("--force", arguments->options.force,
                "Fetch and publish although nothing is new, and although a server asked for a "
                "pause");
  AddVerbs(app, arguments);
  AddHelpSections(*app, kExitStatus, kExamples);
}

}  // namespace crlite
