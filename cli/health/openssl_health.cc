#include "cli/health/openssl_health.h"

#include <errno.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cascade/base/file.h"
#include "cli/shell_word.h"
#include "conf/openssl_cnf/edit.h"

namespace crlite {
namespace {

constexpr char kNobodyAsks[] = "programs do not ask about revocation at all, and do not say so";

// The file that `path` leads to, whether it exists or not: on Debian the system's is a symbolic
// link.
std::string Canonical(std::filesystem::path path) {
  std::error_code error;
  constexpr int kMaxLinks = 40;  // as the kernel
  for (int i = 0; i < kMaxLinks && std::filesystem::is_symlink(path, error); ++i) {
    path = path.parent_path() / std::filesystem::read_symlink(path, error);
  }
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(path, error);
  return error ? path.string() : canonical.string();
}

class OpensslJudge {
 public:
  OpensslJudge(const std::string& config, bool insists) : insists_(insists) {
    report_.path = Canonical(config.empty() ? EffectiveOpensslCnfPath() : config);
    if (!config.empty()) report_.option = " --config " + ShellWord(config);
    has_own_path_ = !config.empty();
  }

  OpensslReport Run() {
    JudgeEnvironment();
    if (JudgeFile() && Parse()) JudgeSections();
    if (report_.findings.empty()) {
      Add("openssl-cnf", Severity::kOk, report_.path + ": activates the module", "", "");
    }
    return std::move(report_);
  }

 private:
  void Add(const char* id, Severity severity, std::string what, std::string why, std::string mend) {
    report_.findings.push_back({id, severity, std::move(what), std::move(why), std::move(mend)});
  }
  void AddNotEnabled(const char* id, const std::string& what) {
    Add(id, Severity::kCritical, report_.path + ": " + what, kNobodyAsks, Enable());
  }
  // crlite enable leaves lines alone that it has not written.
  std::string Enable() const {
    if (report_.Crlite() != nullptr && !has_block_) return Edit();
    return "crlite enable" + report_.option;
  }
  std::string Edit() const { return "sensible-editor " + ShellWord(report_.path); }

  void JudgeEnvironment() {
    const char* const conf = getenv("OPENSSL_CONF");
    if (!has_own_path_ && conf != nullptr && Canonical(conf) != Canonical(SystemOpensslCnfPath())) {
      Add("openssl-conf-elsewhere", Severity::kWarning,
          fmt::format("environment: OPENSSL_CONF={}: what follows is about that file; everybody "
                      "else reads {}",
                      conf, SystemOpensslCnfPath()),
          "programs started here follow a file of their own", "unset OPENSSL_CONF");
    }
    const char* const mode = getenv("CRLITE_MODE");
    if (mode == nullptr || insists_ || std::string(mode) == "enforce") return;
    const bool is_off = std::string(mode) == "off";
    Add("environment-mode", is_off ? Severity::kCritical : Severity::kWarning,
        fmt::format("environment: CRLITE_MODE={}", mode),
        is_off ? "programs started here accept revoked certificates"
               : "programs started here may accept revoked certificates",
        "unset CRLITE_MODE");
  }

  // Whether the file is there, for everybody.
  bool JudgeFile() {
    const std::string& path = report_.path;
    struct stat status;
    if (stat(path.c_str(), &status) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) {
        Add("openssl-cnf-unreadable", Severity::kUnknown, path + ": this user cannot reach it",
            "what it says is not known", "ls -l " + ShellWord(path));
      } else {
        // crlite enable makes no file at the end of a symbolic link.
        Add("openssl-cnf-missing", Severity::kCritical, path + ": does not exist", kNobodyAsks,
            "install -m 0644 /dev/null " + ShellWord(path) + " && " + Enable());
      }
      return false;
    }
    const std::string hidden = FirstHiddenFromOthers(path);
    if (!hidden.empty()) {
      Add("openssl-cnf-unreadable", Severity::kCritical,
          hidden + ": programs of other users than root cannot read it",
          "they do not ask about revocation at all, and do not say so",
          "chmod o+rX " + ShellWord(hidden));
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
      Add("openssl-cnf-writable", Severity::kCritical,
          fmt::format("{}: mode {:04o}, others than its owner may write to it", path,
                      status.st_mode & 07777),
          "whoever may write there runs code in every program that uses OpenSSL; look at what it "
          "says now",
          "chmod go-w " + ShellWord(path));
    }
    return true;
  }

  bool Parse() {
    Result<OpensslCnf> cnf = ReadOpensslCnf(report_.path);
    if (cnf.ok()) {
      const auto text = ReadFile(report_.path, kMaxOpensslCnfSize);
      has_block_ = text.ok() && HasCrliteBlock(std::string(text->begin(), text->end()));
      report_.cnf = std::move(*cnf);
      return true;
    }
    const bool is_broken = cnf.error().code == ErrorCode::kConfiguration;
    Add(is_broken ? "openssl-cnf-broken" : "openssl-cnf-unreadable",
        is_broken ? Severity::kCritical : Severity::kUnknown, cnf.error().message,
        is_broken ? "programs go on with nothing of what this file says, and do not say so"
                  : "what it says is not known",
        is_broken ? Edit() : "chmod a+r " + ShellWord(report_.path));
    return false;
  }

