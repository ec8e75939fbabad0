#include "man/completion.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace crlite {

ValueKind KindOf(const Option& option) {
  constexpr std::array<std::string_view, 2> kFiles = {"FILE", "REVSET"};
  if (!option.choices.empty()) return ValueKind::kChoices;
  if (option.value == "DIR") return ValueKind::kDirectory;
  const bool is_file = std::find(kFiles.begin(), kFiles.end(), option.value) != kFiles.end();
  return is_file ? ValueKind::kFile : ValueKind::kNothing;
}

std::vector<Option> OptionsAt(const Command& command) {
  std::vector<Option> options = command.options;
  options.insert(options.end(), command.inherited.begin(), command.inherited.end());
  return options;
}

}  // namespace crlite
