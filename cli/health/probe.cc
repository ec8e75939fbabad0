#include "cli/health/probe.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/health/root_only.h"
#include "cli/process.h"

namespace crlite {
namespace {

using Json = nlohmann::json;

constexpr int kTimeLimitSeconds = 20;

Error ProbeError(const std::string& what) {
  return {ErrorCode::kInternal,
          "self-test process: " + what +
              "; programs that load this openssl.cnf may fare the same: try 'crlite probe', and "
              "'crlite disable' until it is understood"};
}

// Reads members of one object; the first that is missing or of another type makes it bad.
class Members {
 public:
  explicit Members(const Json& object) : object_(object), is_good_(object.is_object()) {}

  template <typename T>
  void Read(const char* name, T* out) {
    if (const Json* value = Find(name)) ReadValue(*value, out);
  }
  bool is_good() const { return is_good_; }

 private:
  const Json* Find(const char* name) {
    const auto member = is_good_ ? object_.find(name) : object_.end();
    is_good_ = is_good_ && member != object_.end();
    return is_good_ ? &*member : nullptr;
  }
  template <typename T>
  void Take(bool is_right, const Json& value, T* out) {
    is_good_ = is_good_ && is_right;
    if (is_right) *out = value.get<T>();
  }
  void ReadValue(const Json& value, std::string* out) { Take(value.is_string(), value, out); }
  void ReadValue(const Json& value, bool* out) { Take(value.is_boolean(), value, out); }
  void ReadValue(const Json& value, int* out) { Take(value.is_number_integer(), value, out); }
  void ReadValue(const Json& value, std::optional<int>* out) {
    if (value.is_null()) return;
    ReadValue(value, &out->emplace());
  }
  void ReadValue(const Json& value, std::vector<std::string>* out) {
    is_good_ = is_good_ && value.is_array();
    if (!is_good_) return;
    for (const Json& item : value) ReadValue(item, &out->emplace_back());
  }
  void ReadValue(const Json& value, Handshake* out) {
    Members members(value);
    members.Read("completed", &out->completed);
    members.Read("verify_result", &out->verify_result);
    members.Read("error", &out->error);
    is_good_ = is_good_ && members.is_good();
  }

  const Json& object_;
  bool is_good_;
};

Result<ProbeResult> ParseProbeResult(const std::string& text) {
  const Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  ProbeResult result;
  Members members(document);
  members.Read("libcrypto", &result.libcrypto);
  members.Read("libcrypto_path", &result.libcrypto_path);
  members.Read("modules_dir", &result.modules_dir);
  members.Read("config_error", &result.config_error);
  members.Read("providers", &result.providers);
  members.Read("module_status", &result.module_status);
  members.Read("module_version", &result.module_version);
  members.Read("module_path", &result.module_path);
  members.Read("mapped_snapshot", &result.mapped_snapshot);
  members.Read("good", &result.good);
  members.Read("revoked", &result.revoked);
  if (members.is_good()) return result;
  return ProbeError("printed something else than a result");
}

// A module that is named there runs with all our rights.
Status CheckOnlyRootWrites(const std::string& path) {
  struct stat status;
  const bool is_file = stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  if (!is_file || OnlyRootWrites(status)) return Status::Ok();
  return Error{ErrorCode::kConfiguration,
               fmt::format("{}: of user {}, mode {:04o}: others than root may write to it, and the "
                           "modules that it names would run as root; run crlite as its owner, or "
                           "look at the file, then make it root's alone",
                           path, status.st_uid, status.st_mode & 07777)};
}

}  // namespace

bool ProbeResult::HasProvider(const std::string& name) const {
  return std::find(providers.begin(), providers.end(), name) != providers.end();
}

Result<ProbeResult> RunProbe(const ProbeOptions& options) {
  if (geteuid() == 0 && !options.as_nobody && !options.openssl_cnf.empty()) {
    if (Status checked = CheckOnlyRootWrites(options.openssl_cnf); !checked.ok()) {
      return checked.error();
    }
  }
  ProcessOptions process;
  process.environment = {{"CRLITE_MODE", "enforce"}};
  if (!options.openssl_cnf.empty()) {
    process.environment.emplace_back("OPENSSL_CONF", options.openssl_cnf);
  }
  process.as_nobody = options.as_nobody;
  process.timeout_s = kTimeLimitSeconds;
  const Result<ProcessResult> ran = RunProcess({"/proc/self/exe", "probe"}, process);
  if (!ran) return ran.error();
  if (ran->timed_out) return ProbeError(fmt::format("no end within {} s", kTimeLimitSeconds));
  if (ran->exit_status > 128) {
    return ProbeError(fmt::format("ended by signal {}", ran->exit_status - 128));
  }
  if (ran->exit_status != 0) {
    return ProbeError(fmt::format("exit status {}: {}", ran->exit_status, ran->errors));
  }
  return ParseProbeResult(ran->output);
}

}  // namespace crlite
