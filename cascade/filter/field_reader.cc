#include "cascade/filter/field_reader.h"

#include <fmt/format.h>

namespace crlite {

bool FieldReader::Fail(const std::string& field_and_value, size_t offset,
                       const std::string& wanted) {
  const std::string part =
      part_index_ ? fmt::format("{} {}", part_, *part_index_) : std::string(part_);
  error_ =
      MalformedError(fmt::format("{}: {} at offset {}, {}", part, field_and_value, offset, wanted));
  return false;
}

bool FieldReader::Raw(const char* field, size_t length, Bytes* out) {
  if (reader_.ReadBytes(length, out)) return true;
  return Fail(field, offset(),
              fmt::format("{} bytes wanted, the file has {} left", length, reader_.remaining()));
}

bool FieldReader::ReadNumber(const char* field, size_t width, uint64_t* out) {
  Bytes raw;
  if (!Raw(field, width, &raw)) return false;
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) {
    const size_t next = order_ == ByteOrder::kBig ? i : width - 1 - i;
    value = value << 8 | raw[next];
  }
  *out = value;
  return true;
}

bool FieldReader::FailAtMost(const char* field, uint64_t value, size_t width, uint64_t max) {
  return Fail(fmt::format("{} {}", field, value), offset() - width,
              fmt::format("at most {} wanted", max));
}

bool FieldReader::Constant(const char* field, size_t width, uint64_t wanted) {
  uint64_t value = 0;
  if (!ReadNumber(field, width, &value)) return false;
  if (value == wanted) return true;
  return Fail(fmt::format("{} {}", field, value), offset() - width,
              fmt::format("{} wanted", wanted));
}

bool FieldReader::Count(const char* field, size_t width, uint64_t max, size_t element_size,
                        size_t* out) {
  if (!Number(field, width, max, out)) return false;
  if (reader_.CanHold(*out, element_size)) return true;
  return Fail(fmt::format("{} {}", field, *out), offset() - width,
              fmt::format("the {} bytes behind it hold at most {}", reader_.remaining(),
                          reader_.remaining() / element_size));
}

bool FieldReader::Hash(const char* field, uint8_t out[kHashSize]) {
  Bytes raw;
  if (!Raw(field, kHashSize, &raw)) return false;
  memcpy(out, raw.data(), kHashSize);
  return true;
}

bool FieldReader::Words(size_t count, std::vector<uint64_t>* out) {
  Bytes raw;
  if (!Raw("words", 8 * count, &raw)) return false;
  const auto load = order_ == ByteOrder::kBig ? LoadBe64 : LoadLe64;
  out->resize(count);
  for (size_t i = 0; i < count; ++i) (*out)[i] = load(raw.data() + 8 * i);
  return true;
}

bool FieldReader::End() {
  if (AtEnd()) return true;
  BeginPart("file");
  return Fail(fmt::format("{} bytes left over", reader_.remaining()), offset(),
              "the end of the file wanted");
}

}  // namespace crlite
