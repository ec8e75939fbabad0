// HTTP GET for bytes that nobody vouches for yet.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cascade/base/result.h"

namespace crlite {

// https alone, except where CheckUrl let an http URL through; redirects lead to https alone. The
// connection is reused. SSL_CERT_FILE and SSL_CERT_DIR choose the trusted roots, as they do for the
// curl tool, and the usual proxy variables hold. Not thread-safe.
class Fetcher {
 public:
  // Called while a body arrives, with its bytes so far.
  using OnBytes = std::function<void(uint64_t)>;

  struct TimeLimits {
    std::chrono::seconds total = std::chrono::minutes(30);  // all requests together
    std::chrono::seconds request = std::chrono::minutes(10);
  };
  explicit Fetcher(OnBytes on_bytes, TimeLimits limits);
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  // The body of a 200 answer; the transfer ends as soon as it is larger than `max_size`. What may
  // pass soon (no connection, 429, 5xx) is tried three times, a time-out is not. Errors are
  // kUnavailable, begin with the URL and say what to try where that is known.
  Result<std::vector<uint8_t>> Get(const std::string& url, uint64_t max_size);

 private:
  struct Transfer;
  Status Perform(Transfer* transfer);
  std::chrono::milliseconds TimeLeft() const;
  static size_t OnBody(char* data, size_t size, size_t count, void* transfer);

  struct CurlDeleter {
    void operator()(void* curl) const;
  };
  std::unique_ptr<void, CurlDeleter> curl_;
  OnBytes on_bytes_;
  const std::chrono::milliseconds request_time_;
  const std::chrono::steady_clock::time_point deadline_;
};

}  // namespace crlite
