// The state of the data on this machine: what `crlite status` shows and `crlite doctor` judges.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cascade/snapshot/mapped_snapshot.h"
#include "cascade/snapshot/state_directory.h"
#include "cli/health/finding.h"
#include "conf/config.h"
#include "conf/exemptions.h"
#include "sync/offer/offer.h"
#include "sync/run_record.h"

namespace crlite {

// Everything read once; each part may be missing. Text from records and lists is free of control
// characters.
struct DataReport {
  std::string config_path;
  std::string state_option;  // --state; empty: what the configuration says
  StatePaths paths{kDefaultStateDir};
  std::optional<MappedSnapshot> snapshot;
  std::string snapshot_problem;  // why there is none; empty when there is one
  bool is_provisioned = false;   // the marker is there
  // What programs follow: the snapshot's policy, else the marker's, else the default one.
  Policy policy;
  DataState state = DataState::kNeverProvisioned;  // as the module sees it
  std::optional<Offer> in_force;                   // the list that the snapshot was made from
  std::optional<RunRecord> last_fetch, last_publish;
  std::optional<Config> config;  // nullopt: it cannot be read, config_problem says why
  std::string config_problem;
  std::optional<std::vector<Exemption>> exemptions;  // nullopt: exemptions_problem says why
  std::string exemptions_problem;
  std::vector<Finding> findings;

  // "crlite-sync <verb>" with the options that make it do the right thing here.
  std::string SyncCommand(const std::string& verb) const;
};

// Reads the state directory of `config_path` (or `state_dir` if not empty) and judges it:
// directory and files reachable, trusted and readable by everybody; snapshot present, of a known
// format, undamaged, fresh; provisioned marker and generation word in step; last fetch and publish
// and their results; data signed; policy and exemptions in force those of the files; a mode other
// than enforce.
DataReport ReadDataReport(const std::string& config_path, const std::string& state_dir,
                          uint64_t now_ms);

}  // namespace crlite
