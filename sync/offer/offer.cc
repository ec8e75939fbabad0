#include "sync/offer/offer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "sync/offer/json.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr size_t kMaxFileNameSize = 32;
constexpr uint64_t kDayMs = 86400 * uint64_t{1000};
}  // namespace

Result<OfferedFile> ParseFile(const json& entry) {
  if (!entry.is_object()) return MalformedError("wanted an object");
  OfferedFile file;
  Result<std::string> name = ParseText(entry, "filename");
  if (!name.ok()) return name.error();
  // The name itself stays out of the message: it may hold anything, of any length.
  if (!IsFileName(*name)) {
    return MalformedError("filename: wanted 1 to 32 letters, digits, '.', '_' or '-'");
  }
  file.name = std::move(*name);
  Result<uint64_t> size = ParseCount(entry, "size", kMaxFilterFileSize);
  if (!size.ok()) return size.error();
  file.size = *size;
  Result<std::string> hash = ParseText(entry, "hash");
  if (!hash.ok()) return hash.error();
  if (!FromHexExactly(*hash, file.hash.bytes)) {
    return MalformedError("hash: wanted 64 hexadecimal digits");
  }
  return file;
}

OfferedFile DescribeFile(std::string name, Bytes content) {
  return {std::move(name), content.size(), Sha256::Hash(content)};
}

std::string OfferedFile::HashText() const { return ToHex(hash.bytes); }

bool SameFiles(const Offer& a, const Offer& b) {
  return std::equal(a.files.begin(), a.files.end(), b.files.begin(), b.files.end(),
                    [](const OfferedFile& x, const OfferedFile& y) {
                      return x.name == y.name && SameBytes(x.hash.bytes, y.hash.bytes);
                    });
}

uint64_t TotalSize(const Offer& offer) {
  uint64_t sum = 0;
  for (const OfferedFile& file : offer.files) sum += file.size;
  return sum;
}

bool IsFileName(std::string_view name) {
  if (name.empty() || name.size() > kMaxFileNameSize || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

nlohmann::json FileToJson(const OfferedFile& file) {
  return {{"filename", file.name}, {"size", file.size}, {"hash", file.HashText()}};
}

Result<std::vector<OfferedFile>> ParseFiles(const json& list) {
  if (!list.is_array()) return MalformedError("wanted a list");
  if (list.size() > kMaxOfferedFiles) {
    return MalformedError(
        fmt::format("{} entries, at most {} are accepted", list.size(), kMaxOfferedFiles));
  }
  std::vector<OfferedFile> files;
  std::set<std::string> names;
  uint64_t total = 0;
  for (const json& entry : list) {
    Result<OfferedFile> file = ParseFile(entry);
    const std::string subject = fmt::format("entry {}", files.size() + 1);
    if (!file.ok()) return file.error().In(subject);
    if (!names.insert(file->name).second) {
      return MalformedError(
          fmt::format("{}: filename {} for the second time", subject, file->name));
    }
    total += file->size;
    files.push_back(std::move(*file));
  }
  if (total > kMaxOfferSize) {
    return MalformedError(
        fmt::format("{} bytes together, at most {} are accepted", total, kMaxOfferSize));
  }
  return files;
}

Status CheckNotInFuture(uint64_t data_time_ms, uint64_t now_ms) {
  if (data_time_ms <= now_ms || data_time_ms - now_ms <= kDayMs) return Status::Ok();
  return MalformedError(fmt::format(
      "its time lies {:.1f} hours in the future, at most 24 are accepted; check the clock",
      static_cast<double>(data_time_ms - now_ms) / 3.6e6));
}

uint64_t RecordedTimeMs(uint64_t data_time_ms, uint64_t now_ms) {
  return std::min(data_time_ms, now_ms);
}

}  // namespace crlite
