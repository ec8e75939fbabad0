#include "cli/health/proof.h"

#include <openssl/x509_vfy.h>

namespace crlite {
namespace {

Finding Failed(const char* id, std::string what, std::string why, std::string mend) {
  return {id, Severity::kCritical, std::move(what), std::move(why), std::move(mend)};
}

std::string Outcome(const Handshake& handshake) {
  if (!handshake.error.empty()) return handshake.error;
  return std::string("refused: ") + X509_verify_cert_error_string(handshake.verify_result);
}

}  // namespace

std::vector<Finding> JudgeProof(const std::string& who, const Result<ProbeResult>& probe,
                                const std::string& mend, const std::string& publish) {
  const std::string subject = "proof as " + who + ": ";
  const std::string command = mend.empty() ? publish : mend;
  if (!probe.ok()) {
    return {Failed("proof-impossible", subject + probe.error().message,
                   "what programs do is not known", mend.empty() ? "crlite disable" : mend)};
  }
  const Handshake &good = probe->good, &revoked = probe->revoked;
  std::vector<Finding> findings;
  if (!good.completed) {
    findings.push_back(Failed("good-refused", subject + "good certificate: " + Outcome(good),
                              "programs refuse certificates that are not revoked", command));
  }
  if (revoked.completed) {
    findings.push_back(Failed("revoked-accepted", subject + "revoked certificate: accepted",
                              "programs accept revoked certificates", command));
  } else if (!revoked.IsRefusedAsRevoked() && good.completed) {
    findings.push_back(
        Failed("revoked-accepted", subject + "revoked certificate: " + Outcome(revoked),
               "whether programs refuse revoked certificates is not known", command));
  }
  if (findings.empty()) {
    findings.push_back({"proof", Severity::kOk,
                        subject + "good certificate accepted, revoked one refused", "", ""});
  }
  return findings;
}

}  // namespace crlite
