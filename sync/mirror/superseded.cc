#include "sync/mirror/superseded.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <vector>

#include "cascade/base/file.h"
#include "sync/offer/json.h"
#include "sync/offer/mirror_layout.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kRecordSchema = 1;
constexpr uint64_t kMaxRecordSize = 4 << 20;  // 30,000 files
constexpr mode_t kRecordMode = 0644;

using Times = std::map<std::string, uint64_t>;  // since when, by path

bool IsHash(std::string_view text) {
  return text.size() == 2 * sizeof(Sha256Digest) &&
         text.find_first_not_of("0123456789abcdef") == text.npos;
}

// chains/<hash>.pem
bool IsChainPath(std::string_view path) {
  constexpr std::string_view kFolder = "chains/", kSuffix = ".pem";
  return path.starts_with(kFolder) && path.ends_with(kSuffix) &&
         IsHash(path.substr(kFolder.size(), path.size() - kFolder.size() - kSuffix.size()));
}

// patches/<hash>-from-<hash>.zst
bool IsPatchPath(std::string_view path) {
  constexpr std::string_view kFolder = "patches/", kMiddle = "-from-", kSuffix = ".zst";
  constexpr size_t kHashSize = 2 * sizeof(Sha256Digest);
  if (path.size() != kFolder.size() + 2 * kHashSize + kMiddle.size() + kSuffix.size()) return false;
  const std::string_view to = path.substr(kFolder.size(), kHashSize);
  const std::string_view rest = path.substr(kFolder.size() + kHashSize);
  return path.starts_with(kFolder) && IsHash(to) && rest.starts_with(kMiddle) &&
         IsHash(rest.substr(kMiddle.size(), kHashSize)) && rest.ends_with(kSuffix);
}

// Whether the mirror gives such a name to what may be superseded.
bool IsOwnPath(std::string_view path) {
  return IsPublishedFilter(path) || IsChainPath(path) || IsPatchPath(path);
}

bool IsOwnTemporary(std::string_view path) {
  const size_t folder = path.rfind('/') + 1;  // 0 when there is none
  const std::string_view target = TargetOfTemporary(path.substr(folder));
  const std::string_view whole = path.substr(0, target.empty() ? 0 : folder + target.size());
  return IsOwnPath(whole) || whole == kManifestName || whole == kChangesetName;
}

// The regular files of the tree, without those of folders that the mirror does not make.
Result<std::vector<std::string>> ListTree(const std::string& folder) {
  std::vector<std::string> paths;
  for (const char* part : {"", "chains/", "patches/"}) {
    std::error_code error;
    const fs::path where = folder + "/" + part;
    if (*part != '\0' && !fs::exists(where, error)) continue;
    for (fs::directory_iterator entry(where, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->symlink_status().type() != fs::file_type::regular) continue;
      paths.push_back(part + entry->path().filename().string());
    }
    if (error) return IoError(where.string(), "cannot list", error.value());
  }
  return paths;
}

Times ParseRecord(std::string_view text) {
  Times times;
  const Result<json> document = ParseObject(text, kMaxRecordSize);
  if (!document.ok()) return times;
  const auto found = document->find("superseded");
  if (found == document->end() || !found->is_object()) return times;
  for (const auto& [path, since_ms] : found->items()) {
    if (since_ms.is_number_unsigned()) times[path] = since_ms.get<uint64_t>();
  }
  return times;
}

std::string RecordText(const Times& times) {
  return json({{"schema", kRecordSchema}, {"superseded", times}}).dump(1) + "\n";
}

std::string ReadText(const std::string& path) {
  const Result<std::vector<uint8_t>> text = ReadFile(path, kMaxRecordSize, Links::kRefuse);
  return text.ok() ? std::string(text->begin(), text->end()) : std::string();
}

// Those of writers that died: temporary files meant for the record.
void RemoveDebris(const std::string& record) {
  std::error_code error;
  std::vector<std::string> doomed;
  for (fs::directory_iterator entry(DirectoryOf(record), error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (TargetOfTemporary(name) == fs::path(record).filename()) doomed.push_back(entry->path());
  }
  for (const std::string& path : doomed) unlink(path.c_str());
}

}  // namespace

Result<size_t> RemoveSuperseded(const std::string& folder, const std::string& record,
                                const std::set<std::string>& current, std::chrono::seconds keep,
                                uint64_t now_ms) {
  Result<std::vector<std::string>> paths = ListTree(folder);
  if (!paths.ok()) return paths.error();
  RemoveDebris(record);
  const std::string old_text = ReadText(record);
  const Times old_times = ParseRecord(old_text);
  const uint64_t keep_ms = static_cast<uint64_t>(keep.count()) * 1000;
  Times times;
  size_t removed = 0;
  for (const std::string& path : *paths) {
    if (IsOwnTemporary(path)) unlink((folder + "/" + path).c_str());
    if (!IsOwnPath(path) || current.count(path) != 0) continue;
    const auto noted = old_times.find(path);
    // A clock that was ahead must not keep a file for years.
    const uint64_t since_ms = noted == old_times.end() ? now_ms : std::min(noted->second, now_ms);
    if (now_ms - since_ms >= keep_ms && unlink((folder + "/" + path).c_str()) == 0) {
      ++removed;
    } else {
      times[path] = since_ms;
    }
  }
  const std::string text = RecordText(times);
  if (text == old_text) return removed;
  const Bytes bytes{reinterpret_cast<const uint8_t*>(text.data()), text.size()};
  Status written = WriteFileAtomically(record, bytes, kRecordMode);
  if (!written.ok()) return written.error();
  return removed;
}

}  // namespace crlite
