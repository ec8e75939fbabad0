#include "sync/help.h"

#include <algorithm>
#include <memory>
#include <sstream>

namespace crlite {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kTextColumn = 26;  // where descriptions begin

// Breaks `text` at spaces, so that no line but one of a single long word passes `width`.
std::string Wrapped(const std::string& text, size_t width) {
  std::istringstream words(text);
  std::string lines, word;
  size_t column = 0;
  while (words >> word) {
    const bool fits = column + 1 + word.size() <= width;
    if (column != 0) lines += fits ? ' ' : '\n';
    column = column != 0 && fits ? column + 1 + word.size() : word.size();
    lines += word;
  }
  return lines;
}

std::string Indented(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    text.append("  ").append(lines.substr(0, end)).append("\n");
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

// A command that is too long for a line goes on below, before an option.
std::string Continued(const std::string& lines) {
  constexpr size_t kWidth = kColumns - 11;  // as manual pages indent them
  std::string text;
  for (const std::string& line : CLI::detail::split(lines, '\n')) {
    std::string rest = line;
    while (rest.size() > kWidth) {
      const size_t at = rest.rfind(" --", kWidth - 2);
      if (at == std::string::npos || rest.find_first_not_of(' ') >= at) break;
      text += rest.substr(0, at) + " \\\n";
      rest = "    " + rest.substr(at + 1);
    }
    text += rest + "\n";
  }
  return text;
}

std::vector<std::string> SortedNames(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options) {
    names.push_back(option->get_positional() ? ValueName(*option) : option->get_name());
  }
  std::sort(names.begin(), names.end());  // the set is in the order of addresses
  return names;
}

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(kTextColumn); }

  std::string make_description(const CLI::App* app) const override {
    return Wrapped(app->get_description(), kColumns) + "\n";
  }
  std::string make_subcommand(const CLI::App* command) const override {
    std::ostringstream out;
    CLI::detail::format_help(out, command->get_name(), InColumn(Summary(*command)), kTextColumn);
    return out.str();
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string value = ValueName(*option);
    // A positional is called what its value is.
    return value.empty() || option->get_positional() ? "" : " " + value;
  }
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    return is_positional ? ValueName(*option) : CLI::Formatter::make_option_name(option, false);
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    return InColumn(WholeDescription(*option));
  }

 private:
  static std::string InColumn(const std::string& text) {
    return Wrapped(text, kColumns - kTextColumn);
  }
};

}  // namespace

void UseHelpFormat(CLI::App& app) { app.formatter(std::make_shared<HelpFormatter>()); }

void AddHelpSections(CLI::App& command, std::string_view exit_status, std::string_view examples) {
  command.footer("EXIT STATUS\n" + Indented(exit_status) + "\nEXAMPLES\n" +
                 Indented(Continued(std::string(examples))));
}

std::string Summary(const CLI::App& command) {
  const std::string description = command.get_description();
  return description.substr(0, description.find(". "));
}

std::string ValueName(const CLI::Option& option) {
  if (option.get_type_size() == 0) return "";
  const std::string type = option.get_type_name();
  // Validators describe themselves behind a colon, which "HOST[:PORT]" has too.
  size_t end = 0;
  while (end < type.size() && (type[end] != ':' || (end > 0 && type[end - 1] == '['))) end++;
  return end == 0 ? option.get_name(true) : type.substr(0, end);
}

std::vector<std::string> ValueChoices(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t begin = type.find(":{"), end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 2, end - begin - 2), ',');
}

std::vector<std::string> ExcludedNames(const CLI::Option& option) {
  return SortedNames(option.get_excludes());
}

std::string WholeDescription(const CLI::Option& option) {
  std::string text = option.get_description();
  if (option.get_required()) text += "; required";
  if (option.get_expected_max() == CLI::detail::expected_max_vector_size) {
    text += "; may be repeated";
  }
  for (const std::string& name : SortedNames(option.get_needs())) text += "; needs " + name;
  for (const std::string& name : ExcludedNames(option)) text += "; not with " + name;
  return text;
}

}  // namespace crlite
