// index.bin of a upki cache: what any bytes are said to name stands in the table of names, and what
// is written names its filters.
#include "sync/upki/upki_index.h"

#include <algorithm>
#include <cstring>

#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

constexpr size_t kHeaderSize = 14, kNameSize = 32;

// By hand: whether the name is one of the first `count` of the table.
bool IsInTable(Bytes index, const std::string& name) {
  const size_t count = size_t{256} * index[8] + index[9];
  char padded[kNameSize] = {};
  memcpy(padded, name.data(), name.size());
  for (size_t i = 0; i < count && kHeaderSize + kNameSize * (i + 1) <= index.size(); ++i) {
    const char* const at =
        reinterpret_cast<const char*>(index.data()) + kHeaderSize + kNameSize * i;
    // What follows a name's end does not belong to it.
    if (strncmp(at, padded, kNameSize) == 0) return true;
  }
  return false;
}

// Filters whose names and coverage come from the bytes.
std::vector<IndexedFilter> FiltersOf(Bytes bytes) {
  std::vector<IndexedFilter> filters;
  for (size_t i = 0; i + 2 <= bytes.size() && filters.size() < 64; i += 2) {
    IndexedFilter filter;
    filter.name = std::string(bytes[i] % kNameSize + 1, static_cast<char>('a' + bytes[i + 1] % 26));
    filter.coverage.push_back({{{bytes[i]}}, bytes[i + 1], UINT64_MAX});
    filters.push_back(std::move(filter));
  }
  return filters;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes bytes(data, size);
  for (const std::string& name : NamesInUpkiIndex(bytes)) {
    CRLITE_PROPERTY(name.size() <= kNameSize && IsInTable(bytes, name), name);
  }
  const std::vector<IndexedFilter> filters = FiltersOf(bytes);
  std::set<std::string> wanted;
  for (const IndexedFilter& filter : filters) wanted.insert(filter.name);
  CRLITE_PROPERTY(NamesInUpkiIndex(MakeUpkiIndex(filters)) == wanted, "round trip");
  return 0;
}
