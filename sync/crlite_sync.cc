// crlite-sync: brings filters to this machine and puts them in force. crlite-sync(8).

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "sync/console.h"
#include "sync/source/source.h"
#include "sync/transfer/url.h"
#include "sync/verbs.h"

namespace crlite {
namespace {

constexpr int kExitUsage = 64;
constexpr int kExitInternal = 70;

constexpr char kFooter[] =
    "SPEC: manifest+https://HOST/FOLDER/   a folder on a web server with manifest.json and "
    "filters\n"
    "      dir:PATH                        a upki cache, or a folder of clubcard files\n"
    "\n"
    "Exit status: 0 verified data (new or unchanged), 1 no source gave any (what was published "
    "stays\n"
    "in force), 64 usage, 65 malformed input, 70 internal, 74 input or output, 78 configuration.\n"
    "\n"
    "Example: crlite-sync --source manifest+https://crlite.example.org/revocation/";

struct Arguments {
  std::string config_path = kDefaultConfigPath;
  bool has_config = false;
  std::string state_dir;
  std::vector<std::string> sources;
  SyncOptions options;
  bool fetch = false, publish = false, verify = false;
};

// The kind of URL is crlite-sync's to judge, as it is libcurl that reads it.
Status CheckUrls(const Config& config, const std::string& path) {
  for (const SourceConfig& source : config.sources) {
    if (source.type != SourceType::kManifest) continue;
    if (Status checked = CheckUrl(source.location); !checked.ok()) {
      return checked.error().In(fmt::format("{}: line {}: url", path, source.line));
    }
  }
  return Status::Ok();
}

// config.yaml, with what the command line replaces.
Result<Config> EffectiveConfig(const Arguments& arguments, Console* console) {
  Result<Config> config = LoadConfig(arguments.config_path, arguments.has_config);
  if (!config.ok()) return config;
  if (Status checked = CheckUrls(*config, arguments.config_path); !checked.ok()) {
    return checked.error();
  }
  if (!arguments.state_dir.empty()) config->state_dir = arguments.state_dir;
  if (arguments.sources.empty()) return config;
  config->sources.clear();
  for (const std::string& spec : arguments.sources) {
    Result<SourceConfig> source = ParseSourceSpec(spec);
    if (!source.ok()) return source.error();
    if (!arguments.publish && !arguments.verify) {
      console->Warn(spec + ": not signed, trusted because the command line names it");
    }
    config->sources.push_back(std::move(*source));
  }
  return config;
}

Status RunVerbs(const Arguments& arguments, Console* console) {
  Result<Config> config = EffectiveConfig(arguments, console);
  if (!config.ok()) return config.error();
  if (arguments.verify) return Verify(*config, console);
  if (!arguments.publish) {
    if (Status fetched = Fetch(*config, arguments.options, console); !fetched.ok()) return fetched;
    // A dry run fetches nothing that could be published.
    if (arguments.fetch || arguments.options.dry_run) return Status::Ok();
  }
  return Publish(*config, arguments.options, console);
}

void Describe(CLI::App* app, Arguments* arguments) {
  app->set_version_flag("--version", "crlite-sync " CRLITE_VERSION);
  app->footer(kFooter);
  app->fallthrough();
  app->require_subcommand(0, 1);
  app->add_option("--config", arguments->config_path, "Configuration file")
      ->option_text(fmt::format("FILE [{}]", kDefaultConfigPath));
  app->add_option("--state", arguments->state_dir,
                  "State directory, in place of the configured one")
      ->option_text("DIR");
  app->add_option("--source", arguments->sources,
                  "Where filters come from, in place of the configured sources; repeatable")
      ->option_text("SPEC")
      ->allow_extra_args(false);
  app->add_flag("--dry-run", arguments->options.dry_run, "Say what would be done, change nothing");
  app->add_flag("--force", arguments->options.force,
                "Do it although nothing is new, or although the data is older than that in force");
  app->add_subcommand("fetch", "Bring the filters of the first source that has verified data")
      ->callback([arguments] { arguments->fetch = true; });
  app->add_subcommand("publish", "Compile what was fetched and put it in force")
      ->callback([arguments] { arguments->publish = true; });
  app->add_subcommand("verify", "Check everything that is in force against its hashes")
      ->callback([arguments] { arguments->verify = true; });
}

int Run(int argc, char** argv) {
  CLI::App app(
      "Brings revocation filters to this machine and puts them in force; without a verb "
      "fetch, then publish.",
      "crlite-sync");
  Arguments arguments;
  Describe(&app, &arguments);
  Console console;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    console.Warn(fmt::format("{}; try crlite-sync --help", error.what()));
    return kExitUsage;
  }
  arguments.has_config = app.count("--config") != 0;
  const Status done = RunVerbs(arguments, &console);
  if (done.ok()) return 0;
  console.Warn(done.error().message);
  return ExitCodeOf(done.error().code);
}

}  // namespace
}  // namespace crlite

int main(int argc, char** argv) {
  // The way to newer data must not be closed by the data at hand, whatever the policy: this process
  // loads no openssl.cnf, so neither the module. libcurl would read it, so this comes first.
  if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1) {
    fmt::print(stderr, "crlite-sync: OpenSSL: cannot be initialised\n");
    return crlite::kExitInternal;
  }
  try {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const int exit_code = crlite::Run(argc, argv);
    curl_global_cleanup();
    return exit_code;
  } catch (const std::exception& e) {
    fmt::print(stderr, "crlite-sync: internal error: {}\n", e.what());
    return crlite::kExitInternal;
  }
}
