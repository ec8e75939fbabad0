#include "cli/health/module_health.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cascade/base/file.h"
#include "cascade/snapshot/state_directory.h"
#include "cli/shell_word.h"

namespace crlite {
namespace {

constexpr char kNobodyAsks[] = "programs go on without it and do not say so";
constexpr char kFileName[] = "crlite.so";

// What tells for which machines an ELF file is: class, byte order, machine, and its type.
struct ElfKind {
  bool is_elf = false;
  uint8_t width = 0, order = 0;
  uint16_t type = 0, machine = 0;
};

ElfKind ReadElfKind(const std::string& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  Elf64_Ehdr head{};  // the first fields of Elf32_Ehdr are the same
  ElfKind kind;
  if (read(fd.get(), &head, sizeof head) != static_cast<ssize_t>(sizeof head)) return kind;
  kind.is_elf = memcmp(head.e_ident, ELFMAG, SELFMAG) == 0;
  kind.width = head.e_ident[EI_CLASS];
  kind.order = head.e_ident[EI_DATA];
  kind.type = head.e_type;
  kind.machine = head.e_machine;
  return kind;
}

// The module that belongs to this program: of a build tree, or of an installation.
std::string OwnModule() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto module = program.parent_path().parent_path() / "lib" / kFileName;
  return !error && std::filesystem::exists(module, error) ? module.string() : "";
}

class ModuleJudge {
 public:
  ModuleJudge(const OpensslReport& openssl, const ProbeResult* probe, const std::string& snapshot)
      : openssl_(openssl), crlite_(*openssl.Crlite()), probe_(probe), snapshot_(snapshot) {
    directory_ = ModulesDirectory();
    const std::string module = ValueOf("module");
    // As libcrypto does it: a path that begins with a slash stands for itself.
    path_ = module.empty()     ? directory_ + "/" + kFileName
            : module[0] == '/' ? module
                               : directory_ + "/" + module;
  }

  std::vector<Finding> Run() {
    JudgeSnapshotPath();
    if (JudgeFile()) JudgeLoaded();
    if (findings_.empty()) {
      Add("module", Severity::kOk,
          path_ + (probe_ != nullptr ? ": is loaded and hooks libcrypto"
                                     : ": is there; whether it is loaded was not seen"),
          "", "");
    }
    return std::move(findings_);
  }

 private:
  void Add(const char* id, Severity severity, std::string what, std::string why, std::string mend) {
    findings_.push_back({id, severity, std::move(what), std::move(why), std::move(mend)});
  }
  void AddCritical(const char* id, const std::string& what, const std::string& mend) {
    Add(id, Severity::kCritical, what, kNobodyAsks, mend);
  }
  std::string ValueOf(const std::string& key) const {
    const auto value = crlite_.values.find(key);
    return value == crlite_.values.end() ? "" : value->second;
  }

  std::string ModulesDirectory() const {
    if (probe_ != nullptr && !probe_->modules_dir.empty()) return probe_->modules_dir;
    const char* const usual = OPENSSL_info(OPENSSL_INFO_MODULES_DIR);
    return usual == nullptr ? "" : usual;
  }

  // The command that puts the module there.
  std::string Install() const {
    const std::string own = OwnModule();
    if (own.empty()) return "apt-get install --reinstall crlite";
    return "install -m 0644 " + ShellWord(own) + " " + ShellWord(path_);
  }

  void JudgeSnapshotPath() {
    const std::string value = ValueOf("snapshot");
    const std::string read = value.empty() ? StatePaths(kDefaultStateDir).snapshot : value;
    std::error_code error;
    if (read == snapshot_ || std::filesystem::equivalent(read, snapshot_, error)) return;
    const bool is_default = snapshot_ == StatePaths(kDefaultStateDir).snapshot;
    Add("snapshot-elsewhere", Severity::kCritical,
        fmt::format("{}: [{}] the module reads {}, crlite-sync writes {}", openssl_.path,
                    crlite_.section, read, snapshot_),
        "programs never see the data that this machine keeps up to date",
        is_default ? openssl_.RemoveKey("snapshot")
                   : "crlite enable --snapshot " + ShellWord(snapshot_) + openssl_.option);
  }

