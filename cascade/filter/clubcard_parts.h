// The parts of a clubcard file that both encodings write alike, but for byte order and the width of
// counts (docs/formats.md, "Clubcard file layouts").
#pragma once

#include <string>
#include <vector>

#include "cascade/filter/clubcard.h"
#include "cascade/filter/field_reader.h"
#include "cascade/filter/field_writer.h"

namespace crlite {

// Bytes of each count: v3 has 8 everywhere, v4 has its own for each.
struct CountWidths {
  size_t coverage, columns, words;
};

inline constexpr size_t kMaxRank = 255;

// The largest rank of the index entries read so far, and where it stands.
struct LargestRank {
  size_t rank = 0, entry = 0, offset = 0;
};

[[nodiscard]] bool ReadVersion(FieldReader* reader, uint8_t version);
// Coverage in the file's own order; a log that occurs twice is an error.
[[nodiscard]] bool ReadCoverage(FieldReader* reader, Bytes content, CountWidths widths,
                                Clubcard* clubcard);
// One index entry's rank; `largest` is updated.
[[nodiscard]] bool ReadRank(FieldReader* reader, size_t width, size_t entry, LargestRank* largest,
                            uint8_t* out);
// One index entry's exceptions.
[[nodiscard]] bool ReadExceptions(FieldReader* reader, size_t count_width, size_t length_width,
                                  SerialList* out);
// All columns, then the end of the file. Every rank must lie within the columns.
[[nodiscard]] bool ReadColumns(FieldReader* reader, CountWidths widths, const LargestRank& largest,
                               Clubcard* clubcard);

// Offset of the second of two equal hashes that stand at `offsets` of `content`, if there are any.
std::optional<size_t> FindRepeatedHash(Bytes content, std::vector<size_t> offsets);

void WriteCoverage(const Clubcard& clubcard, CountWidths widths, FieldWriter* writer);
void WriteExceptions(const SerialList& serials, size_t count_width, size_t length_width,
                     FieldWriter* writer);
// Exactly as many columns as the largest rank: no reader asks for more.
void WriteColumns(const Clubcard& clubcard, CountWidths widths, FieldWriter* writer);
// The finished file, if a reader would accept its size.
Result<std::vector<uint8_t>> FinishFile(FieldWriter* writer);

}  // namespace crlite
