#include "cli/admin/journal_entry.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "cascade/base/text.h"

namespace crlite {
namespace {

using Json = nlohmann::json;

// A field that is not UTF-8 is an array of bytes, one that is there twice an array of its values,
// and a very long one null. The first is text too; the module writes neither of the others.
std::string FieldText(const Json& entry, const char* name) {
  const auto field = entry.find(name);
  if (field == entry.end()) return "";
  if (field->is_string()) return WithoutControls(field->get_ref<const std::string&>());
  std::string bytes;
  if (!field->is_array()) return "";
  for (const Json& byte : *field) {
    if (!byte.is_number_unsigned() || byte.get<uint64_t>() > 0xff) return "";
    // What is not UTF-8 is of no use to a terminal either.
    const auto c = static_cast<char>(byte.get<uint64_t>());
    bytes.push_back(c >= 0x20 && c < 0x7f ? c : '?');
  }
  return bytes;
}

uint64_t TimeMs(const std::string& microseconds) {
  uint64_t value = 0;
  const char* const end = microseconds.data() + microseconds.size();
  const auto [rest, error] = std::from_chars(microseconds.data(), end, value);
  return error == std::errc() && rest == end ? value / 1000 : 0;
}

bool ParseAction(const std::string& name, JournalAction* out) {
  for (const JournalAction action : kJournalActions) {
    if (name == JournalActionName(action)) {
      *out = action;
      return true;
    }
  }
  return false;
}

}  // namespace

const char* JournalActionName(JournalAction action) {
  switch (action) {
    case JournalAction::kRefused:
      return "refused";
    case JournalAction::kWithheld:
      return "withheld";
    case JournalAction::kExempted:
      return "exempted";
    case JournalAction::kReported:
      return "reported";
  }
  return "";
}

JournalLineKind ParseJournalLine(std::string_view line, JournalEntry* out) {
  if (line.empty() || line.substr(0, 3) == "-- ") return JournalLineKind::kNone;
  const Json entry = Json::parse(line, nullptr, false);
  if (!entry.is_object()) return JournalLineKind::kUnreadable;
  if (!entry.contains("CRLITE_ACTION")) return JournalLineKind::kMessage;
  if (!ParseAction(FieldText(entry, "CRLITE_ACTION"), &out->action)) {
    return JournalLineKind::kUnreadable;
  }
  out->time_ms = TimeMs(FieldText(entry, "__REALTIME_TIMESTAMP"));
  out->rule = FieldText(entry, "CRLITE_RULE");
  out->program = FieldText(entry, "CRLITE_PROGRAM");
  // journald's own knowledge is worth more than what the process says.
  out->pid = FieldText(entry, "_PID");
  if (out->pid.empty()) out->pid = FieldText(entry, "SYSLOG_PID");
  out->serial = FieldText(entry, "CRLITE_SERIAL");
  out->issuer = FieldText(entry, "CRLITE_ISSUER");
  out->filter = FieldText(entry, "CRLITE_FILTER");
  out->mode = FieldText(entry, "CRLITE_MODE");
  out->exemption = FieldText(entry, "CRLITE_EXEMPTION");
  return JournalLineKind::kEntry;
}

}  // namespace crlite
