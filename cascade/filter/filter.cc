#include "cascade/filter/filter.h"

#include <fmt/format.h>

#include "cascade/base/file.h"
#include "cascade/filter/bloom_cascade.h"
#include "cascade/filter/clubcard.h"
#include "cascade/filter/stash.h"

namespace crlite {
namespace {

template <typename Kind>
Result<std::unique_ptr<Filter>> AsFilter(Result<std::unique_ptr<Kind>> read) {
  if (!read.ok()) return read.error();
  return std::unique_ptr<Filter>(std::move(read).value());
}

Result<std::unique_ptr<Filter>> ReadVersioned(Bytes content) {
  if (content.size() < 2) {
    return MalformedError(
        fmt::format("file: {} bytes at offset 0, a version of 2 bytes is wanted", content.size()));
  }
  switch (content[0]) {
    case 3:
      return AsFilter(ReadClubcardV3(content));
    case 4:
      return AsFilter(ReadClubcardV4(content));
  }
  const unsigned version = LoadLe16(content.data());
  if (version <= 2) return AsFilter(ReadBloomCascade(content));
  return MalformedError(
      fmt::format("file: unsupported version {} at offset 0, 0 to 4 wanted", version));
}

}  // namespace

Outcome OutcomeOf(FilterStatus status) {
  switch (status) {
    case FilterStatus::kRevoked:
      return Outcome::kRevoked;
    case FilterStatus::kGood:
      return Outcome::kNotRevoked;
    case FilterStatus::kNotEnrolled:
      return Outcome::kNotEnrolled;
    case FilterStatus::kNotCovered:
      return Outcome::kNotCovered;
  }
  return Outcome::kNotCovered;
}

Result<std::unique_ptr<Filter>> ReadFilter(std::string_view name, Bytes content) {
  auto filter = name.ends_with(".stash") ? AsFilter(ReadStash(content)) : ReadVersioned(content);
  if (!filter.ok()) return filter.error().In(name);
  return filter;
}

Result<std::unique_ptr<Filter>> ReadFilterFile(const std::string& path) {
  auto content = ReadFile(path, kMaxFilterFileSize);
  if (!content.ok()) return content.error();
  return ReadFilter(path, *content);
}

}  // namespace crlite
