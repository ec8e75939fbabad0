#include "sync/transfer/file_job.h"

#include <fmt/format.h>

#include "cascade/base/hex.h"

namespace crlite {

FileJob::FileJob(const FileRequest& request, const Fetcher::OnBytes& on_bytes)
    : request_(request), on_bytes_(on_bytes) {}

Error FileJob::Unavailable(std::string_view what) const {
  return {ErrorCode::kUnavailable, fmt::format("{}: {}", request_.url, what)};
}

std::optional<HttpRequest> FileJob::NextRequest() {
  if (Status ready = MakeReady(); !ready.ok()) {
    End(ready);
    return std::nullopt;
  }
  // A run that died after the last byte has left the whole file.
  if (IsComplete() && CheckContent().ok()) {
    End(Status::Ok());
    return std::nullopt;
  }
  if (IsComplete()) {
    if (Status cleared = file_->Clear(); !cleared.ok()) {
      End(cleared);
      return std::nullopt;
    }
  }
  from_ = file_->size();
  is_misplaced_ = false;
  return HttpRequest{.url = request_.url, .from = from_};
}

Status FileJob::MakeReady() {
  if (!file_) {
    Result<std::unique_ptr<PartFile>> file = PartFile::Open(request_.path);
    if (!file.ok()) return file.error();
    file_ = std::move(file).value();
  }
  // Without a hash nothing tells whether the bytes of two answers belong together.
  const bool may_continue = request_.hash.has_value() && file_->size() <= request_.max_size;
  return may_continue ? Status::Ok() : file_->Clear();
}

bool FileJob::IsComplete() const {
  return request_.hash.has_value() && file_->size() == request_.max_size;
}

Status FileJob::Begin(long status, std::optional<uint64_t> position) {
  is_continued_ = status == 206;
  if (!is_continued_) return file_->Clear();
  if (from_ != 0 && position == from_) return Status::Ok();
  is_misplaced_ = true;
  return Unavailable("the server answered with another part of the file than was asked for");
}

Status FileJob::Write(Bytes bytes) {
  if (bytes.size() > request_.max_size - file_->size()) {
    is_hopeless_ = true;
    return Unavailable(fmt::format("more than the {} bytes that are accepted", request_.max_size));
  }
  // A full disk is not the source's fault, and what is there takes room that others may need.
  Status written = file_->Append(bytes);
  is_hopeless_ = !written.ok();
  if (written.ok() && on_bytes_) on_bytes_(bytes.size());
  return written;
}

Status FileJob::CheckContent() const {
  if (!request_.hash.has_value()) return Status::Ok();
  if (file_->size() != request_.max_size) {
    return Unavailable(fmt::format("{} bytes, wanted {}", file_->size(), request_.max_size));
  }
  const Result<Sha256Digest> hash = file_->Hash();
  if (!hash.ok()) return hash.error();
  if (SameBytes(hash.value().bytes, request_.hash->bytes)) return Status::Ok();
  return Unavailable(fmt::format("SHA-256 is {}, wanted {}", ToHex(hash.value().bytes),
                                 ToHex(request_.hash->bytes)));
}

bool FileJob::Conclude(const HttpAnswer& answer) {
  const bool is_beyond_end = answer.status == 416 && from_ != 0;
  if ((is_misplaced_ || is_beyond_end) && StartOver()) return true;
  if (!answer.failure.ok()) {
    is_hopeless_ ? EndForGood(answer.failure) : End(answer.failure);
    return false;
  }
  if (answer.status == 404 || answer.status == 410) {
    EndForGood(StatusError(request_.url, answer.status));
    return false;
  }
  if (answer.status != 200 && answer.status != 206) {
    End(StatusError(request_.url, answer.status));
    return false;
  }
  const Status checked = CheckContent();
  if (!checked.ok() && is_continued_ && StartOver()) return true;
  checked.ok() ? End(checked) : EndForGood(checked);
  return false;
}

// Whether that is possible: it happens once.
bool FileJob::StartOver() {
  if (was_started_over_ || !file_->Clear().ok()) return false;
  was_started_over_ = true;
  return true;
}

void FileJob::End(Status result) {
  file_.reset();
  result_ = std::move(result);
}

void FileJob::EndForGood(Status result) {
  file_->Unlink();
  End(std::move(result));
}

}  // namespace crlite
