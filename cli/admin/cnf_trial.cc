#include "cli/admin/cnf_trial.h"

#include <errno.h>
#include <fmt/format.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>

#include "cli/process.h"

namespace crlite {
namespace {

Status Refuse(std::string reason) { return Error{ErrorCode::kConfiguration, std::move(reason)}; }

// Why the module is not there: the file first, as that is what people can mend.
Status RefuseModule(const ProbeResult& after, const std::string& module) {
  const std::string path = module.empty() ? after.modules_dir + "/crlite.so" : module;
  if (access(path.c_str(), R_OK) != 0) {
    return Refuse(fmt::format(
        "{}: {}; this is where the module was looked for: install it there, or say where it is "
        "with --module FILE",
        path, strerror(errno)));
  }
  const std::string status =
      after.module_status
          ? fmt::format("is loaded but not hooked in (status {})", *after.module_status)
          : "cannot be loaded as a provider";
  return Refuse(fmt::format(
      "{}: {}{}{}; is it the crlite.so that was built for {}? 'crlite doctor' tells more", path,
      status, after.config_error.empty() ? "" : ": ", after.config_error, after.libcrypto));
}

// False also when it cannot be asked: not as root.
bool CanNobodyRead(const std::string& path) {
  const Result<ProcessResult> result = RunProcess({"test", "-r", path}, {.as_nobody = true});
  return result.ok() && result->exit_status == 0;
}

}  // namespace

bool CnfTrial::LacksDefault() const {
  return !after.HasProvider("default") &&
         (before.HasProvider("default") || !after.HasProvider("fips"));
}

Result<CnfTrial> TryCnf(const std::string& old_path, const std::string& candidate) {
  // The daemons of this system do not have what is set in this shell.
  unsetenv("OPENSSL_MODULES");
  CnfTrial trial;
  if (Result<ProbeResult> before = RunProbe({.openssl_cnf = old_path}); before.ok()) {
    trial.before = std::move(*before);
  }
  Result<ProbeResult> after = RunProbe({.openssl_cnf = candidate});
  if (!after.ok()) return Error{ErrorCode::kConfiguration, after.error().message};
  trial.after = std::move(*after);
  return trial;
}

Status JudgeTrial(const CnfTrial& trial, const std::string& candidate, const std::string& module) {
  const ProbeResult& after = trial.after;
  if (after.module_status != 1) return RefuseModule(after, module);
  if (!after.HasProvider("default") && !after.HasProvider("fips")) {
    return Refuse(
        "neither provider default nor fips would be active: programs would have no "
        "algorithms; activate one of them in openssl.cnf first");
  }
  for (const std::string& provider : trial.before.providers) {
    if (after.HasProvider(provider)) continue;
    return Refuse(
        fmt::format("provider {} would not be active any more{}{}; activate it in "
                    "openssl.cnf by name first",
                    provider, after.config_error.empty() ? "" : ": ", after.config_error));
  }
  if (!after.good.completed || after.good.verify_result != X509_V_OK) {
    return Refuse(fmt::format("a TLS handshake with a good server fails: {}; run 'crlite doctor'",
                              after.good.error.empty()
                                  ? X509_verify_cert_error_string(after.good.verify_result)
                                  : after.good.error));
  }
  if (CanNobodyRead(candidate) && !CanNobodyRead(after.module_path)) {
    return Refuse(
        fmt::format("{}: user nobody cannot read it, so programs that are not root's "
                    "would go without; mend its mode and those of its directories",
                    after.module_path));
  }
  return Status::Ok();
}

}  // namespace crlite
