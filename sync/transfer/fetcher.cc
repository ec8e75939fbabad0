#include "sync/transfer/fetcher.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <thread>

namespace crlite {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kAttempts = 3;
constexpr milliseconds kFirstPause{500};
constexpr long kConnectTimeoutS = 20;
// Slower than this for so long counts as a dead peer.
constexpr long kLowSpeedBytes = 100, kLowSpeedTimeS = 30;
constexpr long kMaxRedirects = 5;

bool MayPass(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

bool MayPass(long http_status) {
  return http_status == 408 || http_status == 429 || http_status == 500 || http_status == 502 ||
         http_status == 503 || http_status == 504;
}

// Doubles with each attempt, and spreads machines that failed together.
milliseconds PauseBefore(int attempt) {
  const auto base = kFirstPause.count() << attempt;
  std::random_device random;
  return milliseconds(base + static_cast<long>(random() % static_cast<unsigned>(base)));
}

void SetRoots(CURL* curl) {
  if (const char* file = getenv("SSL_CERT_FILE")) curl_easy_setopt(curl, CURLOPT_CAINFO, file);
  if (const char* folder = getenv("SSL_CERT_DIR")) curl_easy_setopt(curl, CURLOPT_CAPATH, folder);
}

}  // namespace

struct Fetcher::Transfer {
  std::string url;
  uint64_t max_size;
  const OnBytes* on_bytes;
  std::vector<uint8_t> body;
  bool too_large = false;
  bool may_pass = false;  // the failure is one that another attempt may not meet
};

void Fetcher::CurlDeleter::operator()(void* curl) const { curl_easy_cleanup(curl); }

Fetcher::Fetcher(OnBytes on_bytes, TimeLimits limits)
    : curl_(curl_easy_init()),
      on_bytes_(std::move(on_bytes)),
      request_time_(limits.request),
      deadline_(steady_clock::now() + limits.total) {}

Fetcher::~Fetcher() = default;

milliseconds Fetcher::TimeLeft() const {
  return std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now());
}

size_t Fetcher::OnBody(char* data, size_t size, size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  const size_t length = size * count;
  if (length > transfer->max_size - transfer->body.size()) {
    transfer->too_large = true;
    return 0;
  }
  transfer->body.insert(transfer->body.end(), data, data + length);
  if (*transfer->on_bytes) (*transfer->on_bytes)(transfer->body.size());
  return length;
}

Status Fetcher::Perform(Transfer* transfer) {
  CURL* curl = curl_.get();
  const auto failed = [&](std::string_view what) {
    return Error{ErrorCode::kUnavailable, fmt::format("{}: {}", transfer->url, what)};
  };
  transfer->body.clear();
  transfer->may_pass = false;
  if (TimeLeft() <= milliseconds::zero()) return failed("no time left for this source");

  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_reset(curl);  // keeps the connections
  curl_easy_setopt(curl, CURLOPT_URL, transfer->url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, kMaxRedirects);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "crlite-sync/" CRLITE_VERSION);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(std::min(TimeLeft(), request_time_).count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kLowSpeedBytes);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kLowSpeedTimeS);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Fetcher::OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
  SetRoots(curl);

  const CURLcode code = curl_easy_perform(curl);
  // A body of an error page may be too large as well: the status says more.
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 400) {
    transfer->may_pass = MayPass(status);
    return failed(fmt::format("HTTP status {}, wanted 200", status));
  }
  if (transfer->too_large) {
    return failed(fmt::format("more than the {} bytes that are accepted", transfer->max_size));
  }
  if (code == CURLE_UNSUPPORTED_PROTOCOL) {
    return failed("redirected to a URL that is not https, which is not followed");
  }
  if (code != CURLE_OK) {
    transfer->may_pass = MayPass(code);
    return failed(detail[0] != '\0' ? detail : curl_easy_strerror(code));
  }
  if (status != 200) return failed(fmt::format("HTTP status {}, wanted 200", status));
  return Status::Ok();
}

Result<std::vector<uint8_t>> Fetcher::Get(const std::string& url, uint64_t max_size) {
  Transfer transfer{url, max_size, &on_bytes_, {}};
  for (int attempt = 0;; ++attempt) {
    const Status done = Perform(&transfer);
    if (done.ok()) return std::move(transfer.body);
    if (!transfer.may_pass || attempt + 1 == kAttempts) return done.error();
    const milliseconds pause = PauseBefore(attempt);
    if (pause >= TimeLeft()) return done.error();
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace crlite
