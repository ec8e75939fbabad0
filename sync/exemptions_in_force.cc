#include "sync/exemptions_in_force.h"

#include <algorithm>

#include "conf/exemptions.h"

namespace crlite {

Result<std::vector<SnapshotExemption>> ReadExemptionsInForce(const std::string& path,
                                                             uint64_t now_ms) {
  std::vector<SnapshotExemption> in_force;
  if (path.empty()) return in_force;
  const Result<std::vector<Exemption>> all = LoadExemptions(path, now_ms);
  if (!all.ok()) return all.error();
  for (const Exemption& exemption : *all) {
    if (!IsExemptionInForce(exemption.until_ms, now_ms)) continue;
    in_force.push_back({exemption.Key(), exemption.until_ms});
  }
  return in_force;
}

bool HoldsExactly(const Snapshot& snapshot, const std::vector<SnapshotExemption>& exemptions) {
  return snapshot.num_exemptions() == exemptions.size() &&
         std::all_of(exemptions.begin(), exemptions.end(), [&](const SnapshotExemption& exemption) {
           return snapshot.ExemptUntilMs(exemption.key) == exemption.until_ms;
         });
}

}  // namespace crlite
