#include "man/roff.h"

#include <algorithm>
#include <string_view>

namespace crlite {
namespace {

std::string Bold(const std::string& text) { return "\\fB" + RoffText(text) + "\\fR"; }
std::string Italic(const std::string& text) { return "\\fI" + RoffText(text) + "\\fR"; }

// A line of its own: what begins with a period or an apostrophe would be a request.
std::string Line(const std::string& roff) {
  return (roff.starts_with('.') || roff.starts_with('\'') ? "\\&" : "") + roff + "\n";
}

std::string Sentence(const std::string& text) {
  return text + (text.empty() || text.ends_with('.') || text.ends_with('?') ? "" : ".");
}

std::string Names(const Option& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + Bold(name);
  return names;
}

// One that takes part in the synopsis, without brackets; the spaces in it do not break.
std::string Usage(const Option& option) {
  std::string usage = option.is_positional() ? "" : Bold(option.names.front());
  if (!option.value.empty()) usage += (usage.empty() ? "" : "\\ ") + Italic(option.value);
  return usage;
}

bool Excludes(const Option& option, const Option& other) {
  for (const std::string& name : other.names) {
    if (std::find(option.excludes.begin(), option.excludes.end(), name) != option.excludes.end()) {
      return true;
    }
  }
  return false;
}

bool IsHelp(const Option& option) {
  return !option.is_positional() &&
         (option.names.back() == "--help" || option.names.back() == "--version");
}

// Options that do not go with each other stand in one bracket, where the first one stands.
std::string OptionUsages(const std::vector<Option>& options) {
  std::string usages;
  std::vector<const Option*> done;
  for (const Option& option : options) {
    if (IsHelp(option) || option.is_positional() ||
        std::find(done.begin(), done.end(), &option) != done.end()) {
      continue;
    }
    std::vector<const Option*> group = {&option};
    for (const Option& other : options) {
      const auto clashes = [&other](const Option* one) { return Excludes(*one, other); };
      if (!IsHelp(other) && std::find(done.begin(), done.end(), &other) == done.end() &&
          std::all_of(group.begin(), group.end(), clashes)) {
        group.push_back(&other);
      }
    }
    std::string usage;
    for (const Option* one : group) {
      usage += (usage.empty() ? "" : "\\ |\\ ") + Usage(*one) + (one->is_repeatable ? "..." : "");
      done.push_back(one);
    }
    usages += " " + (option.is_required ? usage : "[" + usage + "]");
  }
  return usages;
}

std::string PositionalUsages(const std::vector<Option>& options) {
  std::string usages;
  for (const Option& option : options) {
    if (!option.is_positional()) continue;
    const std::string usage = Usage(option) + (option.is_repeatable ? "..." : "");
    usages += " " + (option.is_required ? usage : "[" + usage + "]");
  }
  return usages;
}

// A verb with its positional arguments, and what may stand in their place.
std::string VerbUsage(const Command& verb) {
  std::string usage = Bold(verb.name());
  for (const Option& option : verb.options) {
    if (!option.is_positional()) continue;
    std::string choice;
    for (const Option& other : verb.options) {
      if (Excludes(option, other)) choice += "\\ |\\ " + Usage(other);
    }
    usage += "\\ " + (choice.empty() ? Usage(option) : "{" + Usage(option) + choice + "}");
  }
  return usage;
}

}  // namespace

std::string RoffText(const std::string& text) {
  std::string roff;
  for (const char c : text) {
    switch (c) {
      case '\\':
        roff += "\\e";
        break;
      case '-':
        roff += "\\-";
        break;
      case '\'':
        roff += "\\(aq";
        break;
      case '"':
        roff += "\\(dq";
        break;
      case '`':
        roff += "\\(ga";
        break;
      case '^':
        roff += "\\(ha";
        break;
      case '~':
        roff += "\\(ti";
        break;
      default:
        roff += c;
    }
  }
  return roff;
}

std::string RoffSynopsis(const Command& command) {
  std::string lines;
  if (!command.needs_command) {
    std::string call = Bold(command.path);
    if (!command.commands.empty()) {
      std::string verbs;
      for (const Command& verb : command.commands) {
        verbs += (verbs.empty() ? "" : "\\ |\\ ") + VerbUsage(verb);
      }
      call += " [" + verbs + "]";
    }
    lines += ".HP 4\n.ad l\n.nh\n" +
             Line(call + OptionUsages(command.options) + PositionalUsages(command.options));
  } else {
    for (const Command& below : command.commands) lines += RoffSynopsis(below);
  }
  const bool is_tool = command.path.find(' ') == std::string::npos;
  if (is_tool) {
    lines +=
        ".HP 4\n" + Line(Bold(command.path) + " " + Bold("--help") + "\\ |\\ " + Bold("--version"));
  }
  return lines;
}

std::string RoffCommands(const Command& command) {
  std::string lines;
  for (const Command& below : command.commands) {
    lines += ".TP\n" + Line(Bold(below.name())) + Line(RoffText(Sentence(below.summary)));
  }
  return lines;
}

std::string RoffOptions(const Command& command) {
  std::string lines;
  for (const Option& option : command.options) {
    const std::string tag =
        option.is_positional()
            ? Italic(option.value)
            : Names(option) + (option.value.empty() ? "" : " ") + Italic(option.value);
    lines += ".TP\n" + Line(tag) + Line(RoffText(Sentence(option.description)));
  }
  return lines;
}

std::string RoffExitStatus(const Command& command) {
  std::string lines;
  for (const ExitStatus& status : command.exit_statuses) {
    lines += status.code.empty() ? ".PP\n" : ".TP\n.B " + status.code + "\n";
    lines += Line(RoffText(status.meaning));
  }
  return lines;
}

std::string RoffExamples(const Command& command) {
  std::string lines;
  for (const Example& example : command.examples) {
    if (!example.purpose.empty()) {
      lines +=
          ".PP\n" + Line(RoffText(example.purpose) + (example.purpose.ends_with('?') ? "" : ":"));
    }
    lines += ".PP\n.RS 4\n.EX\n";
    for (const std::string& line : example.lines) lines += Line(RoffText(line));
    lines += ".EE\n.RE\n";
  }
  return lines;
}

std::string RoffReference(const Command& command) {
  std::string lines = ".PP\nOptions:\n" + RoffOptions(command);
  if (!command.exit_statuses.empty()) lines += ".PP\nExit status:\n" + RoffExitStatus(command);
  if (!command.examples.empty()) lines += ".PP\nExamples:\n" + RoffExamples(command);
  for (const Command& below : command.commands) {
    lines += ".SS " + Line(RoffText(below.path.substr(below.path.find(' ') + 1)));
    lines += Line(RoffText(Sentence(below.description))) + RoffReference(below);
  }
  return lines;
}

}  // namespace crlite
