// Parts of a manual page (man(7) macros) from the description of a command line. Each is whole
// lines.
#pragma once

#include <string>

#include "man/command.h"

namespace crlite {

// Text as it is, whatever it contains.
std::string RoffText(const std::string& text);

// How the command is called, with all its options; for one with commands, each of those.
std::string RoffSynopsis(const Command& command);
// The commands below, with their descriptions.
std::string RoffCommands(const Command& command);
// Options and positional arguments.
std::string RoffOptions(const Command& command);
std::string RoffExitStatus(const Command& command);
std::string RoffExamples(const Command& command);
// The three above, and the same of the commands below.
std::string RoffReference(const Command& command);

}  // namespace crlite
