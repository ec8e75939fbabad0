// WithCrliteBlock and WithoutCrliteBlock on texts that libcrypto accepts: the round trip, and what
// libcrypto reads in between.
#include <algorithm>

#include "conf/openssl_cnf/edit.h"
#include "tests/fuzz/property.h"

using namespace crlite;

namespace {

// One at which libcrypto stops, so that it may not reach ours.
bool IsObstacle(const CnfProvider& provider) {
  return !provider.has_section || (!provider.is_active && provider.values.contains("activate"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(data, data + size);
  // Other files are not part of the input.
  if (text.find("include") != std::string::npos) return 0;
  const Result<std::string> rest = WithoutCrliteBlock(text);
  CRLITE_PROPERTY(HasCrliteBlock(text) || (rest.ok() && *rest == text), text);
  if (!rest.ok()) return 0;
  CRLITE_PROPERTY(!HasCrliteBlock(*rest), *rest);
  const Result<OpensslCnf> before = ParseOpensslCnf(*rest, "input");
  if (!before.ok() || before->Find("crlite") != nullptr) return 0;

  const CnfAddition addition = {.module = "/m $odule#.so"};
  const std::string with = WithCrliteBlock(*rest, *before, addition);
  const Result<std::string> without = WithoutCrliteBlock(with);
  CRLITE_PROPERTY(without.ok() && *without == *rest, with);
  const Result<OpensslCnf> after = ParseOpensslCnf(with, "output");
  CRLITE_PROPERTY(after.ok(), after.error().message);
  const CnfProvider* crlite = after->Find("crlite");
  CRLITE_PROPERTY(crlite != nullptr && crlite->values.at("module") == addition.module, with);
  CRLITE_PROPERTY(crlite->is_active ||
                      std::any_of(after->providers.begin(), after->providers.end(), IsObstacle),
                  with);
  return 0;
}
