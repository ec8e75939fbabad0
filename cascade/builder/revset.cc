#include "cascade/builder/revset.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cascade/base/file.h"
#include "cascade/base/hex.h"
#include "cascade/filter/clubcard.h"

namespace crlite {
namespace {

// 100 million revocations; the Web's had 10 million in 2024.
constexpr uint64_t kMaxRevsetFileSize = uint64_t{6} << 30;
constexpr size_t kMinEntrySize = 8 + kHashSize + 1;

void AppendLe64(uint64_t value, std::vector<uint8_t>* out) {
  for (int i = 0; i < 8; ++i) out->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

Status ReadEntry(ByteReader* reader, Revset* revset) {
  uint64_t length;
  Bytes issuer_bytes, serial;
  if (!reader->ReadLe64(&length)) return MalformedError("truncated length");
  if (length <= kHashSize || length - kHashSize > kMaxSerialSize) {
    return MalformedError(
        fmt::format("length {}, wanted 33 to {}", length, kHashSize + kMaxSerialSize));
  }
  if (!reader->ReadBytes(kHashSize, &issuer_bytes) ||
      !reader->ReadBytes(static_cast<size_t>(length) - kHashSize, &serial)) {
    return MalformedError("truncated");
  }
  IssuerSpkiHash issuer;
  std::copy(issuer_bytes.begin(), issuer_bytes.end(), issuer.bytes);
  SerialSet& serials = (*revset)[issuer];
  const uint32_t number = serials.size();
  if (serials.Insert(serial) != number) {
    return MalformedError(fmt::format("serial {} stands twice", ToHex(serial)));
  }
  return Status::Ok();
}

}  // namespace

Result<Revset> ParseRevset(Bytes content) {
  ByteReader reader(content);
  uint64_t count;
  if (!reader.ReadLe64(&count)) return MalformedError("truncated count");
  if (!reader.CanHold(count, kMinEntrySize)) {
    return MalformedError(
        fmt::format("count {}, but only {} bytes follow", count, reader.remaining()));
  }
  Revset revset;
  for (uint64_t i = 0; i < count; ++i) {
    const size_t offset = reader.offset();
    if (Status status = ReadEntry(&reader, &revset); !status.ok()) {
      return status.error().In(fmt::format("entry {} at offset {}", i, offset));
    }
  }
  if (!reader.AtEnd()) {
    return MalformedError(
        fmt::format("{} bytes left over behind {} entries", reader.remaining(), count));
  }
  return revset;
}

Result<Revset> ReadRevset(const std::string& path) {
  Result<std::vector<uint8_t>> content = ReadFile(path, kMaxRevsetFileSize);
  if (!content.ok()) return content.error();
  Result<Revset> revset = ParseRevset(*content);
  if (!revset.ok()) return revset.error().In(path);
  return revset;
}

std::vector<uint8_t> EncodeRevset(const Revset& revset) {
  uint64_t count = 0;
  for (const auto& [issuer, serials] : revset) count += serials.size();
  std::vector<uint8_t> out;
  AppendLe64(count, &out);
  for (const auto& [issuer, serials] : revset) {
    std::vector<uint32_t> order(serials.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&serials = serials](uint32_t a, uint32_t b) {
      const Bytes left = serials[a], right = serials[b];
      return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
    });
    for (uint32_t number : order) {
      const Bytes serial = serials[number];
      AppendLe64(kHashSize + serial.size(), &out);
      out.insert(out.end(), issuer.bytes, issuer.bytes + kHashSize);
      out.insert(out.end(), serial.begin(), serial.end());
    }
  }
  return out;
}

}  // namespace crlite
