#include "cli/health/enabled_health.h"

#include <unistd.h>

#include "conf/openssl_cnf/openssl_cnf.h"

namespace crlite {
namespace {

// What `crlite enable` keeps of the file that it changes.
constexpr char kBackupSuffix[] = ".before-crlite";

constexpr char kNobodyAsks[] = "programs do not ask about revocation at all";

Finding JudgeCnf(const OpensslCnf& cnf) {
  const CnfProvider* crlite = cnf.Find("crlite");
  if (crlite != nullptr && crlite->is_active) {
    if (cnf.IsActive("default") || cnf.IsActive("fips")) {
      return {"module-not-enabled", Severity::kOk, cnf.path + ": activates the module", "", ""};
    }
    return {"default-not-active", Severity::kCritical,
            cnf.path + ": activates the module, but not the provider default",
            "programs that use this file have no algorithms: TLS and ssh fail", "crlite enable"};
  }
  if (access((cnf.path + kBackupSuffix).c_str(), F_OK) == 0) {
    return {"enabling-undone", Severity::kWarning,
            cnf.path + ": enabling was undone, it does not activate the module any more",
            kNobodyAsks, "crlite enable"};
  }
  return {"module-not-enabled", Severity::kWarning, cnf.path + ": does not activate the module",
          kNobodyAsks, "crlite enable"};
}

}  // namespace

EnabledReport ReadEnabledReport() {
  EnabledReport report;
  report.path = EffectiveOpensslCnfPath();
  const Result<OpensslCnf> cnf = ReadOpensslCnf(report.path);
  if (cnf.ok()) {
    report.findings.push_back(JudgeCnf(*cnf));
    const CnfProvider* crlite = cnf->Find("crlite");
    report.is_active = crlite != nullptr && crlite->is_active;
  } else if (cnf.error().code == ErrorCode::kConfiguration) {
    report.findings.push_back({"openssl-cnf-broken", Severity::kCritical, cnf.error().message,
                               "programs go on with nothing of what this file says",
                               "crlite doctor"});
  } else {
    report.findings.push_back({"module-not-enabled", Severity::kWarning, cnf.error().message,
                               kNobodyAsks, "crlite enable"});
  }
  return report;
}

}  // namespace crlite
