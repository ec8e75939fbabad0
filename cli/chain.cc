#include "cli/chain.h"

#include <errno.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>

#include "cascade/base/text.h"

namespace crlite {
namespace {

constexpr size_t kMaxChainText = 4u << 20;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

struct CloseFile {
  void operator()(FILE* file) const {
    if (file != stdin) fclose(file);
  }
};

// One block of PEM text.
struct PemBlock {
  ~PemBlock() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
};

bool IsAtEndOfPem() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

Certificate Decode(const ChainCertificate& certificate) {
  const unsigned char* der = certificate.der.data();
  return {d2i_X509(nullptr, &der, static_cast<long>(certificate.der.size())), X509_free};
}

bool Issued(const ChainCertificate& issuer, X509* leaf) {
  const Certificate decoded = Decode(issuer);
  EVP_PKEY* key = decoded ? X509_get0_pubkey(decoded.get()) : nullptr;
  const bool verified = key != nullptr && X509_verify(leaf, key) == 1;
  ERR_clear_error();
  return verified;
}

}  // namespace

std::string NameText(Bytes name) {
  const unsigned char* der = name.data();
  const std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)> decoded(
      d2i_X509_NAME(nullptr, &der, static_cast<long>(name.size())), X509_NAME_free);
  const Bio out(BIO_new(BIO_s_mem()), BIO_free);
  if (!decoded || !out) return "(unreadable)";
  X509_NAME_print_ex(out.get(), decoded.get(), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return WithoutControls({text, static_cast<size_t>(length)});
}

std::string ChainName(const std::string& path) { return path == "-" ? "standard input" : path; }

Result<std::string> ReadChainText(const std::string& path) {
  const std::string name = ChainName(path);
  const std::unique_ptr<FILE, CloseFile> file(path == "-" ? stdin : fopen(path.c_str(), "re"));
  if (!file) return IoError(name, "cannot open", errno);
  std::string text(kMaxChainText + 1, '\0');
  text.resize(fread(text.data(), 1, text.size(), file.get()));
  if (ferror(file.get()) != 0) return IoError(name, "cannot read", errno);
  if (text.size() > kMaxChainText) {
    return MalformedError(
        fmt::format("{}: more than {} bytes, which no chain has", name, kMaxChainText));
  }
  return text;
}

Result<std::vector<ChainCertificate>> ReadPemChain(const std::string& name,
                                                   const std::string& text) {
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  std::vector<ChainCertificate> chain;
  for (;;) {
    PemBlock block;
    const size_t number = chain.size() + 1;
    if (PEM_read_bio(bio.get(), &block.name, &block.header, &block.data, &block.size) != 1) {
      if (IsAtEndOfPem()) break;
      return MalformedError(
          fmt::format("{}: certificate {}: damaged PEM block; copy it again, from "
                      "its BEGIN line to its END line",
                      name, number));
    }
    if (std::string_view(block.name) != PEM_STRING_X509) continue;
    ChainCertificate certificate;
    certificate.der.assign(block.data, block.data + block.size);
    if (!ParseCertificate(certificate.der, &certificate.fields)) {
      return MalformedError(
          fmt::format("{}: certificate {}: not the DER of a certificate; export it again as PEM",
                      name, number));
    }
    chain.push_back(std::move(certificate));
  }
  if (chain.empty()) {
    return MalformedError(name + ": no certificate, wanted a chain in PEM with the leaf first");
  }
  return chain;
}

Result<std::vector<const ChainCertificate*>> FindIssuers(
    const std::string& name, const std::vector<ChainCertificate>& chain) {
  std::vector<const ChainCertificate*> issuers;
  if (chain.size() == 1) return issuers;
  const Bytes issuer_name = chain[0].fields.issuer_name;
  const Certificate leaf = Decode(chain[0]);
  if (!leaf) {
    ERR_clear_error();
    return MalformedError(name +
                          ": certificate 1: libcrypto cannot decode it; export it again as PEM");
  }
  bool has_name = false;
  for (size_t i = 1; i < chain.size(); ++i) {
    if (!SameBytes(chain[i].fields.subject_name, issuer_name)) continue;
    has_name = true;
    if (Issued(chain[i], leaf.get())) issuers.push_back(&chain[i]);
  }
  if (!issuers.empty()) return issuers;
  const std::string wanted = NameText(issuer_name);
  return MalformedError(
      has_name
          ? fmt::format("{}: the key of '{}' does not verify the first certificate's signature; "
                        "put the issuer's certificate with the signing key after it",
                        name, wanted)
          : fmt::format("{}: no certificate of '{}', which issued the first certificate; "
                        "put the leaf first and its issuer after it",
                        name, wanted));
}

}  // namespace crlite
