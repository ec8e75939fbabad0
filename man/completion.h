// Shell completions from the description of a command line: commands, options, the words that a
// value may be, files and directories. They run nothing but the shell's own commands.
#pragma once

#include <string>

#include "man/command.h"

namespace crlite {

std::string BashCompletion(const Command& tool);
std::string ZshCompletion(const Command& tool);
std::string FishCompletion(const Command& tool);

// What the value of an option or a positional argument completes to.
enum class ValueKind { kNothing, kChoices, kFile, kDirectory };
ValueKind KindOf(const Option& option);

// The options that may stand behind a command: its own, and inherited ones.
std::vector<Option> OptionsAt(const Command& command);

}  // namespace crlite
