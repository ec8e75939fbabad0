#include "cli/admin/enable_command.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "cascade/base/file.h"
#include "cli/admin/cnf_answer.h"
#include "cli/admin/cnf_diff.h"
#include "cli/admin/cnf_disable.h"
#include "cli/admin/cnf_file.h"
#include "cli/admin/cnf_trial.h"
#include "cli/output.h"
#include "cli/shell_word.h"
#include "conf/openssl_cnf/edit.h"

namespace crlite {
namespace {

struct EnableOptions {
  std::string config;  // empty: the system's
  CnfAddition addition;
  bool dry_run = false;
  bool json = false;
};

Error ConfigurationError(std::string message) {
  return {ErrorCode::kConfiguration, std::move(message)};
}

// Only the system's file reaches all programs; whoever has set another one wants to know.
std::string ChooseFile(const std::string& config) {
  if (!config.empty()) return config;
  const std::string system = SystemOpensslCnfPath();
  if (const std::string effective = EffectiveOpensslCnfPath(); effective != system) {
    PrintMessage(
        fmt::format("OPENSSL_CONF is {}; this is about {}, the file of programs without "
                    "that variable; --config names another",
                    effective, system));
  }
  std::error_code error;  // on Debian a symbolic link; the file behind it is what everybody knows
  const std::filesystem::path known = std::filesystem::canonical(system, error);
  return error ? system : known.string();
}

// What the file says without our block, and what libcrypto makes of it.
struct Base {
  std::string text;
  OpensslCnf cnf;
};

Result<Base> ReadBase(const CnfFile& file) {
  Result<std::string> text = WithoutCrliteBlock(file.text());
  if (!text.ok()) return text.error().In(file.path());
  Result<OpensslCnf> cnf = ParseOpensslCnf(*text, file.path());
  if (!cnf.ok()) return cnf.error();
  return Base{std::move(*text), std::move(*cnf)};
}

// Options that are not given stay what the block says now.
void KeepAddition(const CnfFile& file, CnfAddition* addition) {
  const Result<OpensslCnf> cnf = ParseOpensslCnf(file.text(), file.path());
  const CnfProvider* crlite = cnf.ok() ? cnf->Find("crlite") : nullptr;
  if (crlite == nullptr) return;
  const auto keep = [&](const char* key, std::string* value) {
    const auto found = crlite->values.find(key);
    if (value->empty() && found != crlite->values.end()) *value = found->second;
  };
  keep("module", &addition->module);
  keep("snapshot", &addition->snapshot);
}

// Somebody has named the module by hand: his lines are his to change.
Result<CnfAnswer> JudgeByHand(const CnfFile& file, const CnfProvider& crlite) {
  const std::string place =
      fmt::format("{}: names the module by hand (section [{}])", file.path(), crlite.section);
  Status judged = ConfigurationError("it is not activated");
  if (crlite.is_active) {
    const auto module = crlite.values.find("module");
    const Result<CnfTrial> trial = TryCnf(file.target(), file.target());
    judged = trial.ok() ? JudgeTrial(*trial, file.target(),
                                     module != crlite.values.end() ? module->second : "")
                        : Status(trial.error());
  }
  if (judged.ok()) {
    CnfAnswer answer;
    answer.is_enabled = true;
    answer.lines = {place + ", and it works: already enabled, nothing changed"};
    return answer;
  }
  return ConfigurationError(
      fmt::format("{}, but {}; or take 'crlite = {}' and that section out, and run 'crlite enable'",
                  place, judged.error().message, crlite.section));
}

Status CheckCandidateText(const std::string& text, const std::string& path) {
  const Result<OpensslCnf> cnf = ParseOpensslCnf(text, path);
  if (!cnf.ok()) return cnf.error();
  if (cnf->IsActive("crlite")) return Status::Ok();
  for (const CnfProvider& provider : cnf->providers) {
    if (provider.has_section) continue;
    return ConfigurationError(
        fmt::format("{}: provider {} names section [{}], which is not there: libcrypto goes no "
                    "further; take that line out, or add the section",
                    path, provider.name, provider.section));
  }
  return ConfigurationError(path +
                            ": a provider above keeps libcrypto from reaching the module; "
                            "look at its 'activate'");
}

// The file with the block that works, ready to be moved.
struct Tried {
  std::unique_ptr<CnfCandidate> candidate;
  ProbeResult probe;
  bool added_default = false;
};

Result<Tried> TryAddition(const CnfFile& file, const Base& base, CnfAddition addition) {
  const std::string old_path = file.exists() ? file.target() : "/dev/null";
  while (true) {
    const std::string text = WithCrliteBlock(base.text, base.cnf, addition);
    if (Status checked = CheckCandidateText(text, file.path()); !checked.ok()) {
      return checked.error();
    }
    Result<std::unique_ptr<CnfCandidate>> candidate = CnfCandidate::Write(file, text);
    if (!candidate.ok()) return candidate.error();
    Result<CnfTrial> trial = TryCnf(old_path, (*candidate)->path());
    if (!trial.ok()) return trial.error();
    // `fips` by the file, but its module is not there.
    if (trial->LacksDefault() && !addition.needs_default) {
      addition.needs_default = true;
      continue;
    }
    if (Status judged = JudgeTrial(*trial, (*candidate)->path(), addition.module); !judged.ok()) {
      return judged.error();
    }
    return Tried{
        std::move(*candidate), std::move(trial->after),
        ParseOpensslCnf(text, file.path())->IsActive("default") && !base.cnf.IsActive("default")};
  }
}

Status PutInPlace(const CnfFile& file, const Base& base, CnfCandidate* candidate) {
  if (Status unchanged = ExpectUnchanged(file); !unchanged.ok()) return unchanged;
  if (file.exists()) {
    Result<std::unique_ptr<CnfCandidate>> backup = CnfCandidate::Write(file, base.text);
    if (!backup.ok()) return backup.error();
    if (Status moved = (*backup)->MoveTo(file.BackupPath()); !moved.ok()) return moved;
  }
  return candidate->MoveTo(file.target());
}

// `option`: what later commands need in order to look at the same file.
CnfAnswer EnabledAnswer(const CnfFile& file, const Tried& tried, const std::string& option) {
  CnfAnswer answer;
  answer.is_enabled = answer.is_changed = true;
  const auto say = [&](std::string line) { answer.lines.push_back(std::move(line)); };
  say(fmt::format("enabled: {} activates {}", file.path(), tried.probe.module_path));
  if (tried.added_default) say("it activates provider default as well");
  if (file.exists()) {
    answer.backup = file.BackupPath();
    say("the file as it was: " + answer.backup);
  } else {
    say(fmt::format("there was no such file; 'crlite disable{}' removes it again", option));
  }
  if (!option.empty()) {
    say(fmt::format("for programs that are started with OPENSSL_CONF={}", ShellWord(file.path())));
  }
  say(fmt::format("programs that are running must be restarted; next: crlite doctor{}", option));
  if (tried.probe.mapped_snapshot.empty()) {
    PrintMessage("no snapshot yet: until there is one no certificate is refused; run crlite-sync");
  }
  return answer;
}

Result<CnfAnswer> DryRun(const CnfFile& file, const std::string& text) {
  Result<std::string> diff = DiffOf(file, text);
  if (!diff.ok()) return diff.error();
  PrintMessage("not tried yet: 'crlite enable' tries it first, and changes nothing if it fails");
  CnfAnswer answer;
  answer.is_enabled = true;
  answer.diff = std::move(*diff);
  return answer;
}

Result<CnfAnswer> Enable(const CnfFile& file, const EnableOptions& options) {
  const Result<Base> base = ReadBase(file);
  if (!base.ok()) return base.error();
  if (const CnfProvider* crlite = base->cnf.Find("crlite")) return JudgeByHand(file, *crlite);
  CnfAddition addition = options.addition;
  const bool has_block = HasCrliteBlock(file.text());
  if (has_block) KeepAddition(file, &addition);
  const std::string text = WithCrliteBlock(base->text, base->cnf, addition);
  if (options.dry_run) return DryRun(file, text);
  CnfAddition with_default = addition;
  with_default.needs_default = true;
  if (file.text() == text || file.text() == WithCrliteBlock(base->text, base->cnf, with_default)) {
    CnfAnswer answer;
    answer.is_enabled = true;
    answer.lines = {file.path() +
                    ": already enabled, nothing changed; 'crlite doctor' tells whether it works"};
    return answer;
  }
  const Result<Tried> tried = TryAddition(file, *base, addition);
  if (!tried.ok()) {
    PrintMessage(file.path() + ": nothing was changed");
    return tried.error();
  }
  if (Status placed = PutInPlace(file, *base, tried->candidate.get()); !placed.ok()) {
    return placed.error();
  }
  return EnabledAnswer(file, *tried,
                       options.config.empty() ? "" : " --config " + ShellWord(options.config));
}

Result<CnfAnswer> Disable(const CnfFile& file, const EnableOptions& options) {
  return DisableModule(file, options.dry_run);
}

// A path in openssl.cnf means the same whatever the directory of the program.
Status MakeAbsolute(const char* option, std::string* path) {
  if (path->empty()) return Status::Ok();
  *path = std::filesystem::absolute(*path).lexically_normal().string();
  if (IsPlainPath(*path)) return Status::Ok();
  return Error{ErrorCode::kUsage, std::string(option) +
                                      ": control characters, or a space at the end; openssl.cnf "
                                      "cannot hold such a path, rename the file"};
}

int Run(EnableOptions options, Result<CnfAnswer> (*change)(const CnfFile&, const EnableOptions&)) {
  for (const Status& made : {MakeAbsolute("--module", &options.addition.module),
                             MakeAbsolute("--snapshot", &options.addition.snapshot)}) {
    if (!made.ok()) return Fail(made.error());
  }
  const Result<std::unique_ptr<CnfFile>> file =
      CnfFile::Open(ChooseFile(options.config), options.dry_run ? CnfUse::kRead : CnfUse::kChange);
  if (!file.ok()) return Fail(file.error());
  const Result<CnfAnswer> answer = change(**file, options);
  return answer.ok() ? PrintAnswer(**file, *answer, options.json) : Fail(answer.error());
}

void AddCommonOptions(CLI::App& command, EnableOptions* options) {
  command
      .add_option("--config", options->config,
                  "File to edit (default: OPENSSLDIR/openssl.cnf, the system's; OPENSSL_CONF is "
                  "not looked at)")
      ->type_name("FILE");
  command.add_flag("--dry-run", options->dry_run, "Print the change as a diff and make none");
  AddJsonOption(command, &options->json);
}

constexpr char kExitStatus[] =
    "0   done, or nothing to do\n64  usage\n70  internal error\n"
    "74  a file cannot be read or written\n"
    "78  openssl.cnf, or the module, is not right; nothing was changed";

void AddEnable(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<EnableOptions>();
  CLI::App* command = app.add_subcommand(
      "enable",
      "Adds the module to openssl.cnf, so that all programs that use OpenSSL refuse revoked "
      "certificates; the new file is tried first");
  AddCommonOptions(*command, options.get());
  command
      ->add_option("--module", options->addition.module,
                   "The module, if it is not in OpenSSL's modules directory (default: what an "
                   "earlier enable was given)")
      ->type_name("FILE");
  command
      ->add_option("--snapshot", options->addition.snapshot,
                   "Snapshot that the module reads in place of the system's (default: what an "
                   "earlier enable was given)")
      ->type_name("FILE");
  AddHelpSections(*command, kExitStatus,
                  "crlite enable --dry-run\ncrlite enable --json\n"
                  "crlite enable --module /opt/crlite/lib/crlite.so --config ./openssl.cnf\n"
                  "crlite enable --snapshot /srv/crlite/snapshot");
  command->callback([options, exit_code] { *exit_code = Run(*options, Enable); });
}

void AddDisable(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<EnableOptions>();
  CLI::App* command = app.add_subcommand(
      "disable", "Takes out of openssl.cnf what enable has added, and nothing else");
  AddCommonOptions(*command, options.get());
  AddHelpSections(*command, kExitStatus,
                  "crlite disable --dry-run\ncrlite disable --json\n"
                  "crlite disable --config ./openssl.cnf");
  command->callback([options, exit_code] { *exit_code = Run(*options, Disable); });
}

}  // namespace

void AddEnableCommand(CLI::App& app, int* exit_code) {
  AddEnable(app, exit_code);
  AddDisable(app, exit_code);
}

}  // namespace crlite
