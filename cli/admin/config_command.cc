#include "cli/admin/config_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "cascade/base/text.h"
#include "cli/admin/exempt_change.h"
#include "cli/output.h"
#include "cli/policy_text.h"
#include "conf/config.h"
#include "conf/exemptions.h"
#include "sync/checked_config.h"
#include "sync/clock.h"

namespace crlite {
namespace {

constexpr int kExitConfiguration = 78;

struct Options {
  std::string path = kDefaultConfigPath;
  bool must_exist = false;
  bool json = false;
};

// Both files, each with its content or what is wrong with it.
struct Checked {
  Result<Config> config;
  Result<std::vector<Exemption>> exemptions;
  uint64_t now_ms;

  bool ok() const { return config.ok() && exemptions.ok(); }
  size_t NumInForce() const {
    return static_cast<size_t>(
        std::count_if(exemptions->begin(), exemptions->end(),
                      [this](const Exemption& exemption) { return exemption.until_ms >= now_ms; }));
  }
};

const char* TypeName(SourceType type) {
  switch (type) {
    case SourceType::kRemoteSettings:
      return "remote-settings";
    case SourceType::kManifest:
      return "manifest";
    case SourceType::kDirectory:
      return "directory";
    case SourceType::kCapsule:
      return "capsule";
  }
  return "";
}

// A missing file is as good as an empty one, unless it was named.
std::string FileText(const std::string& path) {
  return path + (access(path.c_str(), F_OK) == 0 ? "" : " (missing, so the defaults hold)");
}

void PrintText(const Checked& checked, const std::string& path) {
  const Config& config = *checked.config;
  fmt::print("configuration: {}\nstate-dir: {}\n", FileText(path), config.state_dir);
  if (!config.metrics_file.empty()) fmt::print("metrics-file: {}\n", config.metrics_file);
  for (const SourceConfig& source : config.sources) {
    fmt::print("source: {} {}, channel {}, {}\n", TypeName(source.type),
               WithoutControls(source.location), WithoutControls(source.channel),
               source.require_signature ? "signature required" : "may be unsigned");
  }
  if (config.sources.empty()) fmt::print("source: none\n");
  fmt::print("policy: {}\n", PolicyText(config.policy));
  fmt::print("exemptions: {} in force, {} ended, in {}\n", checked.NumInForce(),
             checked.exemptions->size() - checked.NumInForce(), config.exemptions_file);
  for (const Exemption& exemption : *checked.exemptions) {
    fmt::print("exemption: {} until {}: {} ({})\n", exemption.Id(),
               FormatTimeMs(exemption.until_ms), WhatIsExempt(exemption),
               WithoutControls(exemption.reason));
  }
}

nlohmann::ordered_json ConfigToJson(const Config& config) {
  nlohmann::ordered_json sources = nlohmann::ordered_json::array();
  for (const SourceConfig& source : config.sources) {
    sources.push_back({{"type", TypeName(source.type)},
                       {"location", source.location},
                       {"channel", source.channel},
                       {"require-signature", source.require_signature}});
  }
  return {{"state-dir", config.state_dir},
          {"metrics-file", config.metrics_file},
          {"sources", sources},
          {"policy", PolicyToJson(config.policy)}};
}

void PrintCheckedJson(const Checked& checked, const std::string& path) {
  nlohmann::ordered_json errors = nlohmann::ordered_json::array();
  if (!checked.config.ok()) errors.push_back(checked.config.error().message);
  if (!checked.exemptions.ok()) errors.push_back(checked.exemptions.error().message);
  nlohmann::ordered_json document = {{"schema", kJsonSchema}, {"file", path}, {"errors", errors}};
  if (checked.config.ok()) document["config"] = ConfigToJson(*checked.config);
  if (checked.exemptions.ok()) document["exemptions_in_force"] = checked.NumInForce();
  PrintJson(document);
}

int Check(const Options& options) {
  const uint64_t now_ms = NowMs();
  const Checked checked = {LoadCheckedConfig(options.path, options.must_exist),
                           LoadExemptions(ExemptionsPathBeside(options.path), now_ms), now_ms};
  if (options.json) PrintCheckedJson(checked, options.path);
  if (!checked.config.ok()) Fail(checked.config.error());
  if (!checked.exemptions.ok()) Fail(checked.exemptions.error());
  if (!checked.ok()) return kExitConfiguration;
  if (!options.json) PrintText(checked, options.path);
  return 0;
}

}  // namespace

void AddConfigCommand(CLI::App& app, int* exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("config", "Looks at the configuration");
  command->require_subcommand(1);
  CLI::App* check = command->add_subcommand("check",
                                            "Reads config.yaml and the exemptions beside it as "
                                            "crlite-sync does, and shows what holds, or "
                                            "every line that is wrong and what it may be");
  CLI::Option* config =
      check
          ->add_option("--config", options->path,
                       fmt::format("Configuration file, which must exist; default {}, which need "
                                   "not",
                                   kDefaultConfigPath))
          ->type_name("FILE");
  AddJsonOption(*check, &options->json);
  AddHelpSections(*check, "0   both files are right\n64  usage\n78  one of them is not",
                  "crlite config check\n"
                  "crlite config check --config /srv/crlite/config.yaml --json");
  check->callback([options, config, exit_code] {
    options->must_exist = config->count() != 0;
    *exit_code = Check(*options);
  });
  AddHelpSections(*command, "0   done; what else a command returns is in its own help\n64  usage",
                  "crlite config check");
}

}  // namespace crlite
