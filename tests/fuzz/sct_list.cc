// ParseSctList against a second parser, written from docs/formats.md, "SCT list".
#include "cascade/reader/sct_list.h"

#include <optional>
#include <vector>

#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

// Cuts `length` bytes off the front of `text`, nothing when there are fewer.
std::optional<std::string> Cut(std::string* text, size_t length) {
  if (length > text->size()) return {};
  std::string front = text->substr(0, length);
  text->erase(0, length);
  return front;
}

uint64_t Number(const std::string& text) {
  uint64_t number = 0;
  for (char c : text) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

// A vector behind its length of `width` bytes.
std::optional<std::string> CutVector(std::string* text, size_t width) {
  std::string rest = *text;
  const auto length = Cut(&rest, width);
  if (!length) return {};
  auto content = Cut(&rest, Number(*length));
  if (content) *text = rest;
  return content;
}

// The only element of `text` must be a DER OCTET STRING; its content.
std::optional<std::string> OctetString(std::string text) {
  if (text.size() < 2 || text[0] != 4) return {};
  const uint8_t first = static_cast<uint8_t>(text[1]);
  size_t width = first < 0x80 ? 0 : first - 0x80u;
  text.erase(0, 2);
  if (first == 0x80 || width > 4) return {};
  uint64_t length = first;
  if (width > 0) {
    const auto digits = Cut(&text, width);
    if (!digits) return {};
    length = Number(*digits);
    if (length < 0x80 || (*digits)[0] == 0) return {};  // not minimal
  }
  if (length != text.size()) return {};
  return text;
}

std::optional<Sct> ParseItem(std::string item) {
  const auto version = Cut(&item, 1), log = Cut(&item, 32), timestamp = Cut(&item, 8);
  if (!version || !log || !timestamp || (*version)[0] != 0) return {};
  auto extensions = CutVector(&item, 2);
  const auto algorithms = Cut(&item, 2);
  const auto signature = CutVector(&item, 2);
  if (!extensions || !algorithms || !signature || !item.empty()) return {};
  int leaf_indexes = 0;
  while (!extensions->empty()) {
    const auto type = Cut(&*extensions, 1);
    const auto value = CutVector(&*extensions, 2);
    if (!type || !value) return {};
    if ((*type)[0] == 0 && (++leaf_indexes > 1 || value->size() != 5)) return {};
  }
  Sct sct{};
  memcpy(sct.log.bytes, log->data(), kHashSize);
  sct.timestamp_ms = Number(*timestamp);
  return sct;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  SctList ours;
  const bool accepted = ParseSctList({data, size}, &ours);

  auto octets = OctetString(std::string(data, data + size));
  auto list = octets ? CutVector(&*octets, 2) : std::nullopt;
  CRLITE_PROPERTY(accepted == (list && octets->empty()), "accepted by one alone");
  CRLITE_PROPERTY(accepted || ours.count == 0, "refused, but not empty");
  if (!accepted) return 0;

  std::vector<Sct> theirs;
  size_t num_malformed = 0;
  while (!list->empty() && theirs.size() < kMaxScts) {
    const auto item = CutVector(&*list, 2);
    if (item && !item->empty()) {
      const auto sct = ParseItem(*item);
      if (sct) theirs.push_back(*sct);
      if (!sct) ++num_malformed;
    } else {
      ++num_malformed;
      break;
    }
  }
  CRLITE_PROPERTY(ours.count == theirs.size(), std::to_string(ours.count));
  CRLITE_PROPERTY(ours.num_malformed == num_malformed, std::to_string(ours.num_malformed));
  for (size_t i = 0; i < theirs.size(); ++i) {
    CRLITE_PROPERTY(ours.scts[i].log == theirs[i].log, "log " + std::to_string(i));
    CRLITE_PROPERTY(ours.scts[i].timestamp_ms == theirs[i].timestamp_ms, std::to_string(i));
  }
  return 0;
}
