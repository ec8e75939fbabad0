// Clubcard version 3: bincode 1.3, little-endian, every count and length a u64
// (docs/formats.md, "V3 body").
#include <limits>

#include "cascade/filter/clubcard_parts.h"

namespace crlite {
namespace {

constexpr CountWidths kWidths = {.coverage = 8, .columns = 8, .words = 8};
constexpr size_t kMinIndexEntrySize = 89;  // without exceptions
constexpr uint64_t kMaxU32 = std::numeric_limits<uint32_t>::max();

// u64 32, issuer[32], u64 approx_m, u64 exact_m, u64 rank, u64 approx_offset, u64 exact_offset,
// u8 inverted, u64 exception count, { u64 length, serial }...
bool ReadIndexEntry(FieldReader* reader, size_t i, LargestRank* largest, ClubcardBlock* block) {
  return reader->Constant("issuer length", 8, kHashSize) &&
         reader->Hash("issuer", block->issuer.bytes) &&
         reader->Number("approx_m", 8, kMaxU32, &block->approx_m) &&
         reader->Number("exact_m", 8, kMaxU32, &block->exact_m) &&
         ReadRank(reader, 8, i, largest, &block->rank) &&
         reader->Number("approx_offset", 8, kMaxU32, &block->approx_offset) &&
         reader->Number("exact_offset", 8, kMaxU32, &block->exact_offset) &&
         reader->Number("inverted", 1, 1, &block->inverted) &&
         ReadExceptions(reader, 8, 8, &block->exceptions);
}

bool ReadIndex(FieldReader* reader, Bytes content, LargestRank* largest, Clubcard* clubcard) {
  reader->BeginPart("index");
  size_t count = 0;
  if (!reader->Count("entry count", 8, kMaxClubcardIssuers, kMinIndexEntrySize, &count)) {
    return false;
  }
  clubcard->blocks.resize(count);
  std::vector<size_t> offsets(count);
  for (size_t i = 0; i < count; ++i) {
    reader->BeginPart("index entry", i);
    offsets[i] = reader->offset() + 8;
    if (!ReadIndexEntry(reader, i, largest, &clubcard->blocks[i])) return false;
  }
  const auto repeated = FindRepeatedHash(content, std::move(offsets));
  if (!repeated) return true;
  reader->BeginPart("index");
  return reader->Fail("issuer", *repeated,
                      "the same as an earlier one; each issuer once is wanted");
}

}  // namespace

Result<std::unique_ptr<Clubcard>> ReadClubcardV3(Bytes content) {
  auto clubcard = std::make_unique<Clubcard>();
  clubcard->format = Clubcard::Format::kV3;
  clubcard->file_size = content.size();
  FieldReader reader(content, ByteOrder::kLittle);
  LargestRank largest;
  if (!ReadVersion(&reader, 3) || !ReadCoverage(&reader, content, kWidths, clubcard.get()) ||
      !ReadIndex(&reader, content, &largest, clubcard.get()) ||
      !ReadColumns(&reader, kWidths, largest, clubcard.get())) {
    return reader.error();
  }
  if (Status check = CheckClubcard(clubcard.get(), /*sort=*/true); !check.ok()) {
    return check.error();
  }
  return clubcard;
}

Result<std::vector<uint8_t>> WriteClubcardV3(const Clubcard& clubcard) {
  if (Status check = CheckClubcard(clubcard); !check.ok()) return check.error();
  FieldWriter writer(ByteOrder::kLittle);
  writer.Number(1, 3);
  writer.Number(1, 0);
  WriteCoverage(clubcard, kWidths, &writer);
  writer.Number(8, clubcard.blocks.size());
  for (const ClubcardBlock& block : clubcard.blocks) {
    writer.Number(8, kHashSize);
    writer.Raw(block.issuer.bytes);
    writer.Number(8, block.approx_m);
    writer.Number(8, block.exact_m);
    writer.Number(8, block.rank);
    writer.Number(8, block.approx_offset);
    writer.Number(8, block.exact_offset);
    writer.Number(1, block.inverted);
    WriteExceptions(block.exceptions, 8, 8, &writer);
  }
  WriteColumns(clubcard, kWidths, &writer);
  return FinishFile(&writer);
}

}  // namespace crlite
