#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/shell_word.h"
#include "man/completion.h"

namespace crlite {
namespace {

std::string FunctionName(const Command& command) {
  std::string name = "_" + command.path;
  for (char& c : name) c = c == ' ' || c == '-' ? '_' : c;
  return name;
}

// In a specification of _arguments or _describe.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string Action(const Option& option) {
  switch (KindOf(option)) {
    case ValueKind::kChoices:
      return fmt::format("({})", fmt::join(option.choices, " "));
    case ValueKind::kFile:
      return "_files";
    case ValueKind::kDirectory:
      return "_files -/";
    case ValueKind::kNothing:
      return "";
  }
  return "";
}

// One specification a name.
std::string Specifications(const Option& option) {
  const std::string value =
      option.value.empty() ? "" : fmt::format(":{}:{}", Escaped(option.value), Action(option));
  if (option.is_positional()) {
    const char* count = option.is_repeatable ? "*" : option.is_required ? "" : ":";
    return " \\\n    " + SingleQuoted(count + value);
  }
  std::vector<std::string> clashing = option.excludes;
  if (!option.is_repeatable) {
    clashing.insert(clashing.end(), option.names.begin(), option.names.end());
  }
  const std::string group =
      option.is_repeatable ? "*" : fmt::format("({})", fmt::join(clashing, " "));
  std::string lines;
  for (const std::string& name : option.names) {
    // A long one takes its value after "=" too, a short one right after it.
    const char* joint = value.empty() ? "" : name.starts_with("--") ? "=" : "+";
    lines += " \\\n    " + SingleQuoted(fmt::format("{}{}{}[{}]{}", group, name, joint,
                                                    Escaped(option.summary), value));
  }
  return lines;
}

std::string Function(const Command& command) {
  std::string body;
  for (const Option& option : OptionsAt(command)) body += Specifications(option);
  if (command.commands.empty()) {
    return fmt::format("{}() {{\n  _arguments -S -s :{}\n}}\n\n", FunctionName(command), body);
  }
  std::string names, calls;
  for (const Command& below : command.commands) {
    names += "      " + SingleQuoted(below.name() + ":" + Escaped(below.summary)) + "\n";
    calls += fmt::format("        {}) {} ;;\n", below.name(), FunctionName(below));
  }
  return fmt::format(R"({}() {{
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C -S -s :{} \
    '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
{}      )
      _describe -t commands command commands
      ;;
    argument)
      case $line[1] in
{}      esac
      ;;
  esac
}}

)",
                     FunctionName(command), body, names, calls);
}

}  // namespace

std::string ZshCompletion(const Command& tool) {
  std::string script = fmt::format("#compdef {}\n\n", tool.path);
  for (const Command* command : AllCommands(tool)) script += Function(*command);
  return script + fmt::format("{} \"$@\"\n", FunctionName(tool));
}

}  // namespace crlite
