#include "sync/command_line.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include <exception>

#include "cascade/base/hex.h"
#include "sync/checked_config.h"
#include "sync/source/source.h"

namespace crlite {
namespace {

constexpr int kExitInternal = 70;

Result<std::vector<Sha256Digest>> ParseRoots(const std::vector<std::string>& texts) {
  std::vector<Sha256Digest> roots;
  for (const std::string& text : texts) {
    Sha256Digest root;
    if (!FromHexExactly(text, root.bytes)) {
      return Error{ErrorCode::kUsage,
                   fmt::format("--root-sha256 {}: wanted 64 hexadecimal digits", text)};
    }
    roots.push_back(root);
  }
  return roots;
}

}  // namespace

Console::Style CommonArguments::style() const {
  if (json) return Console::Style::kJson;
  return quiet ? Console::Style::kQuiet : Console::Style::kLines;
}

CLI::Validator NotEmpty() {
  return CLI::Validator(
      [](const std::string& text) { return text.empty() ? "empty" : std::string(); }, "");
}

void AddCommonOptions(CLI::App* app, CommonArguments* arguments) {
  app->add_option("--config", arguments->config_path,
                  fmt::format("Configuration file, which must exist; default {}, which need not",
                              kDefaultConfigPath))
      ->type_name("FILE")
      ->check(NotEmpty());
  app->add_option("--state", arguments->state_dir,
                  arguments->state_dir.empty()
                      ? "State directory; default the configured one"
                      : fmt::format("State directory; default {}", arguments->state_dir))
      ->type_name("DIR")
      ->check(NotEmpty());
  CLI::Option* source =
      app->add_option("--source", arguments->sources,
                      "Where filters come from, in place of the configured sources: "
                      "remote-settings+https://HOST/v1 (Mozilla's service, or one like it), "
                      "manifest+https://HOST/FOLDER/ (a mirror: crlite-mirror's, or upki's), "
                      "dir:PATH (a copy of one, or a folder of clubcard files) or "
                      "capsule:FILE (what 'crlite-sync export' wrote)")
          ->type_name("SPEC")
          ->allow_extra_args(false);
  app->add_option("--root-sha256", arguments->roots,
                  "SHA-256, in hexadecimal, of a root certificate that may have signed what "
                  "--source gives; default that of Mozilla's production service")
      ->type_name("HEX")
      ->allow_extra_args(false)
      ->needs(source);
  app->add_flag("--allow-rollback", arguments->options.allow.rollback,
                "Take data that is older than what was accepted before");
  app->add_flag("--dry-run", arguments->options.dry_run, "Say what would be done, change nothing");
  CLI::Option* json = app->add_flag("--json", arguments->json,
                                    "Print one JSON document at the end; it has \"schema\": 1");
  app->add_flag("--quiet", arguments->quiet, "Print warnings and errors alone")->excludes(json);
}

Result<Config> EffectiveConfig(const CLI::App& app, const CommonArguments& arguments) {
  Result<Config> config = LoadCheckedConfig(arguments.config_path, app.count("--config") != 0);
  if (!config.ok()) return config;
  if (!arguments.state_dir.empty()) config->state_dir = arguments.state_dir;
  if (arguments.sources.empty()) return config;
  Result<std::vector<Sha256Digest>> roots = ParseRoots(arguments.roots);
  if (!roots.ok()) return roots.error();
  config->sources.clear();
  for (const std::string& spec : arguments.sources) {
    Result<SourceConfig> source = ParseSourceSpec(spec);
    if (!source.ok()) return source.error();
    source->roots = *roots;
    config->sources.push_back(std::move(*source));
  }
  return config;
}

std::optional<int> ParseCommandLine(CLI::App* app, int argc, char** argv, Console* console) {
  try {
    app->parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app->exit(success);
  } catch (const CLI::ParseError& error) {
    console->Warn(fmt::format("{}; try {} --help", error.what(), app->get_name()));
    return kExitUsage;
  }
  return std::nullopt;
}

int RunTool(const char* program, int (*run)(int, char**), int argc, char** argv) {
  // The way to newer data must not be closed by the data at hand, whatever the policy: this process
  // loads no openssl.cnf, so neither the module. libcurl would read it, so this comes first.
  if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1) {
    fmt::print(stderr, "{}: OpenSSL: cannot be initialised\n", program);
    return kExitInternal;
  }
  try {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const int exit_status = run(argc, argv);
    curl_global_cleanup();
    return exit_status;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: internal error: {}\n", program, e.what());
    return kExitInternal;
  }
}

}  // namespace crlite
