// Words for a shell's command line.
#pragma once

#include <string>

namespace crlite {

// `text` in single quotes, for a shell whose quoted text ends at the next single quote.
std::string SingleQuoted(const std::string& text);

// `word` as one word; in quotes only if it needs them.
std::string ShellWord(const std::string& word);

}  // namespace crlite
