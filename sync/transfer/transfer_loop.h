// Several exchanges at once, each tried again as long as that makes sense.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sync/transfer/exchange.h"

namespace crlite {

inline constexpr size_t kMaxParallel = 6;

// Something to be fetched, over as many attempts as it takes.
class Job : public BodySink {
 public:
  virtual const std::string& url() const = 0;
  // The request of the next attempt; nullopt when there is no need of one: the job has ended.
  virtual std::optional<HttpRequest> NextRequest() = 0;
  // The last attempt's answer; failures that may pass have been tried again, unless there was no
  // time for it. Returns whether the job wants one more attempt all the same, which must not go on
  // for ever.
  virtual bool Conclude(const HttpAnswer& answer) = 0;
};

// Keeps connections and, where the server speaks HTTP/2, shares them among jobs. Not thread-safe.
class TransferLoop {
 public:
  // `check` as in Fetcher.
  TransferLoop(Fetcher::TimeLimits limits, const ConnectionCheck* check);

  // Runs every job to its end.
  void Run(const std::vector<Job*>& jobs);

  const Traffic& traffic() const { return traffic_; }
  std::chrono::seconds wished_pause() const { return wished_pause_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Attempt;
  struct Deleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  std::chrono::milliseconds TimeLeft() const;
  void StartDue(std::vector<Attempt>* attempts);
  void Start(Attempt* attempt);
  void Finish(Attempt* attempt, CURLcode code);
  Error PauseError(std::string_view subject) const;
  bool Postpone(Attempt* attempt, HttpAnswer* answer);
  void WaitForNews(const std::vector<Attempt>& attempts);
  void Record(const HttpAnswer& answer);

  const std::unique_ptr<CURLM, Deleter> multi_;  // multiplexes by default
  const std::chrono::milliseconds request_time_;
  const Clock::time_point deadline_;
  const ConnectionCheck* const check_;
  Clock::time_point quiet_until_;  // a server has asked for that
  size_t num_running_ = 0;
  Traffic traffic_;
  std::chrono::seconds wished_pause_{0};
};

}  // namespace crlite
