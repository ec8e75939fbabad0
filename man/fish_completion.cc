#include <fmt/format.h>
#include <fmt/ranges.h>

#include "man/completion.h"

namespace crlite {
namespace {

// Says whether the command that is being typed is the one of its arguments.
constexpr char kBegin[] = R"(# fish completion for {0}

function {1}
    set -l command {0}
    set -l is_value 0
    for word in (commandline -opc)[2..-1]
        if test $is_value = 1
            set is_value 0
            continue
        end
        switch "$command $word"
{2}        end
    end
    test "$command" = "$argv"
end

complete -c {0} -f
)";

// fish's quoted text knows backslashes.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return quoted + "'";
}

std::string Quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(Quoted(text));
  return fmt::format("{}", fmt::join(quoted, " "));
}

std::string Walk(const Command& tool) {
  std::vector<std::string> commands, values;
  for (const Command* command : AllCommands(tool)) {
    if (command != &tool) commands.push_back(command->path);
    for (const Option& option : OptionsAt(*command)) {
      if (option.value.empty()) continue;
      for (const std::string& name : option.names) values.push_back(command->path + " " + name);
    }
  }
  const std::string into =
      commands.empty()
          ? ""
          : fmt::format("            case {}\n                set command \"$command $word\"\n",
                        Quoted(commands));
  return into +
         fmt::format("            case {}\n                set is_value 1\n", Quoted(values));
}

std::string Value(const Option& option) {
  switch (KindOf(option)) {
    case ValueKind::kChoices:
      return " -x -a " + Quoted(fmt::format("{}", fmt::join(option.choices, " ")));
    case ValueKind::kFile:
      return " -r -F";
    case ValueKind::kDirectory:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::kNothing:
      return option.value.empty() ? "" : " -x";
  }
  return "";
}

std::string Names(const Option& option) {
  std::string names;
  for (const std::string& name : option.names) {
    names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return names;
}

}  // namespace

std::string FishCompletion(const Command& tool) {
  std::string function = "__" + tool.path + "_is_at";
  for (char& c : function) c = c == '-' ? '_' : c;
  std::string script = fmt::format(kBegin, tool.path, function, Walk(tool));
  for (const Command* command : AllCommands(tool)) {
    const std::string begin =
        fmt::format("complete -c {} -n {}", tool.path, Quoted(function + " " + command->path));
    for (const Command& below : command->commands) {
      script += fmt::format("{} -a {} -d {}\n", begin, below.name(), Quoted(below.summary));
    }
    for (const Option& option : OptionsAt(*command)) {
      if (option.is_positional() && KindOf(option) == ValueKind::kNothing) continue;
      // -r and -x speak of an option's value.
      std::string value = Value(option);
      if (option.is_positional()) value = value.substr(value.find(' ', 1));
      script += fmt::format("{}{}{} -d {}\n", begin, Names(option), value, Quoted(option.summary));
    }
  }
  return script;
}

}  // namespace crlite