  // Whether it is worth asking what became of it.
  bool JudgeFile() {
    struct stat status;
    if (stat(path_.c_str(), &status) != 0) {
      if (errno == EACCES) {
        Add("module-hidden", Severity::kUnknown, path_ + ": this user cannot reach it", kNobodyAsks,
            "chmod o+rX " + ShellWord(DirectoryOf(path_)));
      } else {
        AddMissing();
      }
      return false;
    }
    const std::string hidden = FirstHiddenFromOthers(path_);
    if (!hidden.empty()) {
      AddCritical("module-hidden", hidden + ": programs of other users than root cannot read it",
                  "chmod o+rX " + ShellWord(hidden));
    }
    JudgeWriters(status);
    return JudgeKind();
  }

  void AddMissing() {
    const std::string usual = directory_ + "/" + kFileName;
    if (getenv("OPENSSL_MODULES") != nullptr && ValueOf("module").empty()) {
      return AddCritical("module-missing",
                         path_ +
                             ": does not exist; the environment's OPENSSL_MODULES says to look "
                             "there",
                         "unset OPENSSL_MODULES");
    }
    if (path_ != usual && access(usual.c_str(), F_OK) == 0) {
      return AddCritical("module-path-wrong",
                         fmt::format("{}: [{}] module = {} does not exist; there is {}",
                                     openssl_.path, crlite_.section, path_, usual),
                         openssl_.RemoveKey("module"));
    }
    AddCritical("module-missing", path_ + ": does not exist", Install());
  }

  void JudgeWriters(const struct stat& status) {
    // Made anew: what is in it may be theirs already.
    const std::string mend = "rm -f " + ShellWord(path_) + " && " + Install();
    constexpr char kWhy[] = "whoever may write there runs code in every program that uses OpenSSL";
    if (status.st_uid != 0) {
      Add("module-writable", Severity::kCritical, path_ + ": not owned by root", kWhy, mend);
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
      Add("module-writable", Severity::kCritical,
          fmt::format("{}: mode {:04o}, others than its owner may write to it", path_,
                      status.st_mode & 07777),
          kWhy, mend);
    }
  }

  bool JudgeKind() {
    if (access(path_.c_str(), R_OK) != 0) return false;
    const ElfKind kind = ReadElfKind(path_), ours = ReadElfKind("/proc/self/exe");
    if (kind.is_elf && kind.type == ET_DYN && kind.width == ours.width &&
        kind.order == ours.order && kind.machine == ours.machine) {
      return true;
    }
    AddCritical("module-wrong-kind",
                path_ + (kind.is_elf ? ": made for another kind of machine, or no shared library"
                                     : ": not a shared library"),
                Install());
    return false;
  }

  void JudgeLoaded() {
    if (probe_ == nullptr) return;
    if (!probe_->module_status.has_value()) {
      // Something above has said why.
      if (Worst(findings_) != Severity::kOk || Worst(openssl_.findings) != Severity::kOk) return;
      return AddCritical("module-not-loaded",
                         path_ + ": libcrypto does not load it" +
                             (probe_->config_error.empty() ? "" : ": " + probe_->config_error),
                         Install());
    }
    if (*probe_->module_status != 1) {
      AddCritical("module-not-hooked",
                  fmt::format("{}: loaded, but {} ({}) does not let itself be hooked", path_,
                              probe_->libcrypto, probe_->libcrypto_path),
                  "apt-get install --reinstall libssl3 crlite");
    }
    if (probe_->module_version != CRLITE_VERSION) {
      Add("module-version", Severity::kWarning,
          fmt::format("{}: version {}, this program is {}", path_, probe_->module_version,
                      CRLITE_VERSION),
          "one of the two was not replaced in the last installation", Install());
    }
  }

  const OpensslReport& openssl_;
  const CnfProvider& crlite_;
  const ProbeResult* const probe_;
  const std::string snapshot_;
  std::string directory_;  // libcrypto's modules directory
  std::string path_;       // of the module
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> JudgeModule(const OpensslReport& openssl, const ProbeResult* probe,
                                 const std::string& snapshot) {
  const CnfProvider* const crlite = openssl.Crlite();
  if (crlite == nullptr || !crlite->is_active) return {};
  return ModuleJudge(openssl, probe, snapshot).Run();
}

}  // namespace crlite
