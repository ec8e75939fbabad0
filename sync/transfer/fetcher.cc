#include "sync/transfer/fetcher.h"

#include <fmt/format.h>

#include <deque>

#include "sync/transfer/file_job.h"
#include "sync/transfer/transfer_loop.h"

namespace crlite {
namespace {

// A document on its way to memory.
class DocumentJob final : public Job {
 public:
  DocumentJob(const std::string& url, uint64_t max_size, const Validator& held)
      : request_{.url = url, .gzip = true}, max_size_(max_size) {
    if (held.url == url) request_.held = held;
  }

  Result<Document> TakeResult() {
    if (!result_.ok()) return result_.error();
    return std::move(document_);
  }

  const std::string& url() const override { return request_.url; }
  std::optional<HttpRequest> NextRequest() override { return request_; }

  Status Begin(long, std::optional<uint64_t>) override {
    document_.body.clear();
    return Status::Ok();
  }

  Status Write(Bytes bytes) override {
    if (bytes.size() > max_size_ - document_.body.size()) {
      return Error{
          ErrorCode::kUnavailable,
          fmt::format("{}: more than the {} bytes that are accepted", request_.url, max_size_)};
    }
    document_.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return Status::Ok();
  }

  bool Conclude(const HttpAnswer& answer) override {
    document_.validator = answer.validator;
    result_ = answer.failure.ok() ? Classify(answer) : answer.failure;
    return false;
  }

 private:
  Status Classify(const HttpAnswer& answer) {
    const long status = answer.status;
    if (status == 304) {
      if (!answer.was_conditional) {
        return Error{ErrorCode::kUnavailable,
                     request_.url + ": HTTP status 304, although nothing was held"};
      }
      document_.kind = Document::Kind::kNotModified;
      document_.validator = request_.held;
    } else if (status == 404 || status == 410) {
      document_.kind = Document::Kind::kMissing;
    } else if (status != 200) {
      return StatusError(request_.url, status);
    }
    return Status::Ok();
  }

  HttpRequest request_;
  const uint64_t max_size_;
  Document document_;
  Status result_;
};

}  // namespace

class Fetcher::Impl {
 public:
  Impl(TimeLimits limits, OnBytes on_bytes, const ConnectionCheck* check)
      : loop_(limits, check), on_bytes_(std::move(on_bytes)) {}

  Result<Document> Get(const std::string& url, uint64_t max_size, const Validator& held) {
    DocumentJob job(url, max_size, held);
    loop_.Run({&job});
    return job.TakeResult();
  }

  std::vector<Status> Download(const std::vector<FileRequest>& files) {
    std::deque<FileJob> jobs;
    std::vector<Job*> to_run;
    to_run.reserve(files.size());
    for (const FileRequest& file : files) to_run.push_back(&jobs.emplace_back(file, on_bytes_));
    loop_.Run(to_run);
    std::vector<Status> results;
    results.reserve(jobs.size());
    for (const FileJob& job : jobs) results.push_back(job.result());
    return results;
  }

  const TransferLoop& loop() const { return loop_; }

 private:
  TransferLoop loop_;
  const OnBytes on_bytes_;
};

Fetcher::Fetcher(TimeLimits limits, OnBytes on_bytes, const ConnectionCheck* check)
    : impl_(std::make_unique<Impl>(limits, std::move(on_bytes), check)) {}

Fetcher::~Fetcher() = default;

Result<Document> Fetcher::Get(const std::string& url, uint64_t max_size, const Validator& held) {
  return impl_->Get(url, max_size, held);
}

std::vector<Status> Fetcher::Download(const std::vector<FileRequest>& files) {
  return impl_->Download(files);
}

const Traffic& Fetcher::traffic() const { return impl_->loop().traffic(); }
std::chrono::seconds Fetcher::wished_pause() const { return impl_->loop().wished_pause(); }

}  // namespace crlite
