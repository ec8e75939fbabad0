#include "cli/admin/refusals_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "cascade/base/text.h"
#include "cli/admin/journal_entry.h"
#include "cli/output.h"
#include "cli/process.h"

namespace crlite {
namespace {

constexpr size_t kMaxLine = 1u << 20;
// Of programs and exemptions in the summary: an entry may be anybody's.
constexpr size_t kMaxNames = 1000;
constexpr char kOtherNames[] = "(others)";
constexpr int kTimeoutS = 3600;

struct RefusalsOptions {
  std::string since;
  bool has_since = false;
  bool json = false;
};

using Counts = std::array<uint64_t, std::size(kJournalActions)>;

struct Summary {
  Counts counts = {};
  std::map<std::string, Counts> programs;
  std::map<std::string, uint64_t> exemptions;
  uint64_t messages = 0;    // of the module, not about certificates
  uint64_t unreadable = 0;  // lines

  uint64_t entries() const {
    uint64_t sum = 0;
    for (const uint64_t count : counts) sum += count;
    return sum;
  }
};

// In words, after a number or alone.
const char* ActionText(JournalAction action) {
  switch (action) {
    case JournalAction::kRefused:
      return "refused";
    case JournalAction::kWithheld:
      return "would have been refused";
    case JournalAction::kExempted:
      return "let through by exemption";
    case JournalAction::kReported:
      return "reported";
  }
  return "";
}

template <typename Value>
Value& Named(std::map<std::string, Value>* values, const std::string& name) {
  const bool has_room = values->size() < kMaxNames || values->count(name) != 0;
  return (*values)[has_room ? name : kOtherNames];
}

void Count(const JournalEntry& entry, Summary* summary) {
  const auto action = static_cast<size_t>(entry.action);
  ++summary->counts[action];
  ++Named(&summary->programs, entry.program.empty() ? "(unknown)" : entry.program)[action];
  if (!entry.exemption.empty()) ++Named(&summary->exemptions, entry.exemption);
}

void PrintEntry(const JournalEntry& entry) {
  fmt::print("{} {}[{}]: {}", FormatTimeMs(entry.time_ms),
             entry.program.empty() ? "(unknown)" : entry.program, entry.pid,
             ActionText(entry.action));
  const std::pair<const char*, const std::string*> facts[] = {
      {"rule", &entry.rule},     {"serial", &entry.serial}, {"issuer", &entry.issuer},
      {"filter", &entry.filter}, {"mode", &entry.mode},     {"exemption", &entry.exemption}};
  for (const auto& [name, value] : facts) {
    if (!value->empty()) fmt::print(", {} {}", name, *value);
  }
  fmt::print("\n");
}

void PrintEntryJson(const JournalEntry& entry) {
  PrintJsonLine({{"schema", kJsonSchema},
                 {"entry",
                  {{"time_ms", entry.time_ms},
                   {"action", JournalActionName(entry.action)},
                   {"rule", entry.rule},
                   {"program", entry.program},
                   {"pid", entry.pid},
                   {"serial", entry.serial},
                   {"issuer_spki_sha256", entry.issuer},
                   {"filter", entry.filter},
                   {"mode", entry.mode},
                   {"exemption", entry.exemption}}}});
}

std::string CountsText(const Counts& counts) {
  std::string text;
  for (const JournalAction action : kJournalActions) {
    const uint64_t count = counts[static_cast<size_t>(action)];
    if (count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, ActionText(action));
  }
  return text;
}

nlohmann::ordered_json CountsJson(const Counts& counts) {
  nlohmann::ordered_json json;
  for (const JournalAction action : kJournalActions) {
    json[JournalActionName(action)] = counts[static_cast<size_t>(action)];
  }
  return json;
}

void PrintSummary(const Summary& summary, const std::string& since) {
  if (summary.entries() == 0) {
    fmt::print("the module refused nothing{}\n", since.empty() ? "" : " since " + since);
  } else {
    fmt::print("\nin all: {}\n", CountsText(summary.counts));
    for (const auto& [program, counts] : summary.programs) {
      fmt::print("{}: {}\n", program, CountsText(counts));
    }
    for (const auto& [exemption, count] : summary.exemptions) {
      fmt::print("exemption {}: used {}\n", exemption, FormatCount(count, "time"));
    }
  }
  if (summary.messages != 0) {
    fmt::print("{} of the module about itself: journalctl SYSLOG_IDENTIFIER=crlite\n",
               FormatCount(summary.messages, "more message"));
  }
}

void PrintSummaryJson(const Summary& summary) {
  nlohmann::ordered_json json = CountsJson(summary.counts);
  json["programs"] = nlohmann::ordered_json::object();
  for (const auto& [program, counts] : summary.programs) {
    json["programs"][program] = CountsJson(counts);
  }
  json["exemptions"] = summary.exemptions;
  json["messages"] = summary.messages;
  json["unreadable"] = summary.unreadable;
  PrintJsonLine({{"schema", kJsonSchema}, {"summary", std::move(json)}});
}

// Cuts what a program prints into lines, and drops what is longer than any line of ours.
class LineCutter {
 public:
  explicit LineCutter(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

  void Add(std::string_view text) {
    for (size_t end; (end = text.find('\n')) != std::string_view::npos;) {
      Keep(text.substr(0, end));
      take_(is_too_long_ ? "too long" : std::string_view(line_));
      line_.clear();
      is_too_long_ = false;
      text.remove_prefix(end + 1);
    }
    Keep(text);
  }

 private:
  void Keep(std::string_view piece) {
    is_too_long_ = is_too_long_ || piece.size() > kMaxLine - line_.size();
    if (!is_too_long_) line_.append(piece);
  }

  const std::function<void(std::string_view)> take_;
  std::string line_;
  bool is_too_long_ = false;
};

Status CheckSince(const RefusalsOptions& options) {
  if (!options.has_since || (!options.since.empty() && options.since[0] != '-')) {
    return Status::Ok();
  }
  return Error{ErrorCode::kUsage,
               fmt::format("--since: '{}', wanted a time such as '2026-10-20 12:00', 'yesterday' "
                           "or '1 hour ago'; try 'crlite refusals --help'",
                           WithoutControls(options.since))};
}

// What journalctl said on stderr, each line behind its name.
void PassOn(std::string_view errors) {
  while (!errors.empty()) {
    const size_t end = std::min(errors.find('\n'), errors.size());
    if (end != 0) PrintMessage("journalctl: " + WithoutControls(errors.substr(0, end)));
    errors.remove_prefix(std::min(end + 1, errors.size()));
  }
}

Status ReadJournal(const RefusalsOptions& options,
                   const std::function<void(std::string_view)>& take) {
  std::vector<std::string> command = {"journalctl", "--no-pager", "--output=json",
                                      "SYSLOG_IDENTIFIER=crlite"};
  if (options.has_since) command.push_back("--since=" + options.since);
  LineCutter cutter(take);
  ProcessOptions process;
  process.timeout_s = kTimeoutS;
  process.on_output = [&](std::string_view text) { cutter.Add(text); };
  const Result<ProcessResult> result = RunProcess(command, process);
  if (!result.ok()) {
    return Error{ErrorCode::kIo,
                 result.error().message +
                     "; the entries are in systemd's journal: where there is none, look for "
                     "'crlite[' in the system's log"};
  }
  PassOn(result->errors);
  if (result->timed_out) {
    return Error{ErrorCode::kIo, "journalctl: no end after an hour; try a later --since"};
  }
  if (result->exit_status == 0) return Status::Ok();
  return Error{ErrorCode::kIo,
               fmt::format("journalctl: exit status {}, wanted 0; if it may not read the journal, "
                           "run 'crlite refusals' with sudo or as a member of the group "
                           "systemd-journal",
                           result->exit_status)};
}

// journalctl is content with a machine on which journald never ran. A directory of one's own for
// each machine; Debian makes the one above it in any case.
bool HasJournal() {
  for (const char* const journals : {"/run/log/journal", "/var/log/journal"}) {
    std::error_code error;
    if (std::filesystem::directory_iterator(journals, error) !=
        std::filesystem::directory_iterator()) {
      return true;
    }
    if (error && error != std::errc::no_such_file_or_directory) return true;  // it is hidden
  }
  return false;
}

int RunRefusals(const RefusalsOptions& options) {
  if (Status status = CheckSince(options); !status.ok()) return Fail(status.error());
  Summary summary;
  const Status status = ReadJournal(options, [&](std::string_view line) {
    JournalEntry entry;
    switch (ParseJournalLine(line, &entry)) {
      case JournalLineKind::kEntry:
        Count(entry, &summary);
        options.json ? PrintEntryJson(entry) : PrintEntry(entry);
        break;
      case JournalLineKind::kMessage:
        ++summary.messages;
        break;
      case JournalLineKind::kNone:
        break;
      case JournalLineKind::kUnreadable:
        ++summary.unreadable;
        break;
    }
  });
  if (!status.ok()) return Fail(status.error());
  if (options.json) {
    PrintSummaryJson(summary);
  } else {
    PrintSummary(summary, WithoutControls(options.since));
  }
  if (summary.entries() == 0 && !HasJournal()) {
    PrintMessage(
        "journal: none in /run/log/journal or /var/log/journal, so nothing is known; look for "
        "'crlite[' in the system's log");
  }
  if (summary.unreadable != 0) {
    PrintMessage(
        fmt::format("journal: {} left out, as they are no entries of this module; see "
                    "them with 'journalctl SYSLOG_IDENTIFIER=crlite'",
                    FormatCount(summary.unreadable, "line")));
  }
  return 0;
}

}  // namespace

void AddRefusalsCommand(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<RefusalsOptions>();
  CLI::App* command = app.add_subcommand(
      "refusals", "Lists what the module refused, or would have refused, from systemd's journal");
  CLI::Option* since =
      command
          ->add_option("--since", options->since,
                       "Only entries from then on, as journalctl understands it, such as "
                       "'2026-10-20 12:00', 'yesterday' or '1 hour ago' (default: all)")
          ->type_name("TIME");
  AddJsonOption(*command, &options->json);
  AddHelpSections(*command,
                  "0   the journal was read, whatever was in it\n64  usage\n70  internal error\n"
                  "74  no journalctl, no permission to read the journal, or output failed",
                  "crlite refusals --since yesterday\n"
                  "crlite refusals --json | jq -c 'select(.entry) | .entry'");
  command->callback([options, since, exit_code] {
    options->has_since = since->count() != 0;
    *exit_code = RunRefusals(*options);
  });
}

}  // namespace crlite
