// Names and phrases of the interface's values.
#include "cascade/reader/policy.h"
#include "cascade/reader/query.h"
#include "include/crlite/crlite.h"

namespace {

constexpr char kUnknown[] = "unknown";

}  // namespace

const char* crlite_error_text(crlite_error error) {
  switch (error) {
    case CRLITE_OK:
      return "no error";
    case CRLITE_ERR_ARGUMENT:
      return "an argument is missing or out of range";
    case CRLITE_ERR_PATH:
      return "the snapshot's path is not absolute, or too long";
    case CRLITE_ERR_MEMORY:
      return "out of memory";
    case CRLITE_ERR_LEAF:
      return "the first certificate is not the DER of a certificate";
    case CRLITE_ERR_ISSUER:
      return "the second certificate is not the DER of a certificate";
  }
  return kUnknown;
}

const char* crlite_outcome_name(crlite_outcome outcome) {
  if (outcome < CRLITE_REVOKED || outcome > CRLITE_NO_DATA) return kUnknown;
  return OutcomeName(static_cast<crlite::Outcome>(static_cast<int>(outcome) - 1));
}

const char* crlite_reason_text(crlite_reason reason) {
  switch (reason) {
    case CRLITE_REASON_FILTERS:
    case CRLITE_REASON_CHAIN_TOO_SHORT:
    case CRLITE_REASON_NO_SCT:
    case CRLITE_REASON_OUTSIDE_VALIDITY:
    case CRLITE_REASON_NO_SNAPSHOT:
    case CRLITE_REASON_DAMAGED:
      return ReasonText(static_cast<crlite::Reason>(reason));
  }
  return kUnknown;
}

const char* crlite_action_name(crlite_action action) {
  switch (action) {
    case CRLITE_ALLOW:
      return "allowed";
    case CRLITE_REPORT:
      return "reported";
    case CRLITE_EXEMPT:
      return "exempted";
    case CRLITE_WITHHOLD:
      return "withheld";
    case CRLITE_REFUSE:
      return "refused";
  }
  return kUnknown;
}

const char* crlite_rule_name(crlite_rule rule) {
  switch (rule) {
    case CRLITE_RULE_NONE:
      return "none";
    case CRLITE_RULE_REVOKED:
      return "revoked";
    case CRLITE_RULE_STALE:
      return crlite_data_state_name(CRLITE_DATA_STALE);
    case CRLITE_RULE_NEVER_PROVISIONED:
      return crlite_data_state_name(CRLITE_DATA_NEVER_PROVISIONED);
    case CRLITE_RULE_DAMAGED:
      return crlite_data_state_name(CRLITE_DATA_DAMAGED);
  }
  return kUnknown;
}

const char* crlite_data_state_name(crlite_data_state state) {
  switch (state) {
    case CRLITE_DATA_FRESH:
    case CRLITE_DATA_STALE:
    case CRLITE_DATA_NEVER_PROVISIONED:
    case CRLITE_DATA_DAMAGED:
      return DataStateName(static_cast<crlite::DataState>(state));
  }
  return kUnknown;
}

const char* crlite_version(void) { return CRLITE_VERSION; }
