#include "sync/transfer/transfer_loop.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/transfer/retry.h"

namespace crlite {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct TransferLoop::Attempt {
  enum class State { kWaiting, kRunning, kEnded };
  Job* job;
  State state = State::kWaiting;
  Clock::time_point not_before = Clock::time_point::min();
  int retries = 0;
  std::unique_ptr<Exchange> exchange = nullptr;  // while running
};

TransferLoop::TransferLoop(Fetcher::TimeLimits limits, const ConnectionCheck* check)
    : multi_(curl_multi_init()),
      request_time_(limits.request),
      deadline_(Clock::now() + limits.total),
      check_(check),
      quiet_until_(Clock::time_point::min()) {}

milliseconds TransferLoop::TimeLeft() const {
  return std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
}

void TransferLoop::Run(const std::vector<Job*>& jobs) {
  std::vector<Attempt> attempts;
  attempts.reserve(jobs.size());
  for (Job* job : jobs) attempts.push_back({job});
  const auto has_ended = [](const Attempt& a) { return a.state == Attempt::State::kEnded; };
  for (;;) {
    StartDue(&attempts);
    if (std::all_of(attempts.begin(), attempts.end(), has_ended)) return;
    WaitForNews(attempts);
    int num_running = 0, num_left = 0;
    curl_multi_perform(multi_.get(), &num_running);
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &num_left)) {
      char* attempt = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &attempt);
      Finish(reinterpret_cast<Attempt*>(attempt), message->data.result);
    }
  }
}

void TransferLoop::StartDue(std::vector<Attempt>* attempts) {
  const Clock::time_point now = Clock::now();
  for (Attempt& attempt : *attempts) {
    if (num_running_ == kMaxParallel) return;
    if (attempt.state != Attempt::State::kWaiting) continue;
    if (std::max(attempt.not_before, quiet_until_) <= now || quiet_until_ >= deadline_) {
      Start(&attempt);
    }
  }
}

Error TransferLoop::PauseError(std::string_view subject) const {
  const auto seconds_until = [now = Clock::now()](Clock::time_point time) {
    return std::chrono::ceil<seconds>(time - now).count();
  };
  return {ErrorCode::kUnavailable,
          fmt::format("{}; the server asks to be left alone for {} s, and only {} s are left for "
                      "this source; try again after that",
                      subject, seconds_until(quiet_until_), seconds_until(deadline_))};
}

void TransferLoop::Start(Attempt* attempt) {
  attempt->state = Attempt::State::kEnded;
  HttpAnswer none;
  if (quiet_until_ >= deadline_) {
    none.failure = PauseError(attempt->job->url() + ": not asked for");
  } else if (TimeLeft() <= milliseconds::zero()) {
    none.failure =
        Error{ErrorCode::kUnavailable, attempt->job->url() + ": no time left for this source"};
  }
  if (!none.failure.ok()) {
    // Another attempt would meet the same, whatever the job wants.
    attempt->job->Conclude(none);
    return;
  }
  std::optional<HttpRequest> request = attempt->job->NextRequest();
  if (!request.has_value()) return;
  attempt->state = Attempt::State::kRunning;
  attempt->exchange = std::make_unique<Exchange>(std::move(*request), attempt->job,
                                                 std::min(TimeLeft(), request_time_), check_);
  curl_easy_setopt(attempt->exchange->handle(), CURLOPT_PRIVATE, attempt);
  curl_multi_add_handle(multi_.get(), attempt->exchange->handle());
  ++num_running_;
}

void TransferLoop::Finish(Attempt* attempt, CURLcode code) {
  HttpAnswer answer = attempt->exchange->Finish(code);
  curl_multi_remove_handle(multi_.get(), attempt->exchange->handle());
  attempt->exchange.reset();
  --num_running_;
  Record(answer);
  const bool once_more =
      (answer.may_pass && Postpone(attempt, &answer)) || attempt->job->Conclude(answer);
  attempt->state = once_more ? Attempt::State::kWaiting : Attempt::State::kEnded;
}

// Whether there will be another attempt; if it is for lack of time that there is none, the answer
// says so.
bool TransferLoop::Postpone(Attempt* attempt, HttpAnswer* answer) {
  const Clock::time_point now = Clock::now();
  quiet_until_ = std::max(quiet_until_, now + answer->retry_after);
  if (quiet_until_ >= deadline_) {
    if (answer->failure.ok()) {
      answer->failure = PauseError(StatusError(attempt->job->url(), answer->status).message);
    }
    return false;
  }
  if (attempt->retries == kMaxRetries) return false;
  attempt->not_before = now + PauseBefore(attempt->retries);
  ++attempt->retries;
  return attempt->not_before < deadline_;
}

void TransferLoop::WaitForNews(const std::vector<Attempt>& attempts) {
  constexpr milliseconds kLongest{1000};
  milliseconds timeout = kLongest;
  if (num_running_ < kMaxParallel) {
    const Clock::time_point now = Clock::now();
    for (const Attempt& attempt : attempts) {
      if (attempt.state != Attempt::State::kWaiting) continue;
      const auto due = std::max({attempt.not_before, quiet_until_, now});
      timeout = std::min(timeout, std::chrono::ceil<milliseconds>(due - now));
    }
  }
  curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(timeout.count()), nullptr);
}

void TransferLoop::Record(const HttpAnswer& answer) {
  traffic_.requests += answer.traffic.requests;
  traffic_.sent_bytes += answer.traffic.sent_bytes;
  traffic_.received_bytes += answer.traffic.received_bytes;
  wished_pause_ = std::max({wished_pause_, answer.retry_after, answer.backoff});
}

}  // namespace crlite
