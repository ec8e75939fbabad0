#include "sync/mirror/crlite_mirror_app.h"

#include <map>

#include "sync/help.h"

namespace crlite {
namespace {

constexpr char kMirrorStateDir[] = "/var/lib/crlite-mirror";

constexpr char kExitStatus[] =
    "0   a source gave verified data, new or unchanged, and it is published\n"
    "1   no source gave any; what was published stays\n"
    "64  usage\n"
    "65  malformed input: a file is not what it should be\n"
    "70  internal error\n"
    "74  input or output failed, or another crlite-mirror is at work\n"
    "78  configuration: it is wrong, or names no source";

constexpr char kExamples[] =
    "# From the configured sources, or Mozilla's server if there is no configuration\n"
    "crlite-mirror --output /srv/www/revocation\n"
    "# A mirror of a mirror; clients have a day to finish\n"
    "crlite-mirror --output /srv/www/revocation --keep 1d --comment 'Example Ltd.' \\\n"
    "    --source manifest+https://crlite.example.org/revocation/\n"
    "# A mirror of a service of one's own: root.sha256 holds the hash of its root\n"
    "crlite-mirror --output /srv/www/own --state /srv/own --quiet \\\n"
    "    --source remote-settings+https://crlite.example.org/v1 \\\n"
    "    --root-sha256 $(cat root.sha256)\n"
    "# What a run would do, for a script\n"
    "crlite-mirror --output /srv/www/revocation --config ./config.yaml --dry-run --json";

}  // namespace

void DescribeMirror(CLI::App* app, MirrorArguments* arguments) {
  const std::map<std::string, uint32_t> units = {{"m", 60}, {"h", 3600}, {"d", 86400}};
  arguments->state_dir = kMirrorStateDir;
  UseHelpFormat(*app);
  app->description(
      "Publishes the newest revocation filters as a folder of static files, for crlite-sync and "
      "upki. Whatever the configuration says, Mozilla's signature is required.");
  app->set_version_flag("--version", "crlite-mirror " CRLITE_VERSION, "Print the version");
  app->add_option("--output", arguments->tree.folder,
                  "The folder to publish in; made if it is missing")
      ->type_name("DIR")
      ->required();
  AddCommonOptions(app, arguments);
  app->add_option("--keep", arguments->keep_s,
                  "How long superseded files stay: a number and m, h or d; default 7d")
      ->type_name("DURATION")
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED))
      ->default_val("7d");
  app->add_option("--comment", arguments->tree.comment, "Comment in manifest.json; default none")
      ->type_name("TEXT");
  AddHelpSections(*app, kExitStatus, kExamples);
}

}  // namespace crlite
