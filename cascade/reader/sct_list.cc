#include "cascade/reader/sct_list.h"

#include "cascade/reader/der.h"

namespace crlite {
namespace {

// extensions of a v1 SCT: empty, or {u8 type, u16 length, data}...; type 0 (leaf_index) occurs at
// most once and has 5 bytes.
bool ExtensionsAreWellFormed(Bytes extensions) {
  ByteReader reader(extensions);
  bool has_leaf_index = false;
  while (!reader.AtEnd()) {
    uint8_t type;
    uint16_t length;
    Bytes data;
    if (!reader.ReadU8(&type) || !reader.ReadBe16(&length) || !reader.ReadBytes(length, &data)) {
      return false;
    }
    if (type != 0) continue;
    if (has_leaf_index || length != 5) return false;
    has_leaf_index = true;
  }
  return true;
}

// struct { u8 version; opaque log_id[32]; u64 timestamp; opaque extensions<0..2^16-1>;
//          u8 hash; u8 signature_algorithm; opaque signature<0..2^16-1>; }
bool ParseSct(Bytes item, Sct* out) {
  ByteReader reader(item);
  uint8_t version, hash, algorithm;
  uint16_t extensions_length, signature_length;
  uint64_t timestamp;
  Bytes log, extensions, signature;
  if (!reader.ReadU8(&version) || version != 0) return false;
  if (!reader.ReadBytes(kHashSize, &log) || !reader.ReadBe64(&timestamp)) return false;
  if (!reader.ReadBe16(&extensions_length) || !reader.ReadBytes(extensions_length, &extensions)) {
    return false;
  }
  if (!reader.ReadU8(&hash) || !reader.ReadU8(&algorithm)) return false;
  if (!reader.ReadBe16(&signature_length) || !reader.ReadBytes(signature_length, &signature)) {
    return false;
  }
  if (!reader.AtEnd() || !ExtensionsAreWellFormed(extensions)) return false;
  memcpy(out->log.bytes, log.data(), kHashSize);
  out->timestamp_ms = timestamp;
  return true;
}

}  // namespace

bool ParseSctList(Bytes extension_value, SctList* out) {
  out->count = 0;
  out->num_malformed = 0;

  der::Parser parser(extension_value);
  der::Element octets;
  if (!parser.Read(der::kOctetString, &octets) || !parser.AtEnd()) return false;

  ByteReader list(octets.content);
  uint16_t list_length;
  if (!list.ReadBe16(&list_length) || list_length != list.remaining()) return false;

  while (!list.AtEnd() && out->count < kMaxScts) {
    uint16_t item_length;
    Bytes item;
    if (!list.ReadBe16(&item_length) || item_length == 0 || !list.ReadBytes(item_length, &item)) {
      ++out->num_malformed;
      break;
    }
    if (ParseSct(item, &out->scts[out->count])) {
      ++out->count;
    } else {
      ++out->num_malformed;
    }
  }
  return true;
}

}  // namespace crlite
