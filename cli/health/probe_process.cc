// The child of RunProbe: `crlite probe`.

#include <dlfcn.h>
#include <errno.h>
#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cascade/base/file.h"
#include "cascade/reader/snapshot_format.h"
#include "cascade/snapshot/self_test.h"
#include "cli/health/probe.h"
#include "cli/health/self_test_pki.h"
#include "cli/output.h"

namespace crlite {
namespace {

std::string LoadStrictly() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  ERR_clear_error();
  if (CONF_modules_load_file_ex(nullptr, nullptr, nullptr, CONF_MFLAGS_DEFAULT_SECTION) > 0) {
    return "";
  }
  const std::string errors = TakeOpensslErrors();
  return errors.empty() ? "it fails without a reason" : errors;
}

std::string ReadAll(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t size = read(fd, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    text.append(buffer, static_cast<size_t>(size));
  }
}

// What loading the configuration says, in a process of its own: what it registers (object
// identifiers, for one) cannot be registered twice, so a second load here would fail or spoil the
// first.
std::string ConfigError() {
  int ends[2];
  if (pipe(ends) != 0) return "unknown: no pipe";
  const Descriptor out(ends[0]);
  const pid_t parent = getpid(), child = fork();
  if (child == 0) {
    // A module that never comes back must not outlive the time limit of our parent.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    const std::string text = LoadStrictly();
    const ssize_t written = write(ends[1], text.data(), text.size());
    _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(ends[1]);
  if (child < 0) return "unknown: no process";
  std::string text = ReadAll(out.get());
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!WIFEXITED(status)) text = "the process that loads it crashes";
  return text;
}

std::string FileOfAddress(const void* address) {
  Dl_info info;
  if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) return "";
  return info.dli_fname;
}

int AddProvider(OSSL_PROVIDER* provider, void* result) {
  const char* const name = OSSL_PROVIDER_get0_name(provider);
  static_cast<ProbeResult*>(result)->providers.emplace_back(name);
  if (strcmp(name, "crlite") != 0) return 1;
  ProbeResult* const out = static_cast<ProbeResult*>(result);
  int status = 0;
  char* version = nullptr;
  OSSL_PARAM wanted[] = {
      OSSL_PARAM_construct_int(OSSL_PROV_PARAM_STATUS, &status),
      OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, &version, 0),
      OSSL_PARAM_construct_end(),
  };
  if (OSSL_PROVIDER_get_params(provider, wanted) != 1) status = 0;
  out->module_status = status;
  if (version != nullptr) out->module_version = version;
  // Its table of functions lies in the module.
  out->module_path = FileOfAddress(OSSL_PROVIDER_get0_dispatch(provider));
  return 1;
}

// The file whose shared mapping begins as snapshots do, among this process's.
std::string MappedSnapshotPath() {
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    std::istringstream fields(line);
    std::string range, permissions, offset, device, inode, path;
    fields >> range >> permissions >> offset >> device >> inode >> std::ws;
    std::getline(fields, path);
    if (permissions != "r--s" || offset.find_first_not_of('0') != std::string::npos) continue;
    const void* const base = reinterpret_cast<const void*>(strtoull(range.c_str(), nullptr, 16));
    if (memcmp(base, snapshot_format::kMagic, sizeof snapshot_format::kMagic) == 0) return path;
  }
  return "";
}

ProbeResult Probe() {
  ProbeResult result;
  result.config_error = ConfigError();
  OPENSSL_init_ssl(0, nullptr);
  result.libcrypto = OpenSSL_version(OPENSSL_VERSION);
  result.libcrypto_path = FileOfAddress(reinterpret_cast<const void*>(&OpenSSL_version));
  const char* const elsewhere = secure_getenv("OPENSSL_MODULES");
  const char* const usual = OPENSSL_info(OPENSSL_INFO_MODULES_DIR);
  result.modules_dir = elsewhere != nullptr ? elsewhere : usual != nullptr ? usual : "";
  OSSL_PROVIDER_do_all(nullptr, AddProvider, &result);
  result.mapped_snapshot = MappedSnapshotPath();
  result.good = RunSelfTestHandshake(self_test::GoodSerial());
  result.revoked = RunSelfTestHandshake(self_test::RevokedSerial());
  return result;
}

nlohmann::ordered_json ToJson(const Handshake& handshake) {
  return {{"completed", handshake.completed},
          {"verify_result", handshake.verify_result},
          {"error", handshake.error}};
}

nlohmann::ordered_json ToJson(const ProbeResult& result) {
  nlohmann::ordered_json document = {{"schema", kJsonSchema},
                                     {"libcrypto", result.libcrypto},
                                     {"libcrypto_path", result.libcrypto_path},
                                     {"modules_dir", result.modules_dir},
                                     {"config_error", result.config_error},
                                     {"providers", result.providers},
                                     {"module_status", nullptr},
                                     {"module_version", result.module_version},
                                     {"module_path", result.module_path},
                                     {"mapped_snapshot", result.mapped_snapshot},
                                     {"good", ToJson(result.good)},
                                     {"revoked", ToJson(result.revoked)}};
  if (result.module_status.has_value()) document["module_status"] = *result.module_status;
  return document;
}

}  // namespace

int ProbeMain() {
  PrintJsonLine(ToJson(Probe()));
  return FinishOutput(0);
}

}  // namespace crlite
