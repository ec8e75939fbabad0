// What the command lines of crlite-sync and crlite-mirror have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "conf/config.h"
#include "sync/console.h"
#include "sync/verbs.h"

namespace crlite {

inline constexpr int kExitUsage = 64;

struct CommonArguments {
  std::string config_path = kDefaultConfigPath;
  std::string state_dir;             // empty: the configured one
  std::vector<std::string> sources;  // specs; empty: the configured ones
  std::vector<std::string> roots;    // SHA-256 in hexadecimal, for all of `sources`
  bool quiet = false, json = false;
  SyncOptions options;

  Console::Style style() const;
};

// Refuses an empty argument, which is a variable that was not set.
CLI::Validator NotEmpty();

// --config, --state, --source, --root-sha256, --allow-rollback, --dry-run, --quiet, --json.
void AddCommonOptions(CLI::App* app, CommonArguments* arguments);

// config.yaml, with what the command line replaces; every URL in it passes CheckUrl. A missing file
// is an error only if --config names it.
Result<Config> EffectiveConfig(const CLI::App& app, const CommonArguments& arguments);

// Parses; nullopt: go on, else the exit status.
std::optional<int> ParseCommandLine(CLI::App* app, int argc, char** argv, Console* console);

// The whole of main: prepares OpenSSL and libcurl, and turns an exception that nobody has caught
// into exit status 70.
int RunTool(const char* program, int (*run)(int argc, char** argv), int argc, char** argv);

}  // namespace crlite
