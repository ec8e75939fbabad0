// Patches: what is made is undone exactly; arbitrary ones give what they were asked for in size, or
// nothing.
//
// Input: kind u8 (0: the rest is a content, else a patch), size of the dictionary u8, dictionary,
// then, before a patch, the wanted size u16 LE.
#include "sync/source/patch.h"

#include <algorithm>

#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

void MakeAndApply(Bytes dictionary, Bytes content) {
  const Result<std::vector<uint8_t>> patch = MakePatch(dictionary, content);
  CRLITE_PROPERTY(patch.ok(), patch.error().message);
  const Result<std::vector<uint8_t>> again = ApplyPatch(dictionary, *patch, content.size());
  CRLITE_PROPERTY(again.ok(), again.error().message);
  CRLITE_PROPERTY(std::equal(again->begin(), again->end(), content.begin(), content.end()),
                  std::to_string(again->size()));
  CRLITE_PROPERTY(!ApplyPatch(dictionary, *patch, content.size() + 1).ok(), "more than there is");
}

void Apply(Bytes dictionary, Bytes patch, uint64_t size) {
  const Result<std::vector<uint8_t>> content = ApplyPatch(dictionary, patch, size);
  CRLITE_PROPERTY(content.ok() || !content.error().message.empty(), "refused without a word");
  CRLITE_PROPERTY(!content.ok() || content->size() == size, std::to_string(content->size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes input(data, size);
  if (input.size() < 2) return 0;
  const bool is_content = input[0] == 0;
  const size_t dictionary_size = std::min<size_t>(input[1], input.size() - 2);
  const Bytes dictionary = input.subspan(2, dictionary_size);
  input = input.subspan(2 + dictionary_size);
  if (is_content) {
    MakeAndApply(dictionary, input);
  } else if (input.size() >= 2) {
    Apply(dictionary, input.subspan(2), input[0] | uint64_t{input[1]} << 8);
  }
  return 0;
}
