// Capsules: exactly those open that the frame of docs/formats.md, "Capsule", describes, and what
// they give makes the same bytes again.
#include "sync/source/capsule.h"

#include <sys/mman.h>
#include <unistd.h>

#include "cascade/base/file.h"
#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

// Read a second time, from memory: the blobs, or false.
bool ReadFrame(std::string_view text, std::vector<std::string_view>* out) {
  const std::string_view magic = "crlite capsule 1";
  if (!text.starts_with(magic)) return false;
  text.remove_prefix(magic.size());
  uint64_t total = 0;
  while (!text.empty()) {
    if (text.size() < 8) return false;
    uint64_t length = 0;
    for (size_t i = 8; i-- > 0;) length = length << 8 | static_cast<uint8_t>(text[i]);
    text.remove_prefix(8);
    if (length > text.size()) return false;
    out->push_back(text.substr(0, length));
    text.remove_prefix(length);
    if (out->size() > 2) total += length;
  }
  return out->size() >= 2 && out->size() <= 2 + kMaxOfferedFiles &&
         (*out)[0].size() <= kMaxChangesetSize && (*out)[1].size() <= kMaxChainSize &&
         total <= kMaxOfferSize;
}

Bytes View(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// A file in memory, whose path is good as long as this lives.
class MemoryFile {
 public:
  explicit MemoryFile(Bytes content) : fd_(memfd_create("capsule", MFD_CLOEXEC)) {
    const ssize_t size = static_cast<ssize_t>(content.size());
    CRLITE_PROPERTY(write(fd_.get(), content.data(), content.size()) == size, "memfd");
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

 private:
  const Descriptor fd_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const MemoryFile file(Bytes(data, size));
  const std::string text(data, data + size);
  std::vector<std::string_view> blobs;
  const bool is_capsule = ReadFrame(text, &blobs);
  const Result<Capsule> capsule = Capsule::Open(file.path());
  CRLITE_PROPERTY(capsule.ok() == is_capsule, capsule.ok() ? "opened" : capsule.error().message);
  if (!is_capsule) return 0;
  CRLITE_PROPERTY(capsule->proof().changeset == blobs[0], capsule->proof().changeset);
  CRLITE_PROPERTY(capsule->proof().chain == blobs[1], capsule->proof().chain);
  for (size_t i = 2; i < blobs.size(); ++i) {
    const OfferedFile wanted = DescribeFile("x", View(blobs[i]));
    const Result<std::vector<uint8_t>> content = capsule->Read(wanted);
    CRLITE_PROPERTY(content.ok(), content.error().message);
    CRLITE_PROPERTY(SameBytes(*content, View(blobs[i])), std::to_string(i));
  }
  return 0;
}
