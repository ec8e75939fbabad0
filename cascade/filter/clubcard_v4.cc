// Clubcard version 4: big-endian, counts as narrow as they can be (docs/formats.md, "V4 body";
// c2sp.org/upki-revocation).
#include <limits>

#include "cascade/filter/clubcard_parts.h"

namespace crlite {
namespace {

constexpr CountWidths kWidths = {.coverage = 2, .columns = 1, .words = 4};
constexpr size_t kMinIndexEntrySize = 52;  // without exceptions
constexpr uint64_t kMaxU32 = std::numeric_limits<uint32_t>::max();

// issuer[32], u32 approx_m, u8 rank, u32 approx_offset, u32 exact_m, u32 exact_offset, u8 inverted,
// u16 exception count, { u8 length, serial }...
bool ReadIndexEntry(FieldReader* reader, size_t i, LargestRank* largest, ClubcardBlock* block) {
  return reader->Hash("issuer", block->issuer.bytes) &&
         reader->Number("approx_m", 4, kMaxU32, &block->approx_m) &&
         ReadRank(reader, 1, i, largest, &block->rank) &&
         reader->Number("approx_offset", 4, kMaxU32, &block->approx_offset) &&
         reader->Number("exact_m", 4, kMaxU32, &block->exact_m) &&
         reader->Number("exact_offset", 4, kMaxU32, &block->exact_offset) &&
         reader->Number("inverted", 1, 1, &block->inverted) &&
         ReadExceptions(reader, 2, 1, &block->exceptions);
}

bool ReadIndex(FieldReader* reader, LargestRank* largest, Clubcard* clubcard) {
  reader->BeginPart("index");
  size_t count = 0;
  if (!reader->Count("entry count", 4, kMaxClubcardIssuers, kMinIndexEntrySize, &count)) {
    return false;
  }
  clubcard->blocks.resize(count);
  for (size_t i = 0; i < count; ++i) {
    reader->BeginPart("index entry", i);
    const size_t offset = reader->offset();
    ClubcardBlock& block = clubcard->blocks[i];
    if (!ReadIndexEntry(reader, i, largest, &block)) return false;
    if (i > 0 && !(clubcard->blocks[i - 1].issuer < block.issuer)) {
      return reader->Fail("issuer", offset, "not above the one before it; ascending is wanted");
    }
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<Clubcard>> ReadClubcardV4(Bytes content) {
  auto clubcard = std::make_unique<Clubcard>();
  clubcard->format = Clubcard::Format::kV4;
  clubcard->file_size = content.size();
  FieldReader reader(content, ByteOrder::kBig);
  LargestRank largest;
  if (!ReadVersion(&reader, 4) || !ReadCoverage(&reader, content, kWidths, clubcard.get()) ||
      !ReadIndex(&reader, &largest, clubcard.get()) ||
      !ReadColumns(&reader, kWidths, largest, clubcard.get())) {
    return reader.error();
  }
  // The index is in order already; coverage need not be.
  if (Status check = CheckClubcard(clubcard.get(), /*sort=*/true); !check.ok()) {
    return check.error();
  }
  return clubcard;
}

Result<std::vector<uint8_t>> WriteClubcardV4(const Clubcard& clubcard) {
  if (Status check = CheckClubcard(clubcard); !check.ok()) return check.error();
  FieldWriter writer(ByteOrder::kBig);
  writer.Number(1, 4);
  writer.Number(1, 0);
  WriteCoverage(clubcard, kWidths, &writer);
  writer.Number(4, clubcard.blocks.size());
  for (const ClubcardBlock& block : clubcard.blocks) {
    writer.Raw(block.issuer.bytes);
    writer.Number(4, block.approx_m);
    writer.Number(1, block.rank);
    writer.Number(4, block.approx_offset);
    writer.Number(4, block.exact_m);
    writer.Number(4, block.exact_offset);
    writer.Number(1, block.inverted);
    WriteExceptions(block.exceptions, 2, 1, &writer);
  }
  WriteColumns(clubcard, kWidths, &writer);
  return FinishFile(&writer);
}

}  // namespace crlite