  void JudgeSections() {
    const OpensslCnf& cnf = *report_.cnf;
    if (cnf.init_section.empty()) {
      return AddAbsent("init-missing", "no openssl_conf line: nothing in it is done");
    }
    if (cnf.providers_section.empty()) {
      return AddAbsent("providers-missing", "[" + cnf.init_section + "] names no providers");
    }
    const CnfProvider* const crlite = cnf.Find("crlite");
    if (crlite == nullptr) {
      AddAbsent("crlite-not-named", "[" + cnf.providers_section + "] does not name crlite");
    } else if (!crlite->has_section) {
      AddNotEnabled("crlite-section-missing", "no section [" + crlite->section + "]");
    } else if (!crlite->is_active) {
      AddNotEnabled("crlite-not-active", "[" + crlite->section + "] has no activate = 1");
    }
    JudgeDefault(cnf);
    if (crlite == nullptr) return;
    JudgeSettings(*crlite);
    if (cnf.nodejs_section != cnf.init_section) {
      Add("nodejs-conf-missing", Severity::kWarning,
          report_.path + ": no line nodejs_conf = " + cnf.init_section,
          "Node.js reads that line alone: its programs do not ask about revocation", Enable());
    }
  }

  // The module is out of reach: never enabled, not any more, or `id` tells what hides it.
  void AddAbsent(const char* id, const std::string& what) {
    if (has_block_) return AddNotEnabled(id, what);
    if (access((report_.path + kCnfBackupSuffix).c_str(), F_OK) != 0) {
      return AddNotEnabled("not-enabled", "does not activate the module: " + what);
    }
    AddNotEnabled("enabling-undone",
                  "crlite was enabled here, and somebody has replaced the file since: " + what);
  }

  // Without any active provider libcrypto falls back on default.
  void JudgeDefault(const OpensslCnf& cnf) {
    const bool has_active = std::any_of(cnf.providers.begin(), cnf.providers.end(),
                                        [](const CnfProvider& p) { return p.is_active; });
    if (!has_active || cnf.IsActive("default") || cnf.IsActive("fips")) return;
    const bool is_named = cnf.Find("default") != nullptr;
    Add("default-not-active", Severity::kCritical,
        fmt::format("{}: [{}] {} default", report_.path, cnf.providers_section,
                    is_named ? "names, but does not activate," : "does not name"),
        "programs that use this file have no algorithms: TLS and ssh fail", Enable());
  }

  void JudgeSettings(const CnfProvider& crlite) {
    for (const std::string& complaint : ComplaintsAboutCrliteSection(crlite)) {
      Add("section-setting", Severity::kWarning,
          fmt::format("{}: [{}] {}", report_.path, crlite.section, complaint),
          "the module goes on as if the line were not there",
          report_.RemoveKey(complaint.substr(0, complaint.find(':'))));
    }
    const auto mode = crlite.values.find("mode");
    if (insists_ || mode == crlite.values.end()) return;
    if (mode->second != "off" && mode->second != "shadow") return;
    const bool is_off = mode->second == "off";
    Add("section-mode", is_off ? Severity::kCritical : Severity::kWarning,
        fmt::format("{}: [{}] mode = {}", report_.path, crlite.section, mode->second),
        "programs that use this file accept revoked certificates", report_.RemoveKey("mode"));
  }

  const bool insists_;
  bool has_own_path_ = false;
  bool has_block_ = false;  // crlite enable has written in the file
  OpensslReport report_;
};

}  // namespace

std::string OpensslReport::RemoveKey(const std::string& key) const {
  constexpr char kPlain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  const CnfProvider* const crlite = Crlite();
  const std::string section = crlite == nullptr ? "" : crlite->section;
  const std::string file = ShellWord(path);
  // What stands in an included file, or would mean something to sed, is for an editor.
  if ((section + key).find_first_not_of(kPlain) != std::string::npos || key.empty()) {
    return "sensible-editor " + file;
  }
  return fmt::format(R"(sed -i '/^\s*\[\s*{}\s*\]/,/^\s*\[/{{/^\s*{}\s*=/d}}' {})", section, key,
                     file);
}

OpensslReport ReadOpensslReport(const std::string& config, bool insists) {
  return OpensslJudge(config, insists).Run();
}

std::string FirstHiddenFromOthers(const std::string& path) {
  std::vector<std::string> parts;
  for (std::filesystem::path part = path; part.has_relative_path(); part = part.parent_path()) {
    parts.push_back(part.string());
  }
  std::reverse(parts.begin(), parts.end());
  for (const std::string& part : parts) {
    struct stat status;
    if (stat(part.c_str(), &status) != 0) return "";
    const mode_t wanted = S_ISDIR(status.st_mode) ? S_IXOTH : S_IROTH;
    if ((status.st_mode & wanted) == 0) return part;
  }
  return "";
}

}  // namespace crlite
