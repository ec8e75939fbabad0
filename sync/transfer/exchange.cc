#include "sync/transfer/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "sync/transfer/retry.h"

namespace crlite {
namespace {

constexpr long kConnectTimeoutS = 20;
// Slower than this for so long counts as a dead peer.
constexpr long kLowSpeedBytes = 100, kLowSpeedTimeS = 30;
constexpr long kMaxRedirects = 5;
// So much of an error page is read to keep the connection.
constexpr uint64_t kMaxErrorPage = 64 << 10;
constexpr size_t kMaxValidatorSize = 256;
constexpr std::chrono::seconds kMaxWish = std::chrono::hours(24);

bool IsPlainText(std::string_view text) {
  return !text.empty() && text.size() <= kMaxValidatorSize &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string PlainTextOrNothing(const std::string& text) { return IsPlainText(text) ? text : ""; }

// The number at the beginning of `text`, which is cut off.
std::optional<uint64_t> TakeNumber(std::string_view* text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc()) return std::nullopt;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  return number;
}

// The first position of "bytes 10-19/20" (RFC 9110, section 14.4).
std::optional<uint64_t> ContentRangeStart(std::string_view value) {
  constexpr std::string_view kUnit = "bytes ";
  if (!value.starts_with(kUnit)) return std::nullopt;
  value.remove_prefix(kUnit.size());
  const std::optional<uint64_t> first = TakeNumber(&value);
  return value.starts_with('-') ? first : std::nullopt;
}

std::chrono::seconds Wish(std::optional<uint64_t> seconds) {
  const uint64_t most = static_cast<uint64_t>(kMaxWish.count());
  return std::chrono::seconds(std::min(seconds.value_or(0), most));
}

curl_off_t Number(CURL* curl, CURLINFO info) {
  curl_off_t number = 0;
  curl_easy_getinfo(curl, info, &number);
  return number;
}

long SmallNumber(CURL* curl, CURLINFO info) {
  long number = 0;
  curl_easy_getinfo(curl, info, &number);
  return number;
}

Traffic TrafficOf(CURL* curl) {
  Traffic traffic;
  traffic.sent_bytes = static_cast<uint64_t>(SmallNumber(curl, CURLINFO_REQUEST_SIZE));
  if (traffic.sent_bytes == 0) return traffic;  // not even connected
  traffic.requests = 1 + static_cast<uint64_t>(SmallNumber(curl, CURLINFO_REDIRECT_COUNT));
  traffic.received_bytes = static_cast<uint64_t>(SmallNumber(curl, CURLINFO_HEADER_SIZE) +
                                                 Number(curl, CURLINFO_SIZE_DOWNLOAD_T));
  return traffic;
}

// A ConnectionCheck speaks to OpenSSL alone; what other TLS libraries hand out is no SSL_CTX.
bool CurlUsesOpenSsl() {
  const char* name = curl_version_info(CURLVERSION_NOW)->ssl_version;
  return name != nullptr && std::string_view(name).starts_with("OpenSSL/");
}

}  // namespace

Error StatusError(const std::string& url, long status) {
  return {ErrorCode::kUnavailable, fmt::format("{}: HTTP status {}, wanted 200", url, status)};
}

Exchange::Exchange(HttpRequest request, BodySink* sink, std::chrono::milliseconds time_limit,
                   const ConnectionCheck* check)
    : request_(std::move(request)), sink_(sink), curl_(curl_easy_init()) {
  SetUp(time_limit);
  SetTls(check);
  SetHeaders();
}

void Exchange::SetUp(std::chrono::milliseconds time_limit) {
  CURL* const curl = curl_.get();
  curl_easy_setopt(curl, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, kMaxRedirects);
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(curl, CURLOPT_PIPEWAIT, 1L);  // rather a stream than a connection
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "crlite-sync/" CRLITE_VERSION);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(time_limit.count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kLowSpeedBytes);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kLowSpeedTimeS);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail_);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Exchange::OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
}

