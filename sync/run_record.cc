#include "sync/run_record.h"

#include "cascade/base/file.h"
#include "sync/clock.h"
#include "sync/offer/json.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxRecordSize = 64 << 10;
constexpr uint64_t kMaxCount = uint64_t{1} << 53;
constexpr int kSchema = 1;

// A field that is missing or odd is 0: nothing is decided by it.
uint64_t CountOf(const json& document, const char* key) {
  const Result<uint64_t> count = ParseCount(document, key, kMaxCount);
  return count.ok() ? *count : 0;
}

std::string TextOf(const json& document, const char* key) {
  Result<std::string> text = ParseText(document, key);
  return text.ok() ? std::move(*text) : std::string();
}

json ObjectOf(const json& document, const char* key) {
  const auto found = document.find(key);
  return found != document.end() && found->is_object() ? *found : json::object();
}

}  // namespace

std::string FetchRecordPath(const StatePaths& paths) { return paths.incoming + "/last-fetch.json"; }

std::string PublishRecordPath(const StatePaths& paths) {
  return paths.directory + "/last-publish.json";
}

nlohmann::ordered_json RunRecordToJson(const RunRecord& record) {
  return {{"schema", kSchema},
          {"started_ms", record.started_ms},
          {"ended_ms", record.ended_ms},
          {"last_success_ms", record.last_success_ms},
          {"exit_status", record.exit_status},
          {"message", record.message},
          {"source", record.source},
          {"signed", record.is_signed},
          {"data_time_ms", record.data_time_ms},
          {"generation", record.generation},
          {"requests", record.traffic.requests},
          {"sent_bytes", record.traffic.sent_bytes},
          {"received_bytes", record.traffic.received_bytes},
          {"not_before_ms", record.not_before_ms}};
}

std::optional<RunRecord> ReadRunRecord(const std::string& path) {
  const Result<std::vector<uint8_t>> text = ReadFile(path, kMaxRecordSize, Links::kRefuse);
  if (!text.ok()) return std::nullopt;
  const Result<json> document =
      ParseObject({reinterpret_cast<const char*>(text->data()), text->size()}, kMaxRecordSize);
  if (!document.ok() || CountOf(*document, "schema") != kSchema) return std::nullopt;
  RunRecord record;
  record.started_ms = CountOf(*document, "started_ms");
  record.ended_ms = CountOf(*document, "ended_ms");
  record.last_success_ms = CountOf(*document, "last_success_ms");
  record.exit_status = static_cast<int>(CountOf(*document, "exit_status") & 0xff);
  record.message = TextOf(*document, "message");
  record.source = TextOf(*document, "source");
  record.is_signed = document->value("signed", json()) == json(true);
  record.data_time_ms = CountOf(*document, "data_time_ms");
  record.generation = CountOf(*document, "generation");
  record.traffic.requests = CountOf(*document, "requests");
  record.traffic.sent_bytes = CountOf(*document, "sent_bytes");
  record.traffic.received_bytes = CountOf(*document, "received_bytes");
  const json pauses = ObjectOf(*document, "not_before_ms");
  for (const auto& [spec, unused] : pauses.items()) {
    record.not_before_ms[spec] = CountOf(pauses, spec.c_str());
  }
  return record;
}

void FinishRun(const std::string& path, const Status& done, RunRecord* record) {
  record->ended_ms = NowMs();
  record->exit_status = done.ok() ? 0 : ExitCodeOf(done.error().code);
  record->message = done.ok() ? "" : done.error().message;
  const std::optional<RunRecord> before = ReadRunRecord(path);
  record->last_success_ms =
      done.ok() ? record->ended_ms : (before.has_value() ? before->last_success_ms : 0);
  const std::string text =
      RunRecordToJson(*record).dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  (void)WriteFileAtomically(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()},
                            0644, FileOwner::kOwnerOfDirectory, Durability::kLater);
}

}  // namespace crlite
