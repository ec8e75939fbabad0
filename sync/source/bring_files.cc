#include "sync/source/bring_files.h"

#include <unistd.h>

#include "cascade/base/file.h"
#include "sync/source/patch.h"

namespace crlite {
namespace {

Error Unavailable(const Error& error, const std::string& subject) {
  return {ErrorCode::kUnavailable, error.In(subject).message};
}

class Download {
 public:
  Download(const Offer& offer, const std::vector<RemoteFile>& files, Fetcher* fetcher,
           FilterStore* store)
      : offer_(offer), fetcher_(fetcher), store_(store) {
    for (const RemoteFile& file : files) steps_.push_back({file, !file.patch_url.empty(), {}});
  }

  Status Run() {
    // Patches and files for which there are none travel together, then what patches failed to give.
    Fetch([](const Step&) { return true; });
    Fetch([](Step& step) {
      if (!step.by_patch || step.arrived.ok()) return false;
      step.by_patch = false;
      return true;
    });
    Status first;
    for (Step& step : steps_) {
      Status taken = step.by_patch ? TakePatched(&step) : TakeWhole(step);
      if (first.ok()) first = std::move(taken);
    }
    return first;
  }

 private:
  struct Step {
    RemoteFile remote;
    bool by_patch;
    Status arrived;  // of the patch or of the file
  };

  const OfferedFile& FileOf(const Step& step) const { return offer_.files[step.remote.index]; }

  FileRequest RequestOf(const Step& step) const {
    const OfferedFile& file = FileOf(step);
    if (!step.by_patch) return {step.remote.url, store_->PartPath(file), file.size, file.hash};
    // What an earlier run left may have been made from another file.
    unlink(store_->PatchPath(file).c_str());
    return {step.remote.patch_url, store_->PatchPath(file), file.size, std::nullopt};
  }

  template <typename Wanted>
  void Fetch(Wanted wanted) {
    std::vector<Step*> chosen;
    std::vector<FileRequest> requests;
    for (Step& step : steps_) {
      if (!wanted(step)) continue;
      chosen.push_back(&step);
      requests.push_back(RequestOf(step));
    }
    if (requests.empty()) return;
    std::vector<Status> arrived = fetcher_->Download(requests);
    for (size_t i = 0; i < chosen.size(); ++i) chosen[i]->arrived = std::move(arrived[i]);
  }

  Status TakeWhole(const Step& step) {
    if (!step.arrived.ok()) return step.arrived;
    Status accepted = store_->AcceptPart(FileOf(step));
    if (accepted.ok() || accepted.error().code == ErrorCode::kIo) return accepted;
    return Unavailable(accepted.error(), step.remote.url);
  }

  // The file before it has been taken by now, or was there.
  Status TakePatched(Step* step) {
    const std::string path = store_->PatchPath(FileOf(*step));
    const Result<std::vector<uint8_t>> content = Unpack(*step, path);
    unlink(path.c_str());
    if (content.ok()) return store_->PutIncoming(FileOf(*step), *content);
    step->by_patch = false;
    Fetch([step](const Step& other) { return &other == step; });
    return TakeWhole(*step);
  }

  Result<std::vector<uint8_t>> Unpack(const Step& step, const std::string& path) const {
    const OfferedFile& file = FileOf(step);
    const Result<std::vector<uint8_t>> patch = ReadFile(path, file.size, Links::kRefuse);
    if (!patch.ok()) return patch.error();
    const Result<std::vector<uint8_t>> dictionary =
        store_->Read(offer_.files[step.remote.index - 1]);
    if (!dictionary.ok()) return dictionary.error();
    Result<std::vector<uint8_t>> content = ApplyPatch(*dictionary, *patch, file.size);
    if (!content.ok()) return content;
    if (Status checked = CheckContent(file, *content); !checked.ok()) return checked.error();
    return content;
  }

  const Offer& offer_;
  Fetcher* fetcher_;
  FilterStore* store_;
  std::vector<Step> steps_;
};

}  // namespace

Status DownloadFiles(const Offer& offer, const std::vector<RemoteFile>& files, Fetcher* fetcher,
                     FilterStore* store) {
  return Download(offer, files, fetcher, store).Run();
}

Status CopyFiles(const Offer& offer, const std::vector<size_t>& missing, const std::string& subject,
                 const ReadFunction& read, FilterStore* store) {
  for (size_t index : missing) {
    const OfferedFile& file = offer.files[index];
    const Result<std::vector<uint8_t>> content = read(file);
    if (!content.ok()) return Error{ErrorCode::kUnavailable, content.error().message};
    if (Status checked = CheckContent(file, *content); !checked.ok()) {
      return Unavailable(checked.error(), subject);
    }
    if (Status put = store->PutIncoming(file, *content); !put.ok()) return put;
  }
  return Status::Ok();
}

}  // namespace crlite
