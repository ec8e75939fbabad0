// How the files of an offer get into incoming/ of a FilterStore.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "sync/store/filter_store.h"
#include "sync/transfer/fetcher.h"

namespace crlite {

// Where files of an offer are on the network.
struct RemoteFile {
  size_t index = 0;  // in Offer::files
  std::string url;
  std::string patch_url;  // of what turns the file before it into this one; empty: there is none
};

// Downloads `files` (ascending by index), several at once; by patch where there is one, which may
// be missing or wrong: the whole file then comes instead. What arrived stays when another file
// fails; the error is that of the first one that did. Errors are kUnavailable, and kIo of the disk.
Status DownloadFiles(const Offer& offer, const std::vector<RemoteFile>& files, Fetcher* fetcher,
                     FilterStore* store);

using ReadFunction = std::function<Result<std::vector<uint8_t>>(const OfferedFile&)>;

// Copies what `read` gives for offer.files[i], for the i in `missing`. Errors as above; `subject`
// names the place.
Status CopyFiles(const Offer& offer, const std::vector<size_t>& missing, const std::string& subject,
                 const ReadFunction& read, FilterStore* store);

}  // namespace crlite
