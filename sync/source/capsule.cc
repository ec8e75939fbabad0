#include "sync/source/capsule.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <span>
#include <string_view>

#include "cascade/base/file.h"

namespace crlite {
namespace {

constexpr std::string_view kMagic = "crlite capsule 1";
constexpr uint64_t kLengthSize = 8;
constexpr size_t kProofBlobs = 2;  // the changeset, then the chain; the filters follow
constexpr mode_t kPublicFile = 0644;

Bytes View(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// A capsule that is being read. Errors name it.
class CapsuleFile {
 public:
  explicit CapsuleFile(const std::string& path)
      // O_NONBLOCK: a FIFO in place of the file must not hang us.
      : path_(path), fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

  Error Malformed(std::string_view what) const {
    return MalformedError(fmt::format("{}: {}", path_, what));
  }

  Result<uint64_t> Size() const {
    struct stat status;
    if (fd_.get() < 0) return IoError(path_, "cannot open", errno);
    if (fstat(fd_.get(), &status) != 0) return IoError(path_, "cannot stat", errno);
    if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kIo, path_ + ": not a regular file"};
    return static_cast<uint64_t>(status.st_size);
  }

  Status Read(uint64_t offset, std::span<uint8_t> out) const {
    while (!out.empty()) {
      const ssize_t got = pread(fd_.get(), out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return IoError(path_, "cannot read", errno);
      if (got == 0) return Malformed("shorter than it was a moment ago");
      offset += static_cast<uint64_t>(got);
      out = out.subspan(static_cast<size_t>(got));
    }
    return Status::Ok();
  }

  Result<uint64_t> ReadLength(uint64_t offset) const {
    uint8_t bytes[kLengthSize];
    if (Status read = Read(offset, bytes); !read.ok()) return read.error();
    uint64_t length = 0;
    for (size_t i = 0; i < kLengthSize; ++i) length |= uint64_t{bytes[i]} << (8 * i);
    return length;
  }

  Result<std::string> ReadText(uint64_t offset, uint64_t size) const {
    std::string text(static_cast<size_t>(size), '\0');
    Status read = Read(offset, {reinterpret_cast<uint8_t*>(text.data()), text.size()});
    if (!read.ok()) return read.error();
    return text;
  }

 private:
  const std::string& path_;
  const Descriptor fd_;
};

uint64_t MaxBlobSize(size_t index) {
  if (index == 0) return kMaxChangesetSize;
  return index == 1 ? kMaxChainSize : kMaxFilterFileSize;
}

// How long the blob number `index` is whose length stands at `offset`; `size` is the capsule's.
Result<uint64_t> ReadBlobSize(const CapsuleFile& file, size_t index, uint64_t offset,
                              uint64_t size) {
  if (index == kProofBlobs + kMaxOfferedFiles) {
    return file.Malformed(
        fmt::format("more than the {} filters that are accepted", kMaxOfferedFiles));
  }
  if (size - offset < kLengthSize) {
    return file.Malformed(fmt::format("blob {}: its length is cut off", index));
  }
  const Result<uint64_t> length = file.ReadLength(offset);
  if (!length.ok()) return length;
  const uint64_t left = size - offset - kLengthSize;
  if (*length > left) {
    return file.Malformed(fmt::format("blob {}: {} bytes, {} are left", index, *length, left));
  }
  if (*length > MaxBlobSize(index)) {
    return file.Malformed(fmt::format("blob {}: {} bytes, at most {} are accepted", index, *length,
                                      MaxBlobSize(index)));
  }
  return length;
}

Status AppendBlob(FileReplacement* file, Bytes content) {
  uint8_t length[kLengthSize];
  for (size_t i = 0; i < kLengthSize; ++i) {
    length[i] = static_cast<uint8_t>(uint64_t{content.size()} >> (8 * i));
  }
  if (Status written = file->Append(length); !written.ok()) return written;
  return file->Append(content);
}

}  // namespace

Status WriteCapsule(const Offer& offer, const FilterStore& store, const std::string& path) {
  const Proof& proof = *offer.proof;
  Result<std::unique_ptr<FileReplacement>> file = FileReplacement::Begin(path);
  if (!file.ok()) return file.error();
  const uint64_t size = kMagic.size() + (kProofBlobs + offer.files.size()) * kLengthSize +
                        proof.changeset.size() + proof.chain.size() + TotalSize(offer);
  if (Status room = (*file)->Allocate(size); !room.ok()) return room;
  if (Status written = (*file)->Append(View(kMagic)); !written.ok()) return written;
  for (const std::string& text : {proof.changeset, proof.chain}) {
    if (Status written = AppendBlob(file->get(), View(text)); !written.ok()) return written;
  }
  for (const OfferedFile& filter : offer.files) {
    const Result<std::vector<uint8_t>> content = store.Read(filter);
    if (!content.ok()) return content.error();
    if (Status written = AppendBlob(file->get(), *content); !written.ok()) return written;
  }
  return (*file)->Commit(kPublicFile);
}

Result<Capsule> Capsule::Open(const std::string& path) {
  const CapsuleFile file(path);
  const Result<uint64_t> size = file.Size();
  if (!size.ok()) return size.error();
  if (*size < kMagic.size()) return file.Malformed("not a capsule");
  const Result<std::string> magic = file.ReadText(0, kMagic.size());
  if (!magic.ok()) return magic.error();
  if (*magic != kMagic) return file.Malformed("not a capsule of version 1");

  Capsule capsule;
  capsule.path_ = path;
  uint64_t total = 0;  // of the filters
  for (uint64_t offset = kMagic.size(); offset != *size;) {
    const size_t index = capsule.blobs_.size();
    const Result<uint64_t> length = ReadBlobSize(file, index, offset, *size);
    if (!length.ok()) return length.error();
    if (index >= kProofBlobs) total += *length;
    if (total > kMaxOfferSize) {
      return file.Malformed(fmt::format(
          "filters of more than the {} bytes together that are accepted", kMaxOfferSize));
    }
    capsule.blobs_.push_back({offset + kLengthSize, *length});
    offset += kLengthSize + *length;
  }
  if (capsule.blobs_.size() < kProofBlobs) return file.Malformed("no proof in it");
  Result<std::string> changeset = file.ReadText(capsule.blobs_[0].offset, capsule.blobs_[0].size);
  if (!changeset.ok()) return changeset.error();
  Result<std::string> chain = file.ReadText(capsule.blobs_[1].offset, capsule.blobs_[1].size);
  if (!chain.ok()) return chain.error();
  capsule.proof_ = {std::move(*changeset), std::move(*chain)};
  return capsule;
}

Result<std::vector<uint8_t>> Capsule::Read(const OfferedFile& file) const {
  const CapsuleFile capsule(path_);
  if (const Result<uint64_t> size = capsule.Size(); !size.ok()) return size.error();
  for (size_t i = kProofBlobs; i < blobs_.size(); ++i) {
    const Blob& blob = blobs_[i];
    if (blob.size != file.size) continue;
    std::vector<uint8_t> content(static_cast<size_t>(blob.size));
    if (Status read = capsule.Read(blob.offset, content); !read.ok()) return read.error();
    if (CheckContent(file, content).ok()) return content;
  }
  return MalformedError(
      fmt::format("{}: {}: not in it with the hash that was signed", path_, file.name));
}

}  // namespace crlite