void Exchange::SetTls(const ConnectionCheck* check) {
  CURL* const curl = curl_.get();
  if (const char* file = getenv("SSL_CERT_FILE")) curl_easy_setopt(curl, CURLOPT_CAINFO, file);
  if (const char* folder = getenv("SSL_CERT_DIR")) curl_easy_setopt(curl, CURLOPT_CAPATH, folder);
  if (check == nullptr || !CurlUsesOpenSsl()) return;
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, &Exchange::OnContext);
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, check);
}

void Exchange::SetHeaders() {
  CURL* const curl = curl_.get();
  if (request_.gzip) curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  if (request_.from != 0) {
    curl_easy_setopt(curl, CURLOPT_RANGE, fmt::format("{}-", request_.from).c_str());
  }
  const auto add = [this](const char* name, const std::string& value) {
    if (!IsPlainText(value)) return;
    const std::string line = fmt::format("{}: {}", name, value);
    headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
  };
  add("If-None-Match", request_.held.etag);
  add("If-Modified-Since", request_.held.last_modified);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
}

CURLcode Exchange::OnContext(CURL*, void* context, void* check) {
  static_cast<const ConnectionCheck*>(check)->Install(static_cast<SSL_CTX*>(context));
  return CURLE_OK;
}

size_t Exchange::OnBody(char* data, size_t size, size_t count, void* self) {
  const Bytes bytes(reinterpret_cast<const uint8_t*>(data), size * count);
  return static_cast<Exchange*>(self)->Take(bytes) ? bytes.size() : 0;
}

bool Exchange::Take(Bytes bytes) {
  const long status = HttpStatus();
  if (status != 200 && status != 206) {
    dropped_ += bytes.size();
    return dropped_ <= kMaxErrorPage;
  }
  if (!has_body_) sink_status_ = BeginBody();
  if (sink_status_.ok()) sink_status_ = sink_->Write(bytes);
  return sink_status_.ok();
}

Status Exchange::BeginBody() {
  has_body_ = true;
  return sink_->Begin(HttpStatus(), ContentRangeStart(Header("Content-Range")));
}

long Exchange::HttpStatus() const { return SmallNumber(curl_.get(), CURLINFO_RESPONSE_CODE); }

// Of the last answer, redirects apart; empty when there is none.
std::string Exchange::Header(const char* name) const {
  curl_header* header = nullptr;
  const CURLHcode code = curl_easy_header(curl_.get(), name, 0, CURLH_HEADER, -1, &header);
  return code == CURLHE_OK ? header->value : "";
}

Status Exchange::FailureOf(CURLcode code, long status) const {
  const auto failed = [this](std::string_view what) {
    return Error{ErrorCode::kUnavailable, fmt::format("{}: {}", request_.url, what)};
  };
  if (!sink_status_.ok()) return sink_status_;
  // Whatever became of the body of an error page: the status says more.
  if (code == CURLE_OK || status >= 400 || dropped_ != 0) return Status::Ok();
  if (code == CURLE_UNSUPPORTED_PROTOCOL) {
    return failed("redirected to a URL that is not https, which is not followed");
  }
  return failed(detail_[0] != '\0' ? detail_ : curl_easy_strerror(code));
}

HttpAnswer Exchange::Finish(CURLcode code) {
  HttpAnswer answer;
  answer.status = HttpStatus();
  const bool wants_body = answer.status == 200 || answer.status == 206;
  if (code == CURLE_OK && wants_body && !has_body_) sink_status_ = BeginBody();
  answer.failure = FailureOf(code, answer.status);
  answer.may_pass =
      answer.failure.ok() ? MayPass(answer.status) : sink_status_.ok() && MayPass(code);
  answer.was_conditional = headers_ != nullptr;
  answer.validator = {request_.url, PlainTextOrNothing(Header("ETag")),
                      PlainTextOrNothing(Header("Last-Modified"))};
  const curl_off_t retry_after = Number(curl_.get(), CURLINFO_RETRY_AFTER);
  if (retry_after > 0) answer.retry_after = Wish(static_cast<uint64_t>(retry_after));
  const std::string backoff = Header("Backoff");
  std::string_view text = backoff;
  answer.backoff = Wish(TakeNumber(&text));
  answer.traffic = TrafficOf(curl_.get());
  return answer;
}

}  // namespace crlite
