#include "cascade/builder/universe_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "cascade/base/hex.h"
#include "cascade/builder/line_parts.h"
#include "cascade/filter/clubcard.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBatch = 64;

// Serials of a part on their way to the sink, kBatch at a time.
class Batch {
 public:
  explicit Batch(const IssuerSource::KnownSink& sink) : sink_(sink) {}

  // Where the next serial may be written.
  std::span<uint8_t> Next() { return buffers_[size_]; }
  // Takes the first `length` octets of Next().
  void Commit(size_t length) {
    views_[size_] = Bytes(buffers_[size_].data(), length);
    if (++size_ == kBatch) Flush();
  }
  void Flush() {
    if (size_ > 0) sink_(std::span<const Bytes>(views_.data(), size_));
    size_ = 0;
  }

 private:
  const IssuerSource::KnownSink& sink_;
  size_t size_ = 0;
  std::array<std::array<uint8_t, kMaxSerialSize>, kBatch> buffers_;
  std::array<Bytes, kBatch> views_;
};

// "@" and up to 16 hexadecimal digits: the expiry of the certificates that follow. The builder has
// no use for it, as expired certificates are no longer in the file.
bool IsExpiryLine(std::string_view line) {
  const std::string_view digits = line.substr(1);
  return !digits.empty() && digits.size() <= 16 &&
         digits.find_first_not_of("0123456789abcdefABCDEF") == digits.npos;
}

std::string WantedSerial(std::string_view line) {
  return fmt::format("\"{}\", wanted a serial of 1 to 255 octets in hexadecimal", line);
}

bool ParseSerial(std::string_view text, std::span<uint8_t> buffer, size_t* length) {
  *length = text.size() / 2;
  return *length >= 1 && *length <= kMaxSerialSize &&
         FromHexExactly(text, buffer.subspan(0, *length));
}

class FileIssuer final : public IssuerSource {
 public:
  FileIssuer(const IssuerSpkiHash& issuer, LineParts known, LineParts revoked)
      : issuer_(issuer), known_(std::move(known)), revoked_(std::move(revoked)) {}

  const IssuerSpkiHash& issuer() const override { return issuer_; }
  size_t num_parts() const override { return known_.num_parts(); }
  uint64_t PartSize(size_t part) const override { return known_.PartSize(part); }

  Status ReadKnown(size_t part, const KnownSink& sink) const override {
    Batch batch(sink);
    std::string scratch;
    const Status status = known_.Read(part, &scratch, [&](std::string_view line) -> std::string {
      if (line.starts_with('@')) {
        return IsExpiryLine(line) ? "" : fmt::format("\"{}\", wanted @<hex time>", line);
      }
      size_t length;
      if (!ParseSerial(line, batch.Next(), &length)) return WantedSerial(line);
      batch.Commit(length);
      return "";
    });
    if (status.ok()) batch.Flush();
    return status;
  }

  Status ReadRevoked(const RevokedSink& sink) const override {
    std::array<uint8_t, kMaxSerialSize> buffer;
    std::string scratch;
    const auto take = [&](std::string_view line) -> std::string {
      uint8_t reason;
      if (line.size() < 2 || !FromHexExactly(line.substr(0, 2), std::span(&reason, 1))) {
        return fmt::format("\"{}\", wanted two hexadecimal digits for the reason", line);
      }
      size_t length;
      if (!ParseSerial(line.substr(2), buffer, &length)) return WantedSerial(line.substr(2));
      sink(reason, Bytes(buffer.data(), length));
      return "";
    };
    for (size_t part = 0; part < revoked_.num_parts(); ++part) {
      if (Status status = revoked_.Read(part, &scratch, take); !status.ok()) return status;
    }
    return Status::Ok();
  }

 private:
  IssuerSpkiHash issuer_;
  LineParts known_, revoked_;
};

using Directory = std::map<IssuerSpkiHash, std::string>;  // issuer -> path

Result<Directory> List(const std::string& path) {
  Directory directory;
  std::error_code error;
  fs::directory_iterator it(path, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    std::vector<uint8_t> hash;
    if (!FromBase64(it->path().filename().string(), Base64Alphabet::kUrl, &hash) ||
        hash.size() != kHashSize) {
      return MalformedError(it->path().string() +
                            ": the file name is not the URL-safe base64, with padding, of a "
                            "SHA-256; move the file elsewhere");
    }
    IssuerSpkiHash issuer;
    std::copy(hash.begin(), hash.end(), issuer.bytes);
    directory[issuer] = it->path().string();
  }
  if (error) return Error{ErrorCode::kIo, path + ": cannot list: " + error.message()};
  return directory;
}

}  // namespace

Result<Universe> OpenUniverse(const std::string& known, const std::string& revoked) {
  Result<Directory> known_files = List(known);
  if (!known_files.ok()) return known_files.error();
  Result<Directory> revoked_files = List(revoked);
  if (!revoked_files.ok()) return revoked_files.error();
  Universe universe;
  for (const auto& [issuer, path] : *known_files) {
    const auto it = revoked_files->find(issuer);
    if (it == revoked_files->end()) {
      ++universe.num_left_out;
      continue;
    }
    Result<LineParts> known_lines = LineParts::Open(path);
    if (!known_lines.ok()) return known_lines.error();
    Result<LineParts> revoked_lines = LineParts::Open(it->second);
    if (!revoked_lines.ok()) return revoked_lines.error();
    universe.issuers.push_back(
        std::make_unique<FileIssuer>(issuer, std::move(*known_lines), std::move(*revoked_lines)));
  }
  return universe;
}

}  // namespace crlite
