#include "tests/reference/agreement.h"

#include "cascade/snapshot/compiler.h"

namespace crlite {

Result<std::vector<uint8_t>> WriteClubcard(const Clubcard& clubcard) {
  return clubcard.format == Clubcard::Format::kV3 ? WriteClubcardV3(clubcard)
                                                  : WriteClubcardV4(clubcard);
}

std::string Agreement::Add(Bytes file) {
  const std::string name = "filter-" + std::to_string(references_.size());
  auto reference = crlite_reference::Read(std::string(file.begin(), file.end()));
  if (!reference) return name + " refused by the reference";
  Result<std::unique_ptr<Clubcard>> clubcard =
      file[0] == 3 ? ReadClubcardV3(file) : ReadClubcardV4(file);
  if (!clubcard) return name + " refused: " + clubcard.error().message;
  references_.push_back(std::move(*reference));
  clubcards_.push_back(clubcard->get());
  filters_.Add(name, std::move(*clubcard));
  return {};
}

std::string Agreement::Compile() {
  SnapshotInput input;
  for (const Clubcard* clubcard : clubcards_) {
    input.filters.push_back({filters_.name(input.filters.size()), {}, 0, clubcard});
  }
  Result<std::vector<uint8_t>> compiled = CompileSnapshot(input);
  if (!compiled) return "not compiled: " + compiled.error().message;
  snapshot_bytes_ = std::move(*compiled);
  const SnapshotError error = Snapshot::Open(snapshot_bytes_, &snapshot_);
  return error == SnapshotError::kNone ? "" : SnapshotErrorText(error);
}

std::string Agreement::Open(const std::vector<Clubcard>& filters) {
  for (const Clubcard& filter : filters) {
    const Result<std::vector<uint8_t>> file = WriteClubcard(filter);
    if (!file) return "not written: " + file.error().message;
    const std::string wrong = Add(*file);
    if (!wrong.empty()) return wrong;
  }
  return Compile();
}

std::string Agreement::Compare(const OwnedQuery& query) const {
  const Verdict from_filters = filters_.Check(query.View());
  const Verdict from_snapshot = snapshot_.Check(query.View());
  const crlite_reference::Query same = query.ForReference();
  std::string wrong = CheckAnswer(from_filters, same);
  if (!wrong.empty()) return "filter set " + wrong + ": " + query.ToString();
  wrong = CheckAnswer(from_snapshot, same);
  // A FilterSet does not look behind a filter's answer: it names no SCT.
  if (wrong.empty()) wrong = CheckSct(from_snapshot, same);
  if (!wrong.empty()) return "snapshot " + wrong + ": " + query.ToString();
  return {};
}

std::string Agreement::CheckAnswer(const Verdict& verdict,
                                   const crlite_reference::Query& query) const {
  const std::string outcome = OutcomeName(verdict.outcome);
  const std::string wanted = references_.empty() ? "NoData" : Name(Ask(references_, query));
  if (outcome != wanted) return "says " + outcome + ", the reference " + wanted;
  if (wanted != "Revoked" && wanted != "NotRevoked") {
    return verdict.filter == Verdict::kNone ? "" : "names a filter without need";
  }
  size_t first = 0;
  while (Name(Ask(references_[first], query)) != wanted) ++first;
  if (verdict.filter == first) return {};
  // Of several filters that say Revoked any may be named.
  if (wanted == "Revoked" && verdict.filter < references_.size() &&
      Name(Ask(references_[verdict.filter], query)) == wanted) {
    return {};
  }
  return "names filter " + std::to_string(verdict.filter) + ", wanted " + std::to_string(first);
}

std::string Agreement::CheckSct(const Verdict& verdict,
                                const crlite_reference::Query& query) const {
  size_t wanted = Verdict::kNone;
  for (size_t i = query.scts.size(); i-- > 0;) {
    const crlite_reference::Query one{query.issuer, query.serial, {query.scts[i]}};
    if (Ask(references_, one) != crlite_reference::Answer::kNotCovered) wanted = i;
  }
  if (verdict.sct == wanted) return {};
  return "names SCT " + std::to_string(verdict.sct) + ", wanted " + std::to_string(wanted);
}

}  // namespace crlite
