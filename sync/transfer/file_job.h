// A file on its way to the disk: continued where that can be checked, hashed at the end.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sync/transfer/fetcher.h"
#include "sync/transfer/part_file.h"
#include "sync/transfer/transfer_loop.h"

namespace crlite {

class FileJob final : public Job {
 public:
  // `request` and `on_bytes`, which may be empty, must outlive this.
  FileJob(const FileRequest& request, const Fetcher::OnBytes& on_bytes);

  // How the job has ended.
  const Status& result() const { return result_; }

  const std::string& url() const override { return request_.url; }
  std::optional<HttpRequest> NextRequest() override;
  bool Conclude(const HttpAnswer& answer) override;
  Status Begin(long status, std::optional<uint64_t> position) override;
  Status Write(Bytes bytes) override;

 private:
  Error Unavailable(std::string_view what) const;
  Status MakeReady();
  bool IsComplete() const;
  Status CheckContent() const;
  bool StartOver();
  void End(Status result);
  void EndForGood(Status result);

  const FileRequest& request_;
  const Fetcher::OnBytes& on_bytes_;
  std::unique_ptr<PartFile> file_;  // until the end
  uint64_t from_ = 0;               // where the attempt begins
  bool is_continued_ = false;       // the file has bytes of an earlier attempt
  bool was_started_over_ = false;
  bool is_hopeless_ = false;   // what arrived can never become right
  bool is_misplaced_ = false;  // the answer is another part of the file than was asked for
  Status result_;
};

}  // namespace crlite
