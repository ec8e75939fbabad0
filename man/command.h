// A command line as the manual pages and shell completions need it, read from its description for
// CLI11.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace crlite {

struct Option {
  std::vector<std::string> names;     // "-o", "--output"; empty: a positional argument
  std::string value;                  // what its value is called, "FILE"; empty: a flag
  std::vector<std::string> choices;   // words that the value may be; empty: others too
  std::vector<std::string> excludes;  // options that do not go with it
  std::string summary;                // the description as it was given
  std::string description;            // with what follows from the declaration
  bool is_required = false;
  bool is_repeatable = false;

  bool is_positional() const { return names.empty(); }
};

struct ExitStatus {
  std::string code;  // empty: a sentence about them
  std::string meaning;
};

struct Example {
  std::string purpose;             // empty: it speaks for itself
  std::vector<std::string> lines;  // one command, or several that belong together
};

struct Command {
  std::string path;     // "crlite exempt add"
  std::string summary;  // the first sentence of the description
  std::string description;
  std::vector<Option> options;    // positional ones too, in order of declaration
  std::vector<Option> inherited;  // options of the parent that may also stand behind this command
  std::vector<Command> commands;  // its own
  bool needs_command = false;
  std::vector<ExitStatus> exit_statuses;
  std::vector<Example> examples;

  std::string name() const { return path.substr(path.rfind(' ') + 1); }
  // "" for itself, "exempt add": the command of that path below this one, or null.
  const Command* Find(const std::string& path_below) const;
};

// Throws std::runtime_error for a help section that is not of the form of AddHelpSections.
Command ReadCommand(const CLI::App& app);

// The command and all below it, each before its own commands.
std::vector<const Command*> AllCommands(const Command& command);

}  // namespace crlite
