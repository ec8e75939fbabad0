// A certificate chain as text: the leaf and who issued it.
#pragma once

#include <string>
#include <vector>

#include "cascade/base/result.h"
#include "cascade/reader/certificate.h"

namespace crlite {

// A certificate and its fields, which are views into it. Movable.
struct ChainCertificate {
  std::vector<uint8_t> der;
  CertificateFields fields;
};

// The text of the file `path`, or of standard input for "-"; a pipe is as good as a file.
Result<std::string> ReadChainText(const std::string& path);
// What messages call it.
std::string ChainName(const std::string& path);

// The certificates of PEM text, in its order, at least one. Other PEM blocks and what stands around
// blocks are skipped. Errors name the certificate (the first is number 1) and the subject `name`.
Result<std::vector<ChainCertificate>> ReadPemChain(const std::string& name,
                                                   const std::string& text);

// The certificates that may have issued `chain[0]`: those of the others whose subject is the leaf's
// issuer and whose key verifies the leaf's signature, in order. More than one when somebody forged
// the name with a second key, which anybody can compute from an ECDSA signature: without a trust
// anchor, nothing tells them apart. None when the chain is the leaf alone; an error when there are
// others and none is it.
Result<std::vector<const ChainCertificate*>> FindIssuers(
    const std::string& name, const std::vector<ChainCertificate>& chain);

// A Name of a certificate on one line, without control characters.
std::string NameText(Bytes name);

}  // namespace crlite
