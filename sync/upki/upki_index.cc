#include "sync/upki/upki_index.h"

#include <string.h>

#include <map>
#include <string_view>

namespace crlite {
namespace {

constexpr std::string_view kMagic = "upkiidx1";
constexpr size_t kNameSize = 32;
constexpr size_t kHeaderSize = kMagic.size() + 2 + 4;  // magic, names, logs
constexpr size_t kLogSize = kHashSize + 8 + 2;         // id, offset, number of entries
constexpr size_t kEntrySize = 2 + 8 + 8;               // filter, first and last millisecond

struct Entry {
  uint16_t filter;
  uint64_t low_ms, high_ms;
};
using Logs = std::map<LogId, std::vector<Entry>>;

Logs GroupByLog(const std::vector<IndexedFilter>& filters) {
  Logs logs;
  for (size_t i = 0; i < filters.size(); ++i) {
    for (const CoverageInterval& interval : filters[i].coverage) {
      logs[interval.log].push_back({static_cast<uint16_t>(i), interval.low_ms, interval.high_ms});
    }
  }
  return logs;
}

// Big-endian numbers and raw bytes, one behind the other.
class IndexWriter {
 public:
  void Append(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void AppendName(std::string_view name) {
    out_.insert(out_.end(), name.begin(), name.end());
    out_.resize(out_.size() + kNameSize - name.size());
  }
  template <typename T>
  void AppendNumber(T value) {
    for (size_t i = sizeof value; i-- > 0;) out_.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }
  std::vector<uint8_t> Take() { return std::move(out_); }

 private:
  std::vector<uint8_t> out_;
};

}  // namespace

std::vector<uint8_t> MakeUpkiIndex(const std::vector<IndexedFilter>& filters) {
  const Logs logs = GroupByLog(filters);
  IndexWriter writer;
  writer.Append({reinterpret_cast<const uint8_t*>(kMagic.data()), kMagic.size()});
  writer.AppendNumber(static_cast<uint16_t>(filters.size()));
  writer.AppendNumber(static_cast<uint32_t>(logs.size()));
  for (const IndexedFilter& filter : filters) writer.AppendName(filter.name);
  uint64_t offset = kHeaderSize + kNameSize * filters.size() + kLogSize * logs.size();
  for (const auto& [log, entries] : logs) {
    writer.Append(log.bytes);
    writer.AppendNumber(offset);
    writer.AppendNumber(static_cast<uint16_t>(entries.size()));
    offset += kEntrySize * entries.size();
  }
  for (const auto& [log, entries] : logs) {
    for (const Entry& entry : entries) {
      writer.AppendNumber(entry.filter);
      writer.AppendNumber(entry.low_ms);
      writer.AppendNumber(entry.high_ms);
    }
  }
  return writer.Take();
}

std::set<std::string> NamesInUpkiIndex(Bytes index) {
  std::set<std::string> names;
  ByteReader reader(index);
  Bytes magic, num_logs, name;
  uint16_t count = 0;
  if (!reader.ReadBytes(kMagic.size(), &magic) ||
      memcmp(magic.data(), kMagic.data(), kMagic.size()) != 0 || !reader.ReadBe16(&count) ||
      !reader.ReadBytes(sizeof(uint32_t), &num_logs)) {
    return names;
  }
  for (uint16_t i = 0; i < count && reader.ReadBytes(kNameSize, &name); ++i) {
    const std::string_view padded(reinterpret_cast<const char*>(name.data()), kNameSize);
    names.emplace(padded.substr(0, padded.find('\0')));
  }
  return names;
}

}  // namespace crlite
