// HTTP GET for bytes that nobody vouches for yet.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/sha256.h"
#include "sync/offer/offer.h"
#include "sync/transfer/connection_check.h"

namespace crlite {

// What a server answered to a GET of a whole document.
struct Document {
  enum class Kind {
    kFound,
    kNotModified,  // 304: what the validator stands for still holds
    kMissing,      // 404 or 410
  };
  Kind kind = Kind::kFound;
  std::string body;     // decoded, if it came compressed
  Validator validator;  // for the next time
};

// A file to be brought to the disk.
struct FileRequest {
  std::string url;
  std::string path;                  // where the bytes go; with `hash`, a part there is continued
  uint64_t max_size = 0;             // bytes; a longer body is an error as soon as it shows
  std::optional<Sha256Digest> hash;  // of the whole file, which then has max_size bytes
};

// What went over the wire, above TLS.
struct Traffic {
  uint64_t requests = 0;
  uint64_t sent_bytes = 0, received_bytes = 0;  // headers included, bodies as they came
};

// https alone, except where CheckUrl let an http URL through; redirects lead to https alone.
// HTTP/2 where it is offered; connections are reused. SSL_CERT_FILE and SSL_CERT_DIR choose the
// trusted roots, as they do for the curl tool, and the usual proxy variables hold. Not
// thread-safe.
//
// What may pass soon (no connection, 408, 429, 5xx, a broken-off body) is tried again three times,
// after pauses that double, with jitter, or after what Retry-After says if that is within the time
// limits; a time-out is none of these. Errors are kUnavailable, begin with the URL and say what to
// try where that is known; those of the disk are kIo and begin with the path.
class Fetcher {
 public:
  struct TimeLimits {
    std::chrono::seconds total = std::chrono::minutes(30);  // all requests together
    std::chrono::seconds request = std::chrono::minutes(10);
  };
  // Called with the number of body bytes of files that came in since the last call.
  using OnBytes = std::function<void(uint64_t)>;

  // `check`: refuses connections; nullptr: the usual verification alone. Must outlive this.
  Fetcher(TimeLimits limits, OnBytes on_bytes, const ConnectionCheck* check);
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  // A document of at most `max_size` bytes, compression undone. With `held`, whose URL must be the
  // same to count, the server may answer that nothing has changed; without, such an answer is an
  // error.
  Result<Document> Get(const std::string& url, uint64_t max_size, const Validator& held = {});

  // All files, several at once; element i tells of files[i]. A partial file that was continued and
  // then has the wrong hash is fetched once more from its beginning. A file whose transfer broke
  // off stays for the next run; one that can never become right (too large, wrong hash, 404, no
  // room on the disk) is removed.
  std::vector<Status> Download(const std::vector<FileRequest>& files);

  const Traffic& traffic() const;
  // The longest that a server has asked to be left alone for (Backoff, Retry-After); zero: nobody
  // has.
  std::chrono::seconds wished_pause() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crlite
