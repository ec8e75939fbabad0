#include "cascade/snapshot/self_test.h"

#include <string_view>

namespace crlite::self_test {
namespace {

constexpr std::string_view kRevokedSerial = "crlite: revoked";
constexpr std::string_view kGoodSerial = "crlite: good";

Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// The first column of 256 bits, in a fixed sequence, whose product with the two keys is as wanted.
BitColumn FindColumn(std::string_view label, bool revoked_product, bool good_product) {
  const EquationKey revoked = MakeEquationKey(kIssuer, RevokedSerial());
  const EquationKey good = MakeEquationKey(kIssuer, GoodSerial());
  for (uint8_t attempt = 0;; ++attempt) {
    const Sha256Digest digest = Sha256::Hash(AsBytes(label), Bytes(&attempt, 1));
    BitColumn column(4);
    for (size_t i = 0; i < 4; ++i) column[i] = LoadLe64(digest.bytes + 8 * i);
    if (InnerProduct(revoked.a, column, 0) == revoked_product &&
        InnerProduct(good.a, column, 0) == good_product) {
      return column;
    }
  }
}

}  // namespace

Bytes RevokedSerial() { return AsBytes(kRevokedSerial); }
Bytes GoodSerial() { return AsBytes(kGoodSerial); }

Clubcard MakeClubcard() {
  Clubcard clubcard;
  clubcard.coverage = {{kLog, 0, UINT64_MAX}};
  // Both serials pass both approximate columns, so that the exact one decides: a damaged column of
  // either kind changes one of the two answers.
  clubcard.columns = {FindColumn("self-test column 0", false, false),
                      FindColumn("self-test column 1", false, false)};
  clubcard.exact = FindColumn("self-test exact column", false, true);
  ClubcardBlock block;
  block.issuer = kIssuer;
  block.approx_m = 1;
  block.exact_m = 1;
  block.rank = 2;
  clubcard.blocks = {block};
  return clubcard;
}

}  // namespace crlite::self_test
