// How all the tools tell about themselves: the form of --help, and what --help and the manual pages
// (man/) both take from the description of a command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace crlite {

// Gives `app`, and every command that is added to it later, a --help of at most 80 columns.
void UseHelpFormat(CLI::App& app);

// The last two sections of --help. `exit_status` and `examples` are whole lines, without
// indentation: "0   what it means", and commands as they are typed. A line of the examples that
// begins with "# " explains the one after it.
void AddHelpSections(CLI::App& command, std::string_view exit_status, std::string_view examples);

// What a list of commands says of one: the first sentence of its description, without a period.
std::string Summary(const CLI::App& command);

// What a value is called: "FILE"; empty for a flag.
std::string ValueName(const CLI::Option& option);

// The words that a value may be; empty: others too.
std::vector<std::string> ValueChoices(const CLI::Option& option);

// The options that do not go with this one: "--filter", "FILE"; in alphabetical order.
std::vector<std::string> ExcludedNames(const CLI::Option& option);

// The description, and what follows from how the option is declared: required, may be repeated,
// which others it needs or does not go with.
std::string WholeDescription(const CLI::Option& option);

}  // namespace crlite
