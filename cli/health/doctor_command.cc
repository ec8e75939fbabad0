#include "cli/health/doctor_command.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cascade/base/text.h"
#include "cli/health/data_health.h"
#include "cli/health/module_health.h"
#include "cli/health/openssl_health.h"
#include "cli/health/probe.h"
#include "cli/health/programs.h"
#include "cli/health/proof.h"
#include "cli/health/timer_health.h"
#include "cli/output.h"
#include "cli/shell_word.h"
#include "sync/clock.h"

namespace crlite {
namespace {

struct DoctorOptions {
  std::string config;  // openssl.cnf
  std::string state;
  bool json = false;
};

struct Group {
  const char* name;
  std::vector<Finding> findings;
};

struct Examination {
  std::vector<Group> groups;  // in the order in which things depend on each other
  std::vector<Program> programs;

  std::vector<Finding> AllFindings() const {
    std::vector<Finding> all;
    for (const Group& group : groups) {
      all.insert(all.end(), group.findings.begin(), group.findings.end());
    }
    return all;
  }
  // Of the first finding that explains why programs go unprotected.
  std::string FirstMend() const {
    for (const Finding& finding : AllFindings()) {
      if (finding.severity == Severity::kCritical) return finding.mend;
    }
    return "";
  }
};

void Append(std::vector<Finding>* list, std::vector<Finding> more) {
  std::move(more.begin(), more.end(), std::back_inserter(*list));
}

// What strict loading complains about that did not keep the module away.
void JudgeConfigError(const OpensslReport& openssl, const ProbeResult& probe, Group* group) {
  if (probe.config_error.empty() || !openssl.cnf.has_value()) return;
  group->findings.push_back({"openssl-cnf-error", Severity::kWarning,
                             openssl.path + ": libcrypto says: " + probe.config_error,
                             "what comes after the error is not done, and nobody says so",
                             "sensible-editor " + ShellWord(openssl.path)});
}

// RunProbe has run nothing: root leaves what others may change to them.
Finding Untried(const DoctorOptions& options, const Error& error) {
  const std::string file = ShellWord(options.config);
  struct stat status;
  const bool is_roots = stat(options.config.c_str(), &status) == 0 && status.st_uid == 0;
  std::string mend = "chmod go-w " + file;
  if (!is_roots) {
    mend = "runuser -u \"$(stat -L -c %U " + file + ")\" -- crlite doctor --config " + file;
    if (!options.state.empty()) mend += " --state " + ShellWord(options.state);
  }
  return {"proof-untried", Severity::kUnknown, "proof as this user: " + error.message,
          "what programs do is not known", mend};
}

Examination Examine(const DoctorOptions& options) {
  DataReport data = ReadDataReport(kDefaultConfigPath, options.state, NowMs());
  OpensslReport openssl = ReadOpensslReport(options.config, data.policy.insist);
  ProbeOptions as_ourselves, as_nobody;
  as_ourselves.openssl_cnf = as_nobody.openssl_cnf = options.config;
  as_nobody.as_nobody = true;
  const Result<ProbeResult> probe = RunProbe(as_ourselves);
  const ProbeResult* const known = probe.ok() ? &*probe : nullptr;

  Examination all;
  Group module = {"module", JudgeModule(openssl, known, data.paths.snapshot)};
  Group cnf = {"openssl.cnf", std::move(openssl.findings)};
  if (known != nullptr) JudgeConfigError(openssl, *known, &cnf);
  all.groups = {std::move(cnf), std::move(module), {"data", data.findings}};
  Group proof = {"proof", {}};
  if (!probe.ok() && probe.error().code == ErrorCode::kConfiguration) {
    proof.findings = {Untried(options, probe.error())};
  } else {
    proof.findings =
        JudgeProof("this user", probe, all.FirstMend(), data.SyncCommand("publish --force"));
  }
  if (geteuid() == 0) {
    Append(&proof.findings, JudgeProof("user nobody", RunProbe(as_nobody), all.FirstMend(),
                                       data.SyncCommand("publish --force")));
  } else {
    proof.findings.push_back(
        {"proof-nobody", Severity::kOk, "proof as user nobody: not tried, only root can", "", ""});
  }
  all.groups.push_back({"timer", JudgeTimer(data)});
  all.groups.push_back(std::move(proof));
  all.programs = FindPrograms(known == nullptr ? "" : known->libcrypto_path);
  return all;
}

void PrintText(const Examination& all) {
  for (const Group& group : all.groups) {
    if (group.findings.empty()) continue;
    fmt::print("{}\n", group.name);
    PrintFindings(group.findings);
    fmt::print("\n");
  }
  fmt::print("programs\n");
  PrintPrograms(all.programs);
}

int RunDoctor(const DoctorOptions& options) {
  const Examination all = Examine(options);
  const std::vector<Finding> findings = all.AllFindings();
  if (options.json) {
    PrintJson({{"schema", kJsonSchema},
               {"severity", SeverityName(Worst(findings))},
               {"findings", FindingsToJson(findings)},
               {"programs", ProgramsToJson(all.programs)}});
  } else {
    PrintText(all);
  }
  return static_cast<int>(Worst(findings));
}

}  // namespace

void AddDoctorCommand(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command = app.add_subcommand(
      "doctor", "Loads the module as programs do; says what is wrong and which command mends it");
  command
      ->add_option("--config", options->config,
                   "The openssl.cnf to examine; default: what OPENSSL_CONF says, else the system's")
      ->type_name("FILE");
  command
      ->add_option("--state", options->state,
                   "State directory; default: what /etc/crlite/config.yaml says, /var/lib/crlite")
      ->type_name("DIR");
  AddJsonOption(*command, &options->json);
  AddHelpSections(*command,
                  "0   healthy: a revoked certificate was refused, a good one accepted\n"
                  "1   warning\n2   critical: programs accept revoked certificates, or fail\n"
                  "3   unknown: this user may not read what is needed\n64  usage",
                  "crlite doctor\n"
                  "crlite doctor --json | jq -r '.findings[].mend | select(. != null)'\n"
                  "crlite doctor --config /srv/app/openssl.cnf --state /srv/app/crlite");
  command->callback([options, exit_code] { *exit_code = RunDoctor(*options); });
}

}  // namespace crlite
