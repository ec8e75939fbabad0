#include "cascade/filter/stash.h"

#include <limits>

#include "cascade/filter/field_reader.h"

namespace crlite {
namespace {

// u32 number of serials, u8 32, issuer[32], { u8 length, serial }...
bool ReadEntry(FieldReader* reader, size_t i, Stash* stash) {
  reader->BeginPart("entry", i);
  IssuerSpkiHash issuer;
  size_t count = 0;
  if (!reader->Count("serial count", 4, std::numeric_limits<uint32_t>::max(), 2, &count) ||
      !reader->Constant("issuer length", 1, kHashSize) || !reader->Hash("issuer", issuer.bytes)) {
    return false;
  }
  SerialList& serials = stash->revoked[issuer];
  for (size_t j = 0; j < count; ++j) {
    const size_t offset = reader->offset();
    size_t length = 0;
    Bytes serial;
    if (!reader->Number("serial length", 1, kMaxSerialSize, &length)) return false;
    if (length == 0) return reader->Fail("serial length 0", offset, "1 to 255 wanted");
    if (!reader->Raw("serial", length, &serial)) return false;
    serials.Add(serial);
  }
  return true;
}

}  // namespace

FilterStatus Stash::Ask(const Query& query) const {
  const auto found = revoked.find(query.issuer);
  const bool listed = found != revoked.end() && found->second.Contains(query.serial);
  return listed ? FilterStatus::kRevoked : FilterStatus::kNotCovered;
}

FilterDescription Stash::Describe() const {
  FilterDescription description;
  description.kind = "stash";
  description.file_size = file_size;
  for (const auto& [issuer, serials] : revoked) {
    FilterDescription::Issuer described;
    described.hash = issuer;
    described.exact_m = serials.count;
    description.issuers.push_back(described);
  }
  return description;
}

Result<std::unique_ptr<Stash>> ReadStash(Bytes content) {
  auto stash = std::make_unique<Stash>();
  stash->file_size = content.size();
  FieldReader reader(content, ByteOrder::kLittle);
  for (size_t i = 0; !reader.AtEnd(); ++i) {
    if (!ReadEntry(&reader, i, stash.get())) return reader.error();
  }
  return stash;
}

}  // namespace crlite
