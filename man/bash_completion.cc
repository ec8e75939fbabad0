#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/shell_word.h"
#include "man/completion.h"

namespace crlite {
namespace {

constexpr char kBegin[] = R"(# bash completion for {0}

{1}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  local command={0} options='' words='' kind='' i
  # bash takes "--option=value" for three words.
  [[ $current != '=' ]] || current=''
  [[ $previous != '=' ]] || previous=${{COMP_WORDS[COMP_CWORD - 2]}}
)";

constexpr char kWalk[] = R"(  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${{COMP_WORDS[i]}}" in
{0}{1}    esac
  done
)";

constexpr char kEnd[] = R"(    *)
      case $command in
{0}      esac
      [[ $current != -* ]] || words=$options kind=''
      ;;
  esac
  [[ -z $kind ]] || compopt -o filenames 2>/dev/null # fails outside of a completion
  mapfile -t COMPREPLY < <(compgen ${{kind:+"$kind"}} -W "$words" -- "$current")
}}
complete -F {1} {2}
)";

const char* CompgenFlag(ValueKind kind) {
  if (kind == ValueKind::kFile) return "-f";
  return kind == ValueKind::kDirectory ? "-d" : "''";
}

std::string Words(const std::vector<std::string>& words) {
  return SingleQuoted(fmt::format("{}", fmt::join(words, " ")));
}

std::string Patterns(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(SingleQuoted(text));
  return fmt::format("{}", fmt::join(quoted, " | "));
}

// "crlite check --at", and its other names.
std::vector<std::string> Places(const Command& command, const Option& option) {
  std::vector<std::string> places;
  for (const std::string& name : option.names) places.push_back(command.path + " " + name);
  return places;
}

// Finds the command that is being typed, past the values of options.
std::string Walk(const Command& tool) {
  std::vector<std::string> commands, values;
  for (const Command* command : AllCommands(tool)) {
    if (command != &tool) commands.push_back(command->path);
    for (const Option& option : OptionsAt(*command)) {
      if (option.value.empty()) continue;
      for (const std::string& place : Places(*command, option)) values.push_back(place);
    }
  }
  const std::string into =
      commands.empty() ? ""
                       : fmt::format("      {})\n        command+=\" ${{COMP_WORDS[i]}}\" ;;\n",
                                     Patterns(commands));
  const std::string past = fmt::format(
      "      {})\n        [[ ${{COMP_WORDS[++i]}} != '=' ]] || ((++i)) ;;\n", Patterns(values));
  return fmt::format(kWalk, into, past);
}

// What the value of an option may be.
std::string ValueCases(const Command& tool) {
  std::string cases = "  case \"$command $previous\" in\n";
  for (const Command* command : AllCommands(tool)) {
    for (const Option& option : OptionsAt(*command)) {
      if (option.value.empty() || option.is_positional()) continue;
      cases += fmt::format("    {}) words={} kind={} ;;\n", Patterns(Places(*command, option)),
                           Words(option.choices), CompgenFlag(KindOf(option)));
    }
  }
  return cases;
}

// What a command offers where no value is wanted.
std::string CommandCases(const Command& tool) {
  std::string cases;
  for (const Command* command : AllCommands(tool)) {
    std::vector<std::string> options, words;
    std::string kind = "''";
    for (const Command& below : command->commands) words.push_back(below.name());
    for (const Option& option : OptionsAt(*command)) {
      options.insert(options.end(), option.names.begin(), option.names.end());
      if (!option.is_positional()) continue;
      words.insert(words.end(), option.choices.begin(), option.choices.end());
      kind = CompgenFlag(KindOf(option));
    }
    cases += fmt::format("        {}) options={} words={} kind={} ;;\n",
                         SingleQuoted(command->path), Words(options), Words(words), kind);
  }
  return cases;
}

}  // namespace

std::string BashCompletion(const Command& tool) {
  std::string function = "_" + tool.path;
  for (char& c : function) c = c == '-' ? '_' : c;
  return fmt::format(kBegin, tool.path, function) + Walk(tool) + ValueCases(tool) +
         fmt::format(kEnd, CommandCases(tool), function, tool.path);
}

}  // namespace crlite
