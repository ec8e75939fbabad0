#include "sync/metrics.h"

#include <fmt/format.h>

#include <optional>

#include "cascade/base/file.h"
#include "cascade/snapshot/mapped_snapshot.h"
#include "sync/run_record.h"

namespace crlite {
namespace {

// Collects the lines of the text format (Prometheus, "Exposition formats").
class Gauges {
 public:
  void Add(const char* name, const char* help, double value) {
    text_ += fmt::format("# HELP crlite_{0} {1}\n# TYPE crlite_{0} gauge\ncrlite_{0} {2}\n", name,
                         help, value);
  }
  // Seconds since the epoch, as is the custom; 0 is unknown.
  void AddTime(const char* name, const char* help, uint64_t time_ms) {
    if (time_ms != 0) Add(name, help, static_cast<double>(time_ms) / 1000);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

void AddSnapshot(const StatePaths& paths, Gauges* gauges) {
  const Result<MappedSnapshot> mapped = MappedSnapshot::Open(paths.snapshot);
  gauges->Add("snapshot_usable", "Whether there is a snapshot that can be read.", mapped.ok());
  if (!mapped.ok()) return;
  const Snapshot& snapshot = mapped->snapshot();
  gauges->Add("generation", "Generation of the snapshot in force.",
              static_cast<double>(snapshot.generation()));
  gauges->Add("filters", "Filters in the snapshot.", static_cast<double>(snapshot.num_filters()));
  // Every snapshot has one more, that of the self-test.
  gauges->Add("issuers", "Issuers in the snapshot.",
              static_cast<double>(snapshot.num_issuers()) - 1);
  gauges->AddTime("data_time_seconds", "How old the data is by its own account, since the epoch.",
                  snapshot.data_time_ms());
  gauges->AddTime("published_time_seconds", "When the snapshot was compiled.",
                  snapshot.published_ms());
  if (snapshot.policy().stale_after_s != 0) {
    gauges->Add("stale_after_seconds", "Age of the data that the policy calls stale.",
                snapshot.policy().stale_after_s);
  }
}

void AddFetch(const RunRecord& fetch, Gauges* gauges) {
  gauges->AddTime("fetch_time_seconds", "End of the last fetch.", fetch.ended_ms);
  gauges->AddTime("fetch_success_time_seconds", "End of the last fetch that succeeded.",
                  fetch.last_success_ms);
  gauges->Add("fetch_exit_status", "Exit status of the last fetch.", fetch.exit_status);
  gauges->Add("fetch_requests", "HTTP requests of the last fetch.",
              static_cast<double>(fetch.traffic.requests));
  gauges->Add("fetch_received_bytes", "Bytes received by the last fetch, above TLS.",
              static_cast<double>(fetch.traffic.received_bytes));
}

void AddPublish(const RunRecord& publish, Gauges* gauges) {
  gauges->AddTime("publish_time_seconds", "End of the last publication.", publish.ended_ms);
  gauges->AddTime("publish_success_time_seconds", "End of the last publication that succeeded.",
                  publish.last_success_ms);
  gauges->Add("publish_exit_status", "Exit status of the last publication.", publish.exit_status);
  gauges->Add("data_signed", "Whether a signature vouches for the data in force.",
              publish.is_signed);
}

}  // namespace

std::string MetricsText(const StatePaths& paths) {
  Gauges gauges;
  AddSnapshot(paths, &gauges);
  if (const auto fetch = ReadRunRecord(FetchRecordPath(paths))) AddFetch(*fetch, &gauges);
  if (const auto publish = ReadRunRecord(PublishRecordPath(paths))) AddPublish(*publish, &gauges);
  return gauges.Take();
}

Status WriteMetrics(const StatePaths& paths, const std::string& path) {
  const std::string text = MetricsText(paths);
  return WriteFileAtomically(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()},
                             0644);
}

}  // namespace crlite
