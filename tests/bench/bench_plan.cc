// bench_plan SCALE DELTAS: prints the plan.txt of the set that bench_build --scale SCALE --deltas
// DELTAS makes; lines "<number> <issuer SPKI hash> <known> <revoked in the full filter>".
#include <cstdio>
#include <cstdlib>

#include "cascade/base/hex.h"
#include "tests/bench/synthetic_universe.h"

int main(int argc, char** argv) {
  using namespace crlite::bench;
  const uint64_t scale = argc == 3 ? strtoull(argv[1], nullptr, 10) : 0;
  if (scale == 0) {
    fprintf(stderr, "usage: bench_plan SCALE DELTAS\n");
    return 64;
  }
  for (const PlannedIssuer& issuer :
       Scaled(MakePlan(), scale, strtoull(argv[2], nullptr, 10)).issuers) {
    printf("%llu %s %llu %llu\n", static_cast<unsigned long long>(issuer.number),
           crlite::ToHex(issuer.issuer.bytes).c_str(),
           static_cast<unsigned long long>(issuer.num_known),
           static_cast<unsigned long long>(issuer.num_revoked[0]));
  }
  return 0;
}
