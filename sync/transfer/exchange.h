// One HTTP GET and its answer, redirects followed: the set-up of libcurl's easy handle.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "cascade/base/result.h"
#include "cascade/reader/bytes.h"
#include "sync/offer/offer.h"
#include "sync/transfer/connection_check.h"
#include "sync/transfer/fetcher.h"

namespace crlite {

struct HttpRequest {
  std::string url;
  bool gzip = false;    // the body may come compressed; the sink gets it unpacked
  uint64_t from = 0;    // leave out so many bytes at the beginning (a Range request)
  Validator held = {};  // whose version needs not be sent again; its `url` is ignored
};

struct HttpAnswer {
  long status = 0;               // 0: none came
  Status failure;                // why there is no answer, or not all of it; begins with the URL
  bool may_pass = false;         // it is no success, but another attempt may be one
  bool was_conditional = false;  // the request told what is held
  Validator validator;  // of this answer; values that are not plain short text are left out
  std::chrono::seconds retry_after{0}, backoff{0};  // 0: nothing was asked for
  Traffic traffic;
};

// Where a body goes. An error from here ends the transfer and becomes the answer's `failure`.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // A body follows (possibly an empty one), with status 200, or 206 and the position in the whole
  // that Content-Range names (nullopt: it names none). Bodies of other statuses are dropped.
  virtual Status Begin(long status, std::optional<uint64_t> position) = 0;
  virtual Status Write(Bytes bytes) = 0;
};

class Exchange {
 public:
  // `sink` and `check` (nullptr: the usual verification alone) must outlive this.
  Exchange(HttpRequest request, BodySink* sink, std::chrono::milliseconds time_limit,
           const ConnectionCheck* check);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // To be performed, with libcurl's result given to Finish. Its private pointer is the caller's.
  CURL* handle() const { return curl_.get(); }
  HttpAnswer Finish(CURLcode code);

 private:
  struct Deleter {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static CURLcode OnContext(CURL* curl, void* context, void* check);

  void SetUp(std::chrono::milliseconds time_limit);
  void SetTls(const ConnectionCheck* check);
  void SetHeaders();
  bool Take(Bytes bytes);
  Status BeginBody();
  Status FailureOf(CURLcode code, long status) const;
  long HttpStatus() const;
  std::string Header(const char* name) const;

  const HttpRequest request_;
  BodySink* const sink_;
  std::unique_ptr<CURL, Deleter> curl_;
  std::unique_ptr<curl_slist, Deleter> headers_;
  char detail_[CURL_ERROR_SIZE] = "";
  bool has_body_ = false;  // the sink was told of one
  Status sink_status_;
  uint64_t dropped_ = 0;  // bytes of a body that is no answer
};

// "<url>: HTTP status <status>, wanted 200".
Error StatusError(const std::string& url, long status);

}  // namespace crlite
