#include "man/command.h"

#include <sstream>
#include <stdexcept>

#include "sync/help.h"

namespace crlite {
namespace {

constexpr char kExitStatusTitle[] = "EXIT STATUS";
constexpr char kExamplesTitle[] = "EXAMPLES";
constexpr char kIndent[] = "  ";

Option ReadOption(const CLI::Option& from) {
  Option option;
  for (const std::string& name : from.get_snames()) option.names.push_back("-" + name);
  for (const std::string& name : from.get_lnames()) option.names.push_back("--" + name);
  option.value = ValueName(from);
  option.choices = ValueChoices(from);
  option.excludes = ExcludedNames(from);
  option.summary = from.get_description();
  option.description = WholeDescription(from);
  option.is_required = from.get_required();
  option.is_repeatable = from.get_expected_max() == CLI::detail::expected_max_vector_size;
  return option;
}

std::vector<Option> ReadOptions(const CLI::App& app) {
  std::vector<Option> options;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    // Help is told of last.
    if (option != app.get_help_ptr() && option != app.get_version_ptr()) {
      options.push_back(ReadOption(*option));
    }
  }
  for (const CLI::Option* option : {app.get_help_ptr(), app.get_version_ptr()}) {
    if (option != nullptr) options.push_back(ReadOption(*option));
  }
  return options;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A line that begins with no number goes on with the one before, or speaks of all.
void ReadExitStatus(const std::string& line, Command* out) {
  const size_t end = IsDigit(line[0]) ? line.find(' ') : 0;
  const size_t text = line.find_first_not_of(' ', end);
  if (text == std::string::npos) throw std::runtime_error(out->path + ": '" + line + "'");
  if (end != 0 || out->exit_statuses.empty()) {
    out->exit_statuses.push_back({line.substr(0, end), line.substr(text)});
  } else {
    out->exit_statuses.back().meaning += " " + line.substr(text);
  }
}

void ReadExample(const std::string& line, Command* out) {
  const bool is_purpose = line.starts_with("# ");
  const bool goes_on = !out->examples.empty() && !out->examples.back().lines.empty() &&
                       out->examples.back().lines.back().ends_with('\\');
  const bool waits = !out->examples.empty() && out->examples.back().lines.empty();
  // Commands below one purpose belong together.
  const bool belongs = !out->examples.empty() && !out->examples.back().purpose.empty();
  if (is_purpose) {
    out->examples.push_back({line.substr(2), {}});
  } else if (goes_on || waits || belongs) {
    out->examples.back().lines.push_back(line);
  } else {
    out->examples.push_back({"", {line}});
  }
}

void ReadHelpSections(const std::string& footer, Command* out) {
  std::istringstream lines(footer);
  std::string title, line;
  while (std::getline(lines, line)) {
    if (line.empty()) continue;
    if (!line.starts_with(kIndent)) {
      title = line;
    } else if (title == kExitStatusTitle) {
      ReadExitStatus(line.substr(sizeof(kIndent) - 1), out);
    } else if (title == kExamplesTitle) {
      ReadExample(line.substr(sizeof(kIndent) - 1), out);
    } else {
      throw std::runtime_error(out->path + ": '" + line + "' stands in no section of its help");
    }
  }
}

Command ReadCommandAt(const CLI::App& app, const std::string& path, const Command* parent) {
  Command command;
  command.path = path;
  command.summary = Summary(app);
  command.description = app.get_description();
  command.options = ReadOptions(app);
  if (parent != nullptr && app.get_fallthrough()) {
    for (const Option& option : parent->options) {
      if (option.names.back() != "--help" && option.names.back() != "--version") {
        command.inherited.push_back(option);
      }
    }
  }
  command.needs_command = app.get_require_subcommand_min() > 0;
  ReadHelpSections(app.get_footer(), &command);
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (below->get_group().empty()) continue;  // hidden
    command.commands.push_back(ReadCommandAt(*below, path + " " + below->get_name(), &command));
  }
  return command;
}

}  // namespace

const Command* Command::Find(const std::string& path_below) const {
  const std::string wanted = path_below.empty() ? path : path + " " + path_below;
  for (const Command* command : AllCommands(*this)) {
    if (command->path == wanted) return command;
  }
  return nullptr;
}

Command ReadCommand(const CLI::App& app) { return ReadCommandAt(app, app.get_name(), nullptr); }

std::vector<const Command*> AllCommands(const Command& command) {
  std::vector<const Command*> all = {&command};
  for (const Command& below : command.commands) {
    for (const Command* each : AllCommands(below)) all.push_back(each);
  }
  return all;
}

}  // namespace crlite
