#include "cli/admin/exempt_add.h"

#include <fmt/format.h>

#include "cascade/base/hex.h"
#include "cascade/base/text.h"
#include "cli/chain.h"
#include "cli/output.h"

namespace crlite {
namespace {

constexpr uint64_t kDayMs = uint64_t{86400} * 1000;

Error UsageError(std::string message) { return {ErrorCode::kUsage, std::move(message)}; }

std::string DateOf(uint64_t time_ms) { return FormatTimeMs(time_ms).substr(0, 10); }

// A date means the end of that day, UTC.
Result<uint64_t> ParseUntil(const std::string& text, uint64_t now_ms) {
  const uint64_t latest_ms = LatestExemptionEndMs(now_ms);
  // Of the last day some part would be too late.
  const std::string allowed = fmt::format("the latest allowed date is {} ({} days from now)",
                                          DateOf(latest_ms - kDayMs), kMaxExemptionDays);
  int64_t seconds = 0;
  if (!ParseRfc3339(text, &seconds) && !ParseRfc3339(text + "T23:59:59Z", &seconds)) {
    return UsageError(fmt::format("--until {}: wanted a date such as {}, or a time such as {}; {}",
                                  WithoutControls(text), DateOf(now_ms + 7 * kDayMs),
                                  FormatTimeMs(now_ms + 7 * kDayMs), allowed));
  }
  const uint64_t until_ms = seconds < 0 ? 0 : static_cast<uint64_t>(seconds) * 1000;
  if (until_ms < now_ms) {
    return UsageError(fmt::format("--until {}: has passed; {}", text, allowed));
  }
  if (until_ms > latest_ms) {
    return UsageError(fmt::format("--until {}: more than {} days from now; {}", text,
                                  kMaxExemptionDays, allowed));
  }
  return until_ms;
}

Status ParseSpkiHash(const char* option, const std::string& text, std::span<uint8_t> out) {
  if (FromHexExactly(text, out)) return Status::Ok();
  return UsageError(
      fmt::format("{} {}: wanted 64 hexadecimal digits, the SHA-256 of a "
                  "certificate's SubjectPublicKeyInfo; crlite check prints the "
                  "issuer's",
                  option, WithoutControls(text)));
}

Status ReadCertificate(const std::string& file, Exemption* out) {
  const std::string name = ChainName(file);
  const Result<std::string> text = ReadChainText(file);
  if (!text.ok()) return text.error();
  const Result<std::vector<ChainCertificate>> chain = ReadPemChain(name, *text);
  if (!chain.ok()) return chain.error();
  const CertificateFields& leaf = chain->front().fields;
  const Result<std::vector<const ChainCertificate*>> issuers = FindIssuers(name, *chain);
  if (!issuers.ok()) return issuers.error();
  if (issuers->empty()) {
    return MalformedError(fmt::format(
        "{}: has the certificate alone, and without its issuer the serial says nothing; add the "
        "issuer's certificate to the file, or exempt every certificate of this key by --leaf-spki "
        "{}",
        name, ToHex(leaf.SpkiHash().bytes)));
  }
  out->issuer = issuers->front()->fields.SpkiHash();
  out->serial.assign(leaf.serial.begin(), leaf.serial.end());
  if (!out->serial.empty() && out->serial.size() <= kMaxExemptSerialSize) return Status::Ok();
  return MalformedError(fmt::format("{}: a serial of {} bytes, wanted 1 to {}; use --leaf-spki {}",
                                    name, out->serial.size(), kMaxExemptSerialSize,
                                    ToHex(leaf.SpkiHash().bytes)));
}

Status ParseIssuerAndSerial(const ExemptAddOptions& options, Exemption* out) {
  if (options.serial.empty()) {
    return UsageError(
        "--issuer-spki: an issuer alone cannot be exempted, only one certificate of it; add "
        "--serial");
  }
  if (Status parsed = ParseSpkiHash("--issuer-spki", options.issuer_spki, out->issuer.bytes);
      !parsed.ok()) {
    return parsed;
  }
  if (!ParseExemptSerial(options.serial, &out->serial)) {
    return UsageError(fmt::format("--serial {}: wanted the hexadecimal digits of 1 to {} bytes",
                                  WithoutControls(options.serial), kMaxExemptSerialSize));
  }
  if (out->serial[0] >= 0x80) {
    PrintMessage(fmt::format(
        "--serial {0}: is negative as it stands; if the certificate's is not (other tools leave "
        "out leading zeros), repeat with --serial 00{0}",
        options.serial));
  }
  return Status::Ok();
}

// Which of the three ways was taken.
Status Identify(const ExemptAddOptions& options, Exemption* out) {
  const bool has_cert = !options.cert.empty(), has_leaf = !options.leaf_spki.empty();
  const bool has_issuer = !options.issuer_spki.empty(), has_serial = !options.serial.empty();
  if (has_cert + has_leaf + (has_issuer || has_serial) != 1 || (has_serial && !has_issuer)) {
    return UsageError(
        "what is to be exempt: wanted either --cert, or --issuer-spki with --serial, or "
        "--leaf-spki");
  }
  if (has_cert) return ReadCertificate(options.cert, out);
  if (has_issuer) return ParseIssuerAndSerial(options, out);
  out->kind = Exemption::Kind::kLeafKey;
  return ParseSpkiHash("--leaf-spki", options.leaf_spki, out->leaf_spki.bytes);
}

}  // namespace

Result<Exemption> ExemptionFromOptions(const ExemptAddOptions& options, uint64_t now_ms) {
  Exemption exemption;
  if (Status identified = Identify(options, &exemption); !identified.ok()) {
    return identified.error();
  }
  if (!IsExemptionReason(options.reason)) {
    return UsageError(fmt::format(
        "--reason: wanted one line of 1 to {} bytes without control characters", kMaxReasonSize));
  }
  const Result<uint64_t> until_ms = ParseUntil(options.until, now_ms);
  if (!until_ms.ok()) return until_ms.error();
  exemption.reason = options.reason;
  exemption.added_ms = now_ms;
  exemption.until_ms = *until_ms;
  return exemption;
}

}  // namespace crlite
