#include "provider/settings.h"

#include <stdlib.h>

#include "provider/process.h"

namespace crlite {
namespace {

constexpr char kDefaultSnapshot[] = "/var/lib/crlite/snapshot";

// The section's values; null where there is none. They live as long as the provider.
struct Section {
  const char* snapshot = nullptr;
  const char* mode = nullptr;
  const char* reload = nullptr;
  const char* journal = nullptr;
};

OSSL_PARAM Request(const char* key, const char** value) {
  return {key, OSSL_PARAM_UTF8_PTR, value, 0, OSSL_PARAM_UNMODIFIED};
}

Section ReadSection(const OSSL_CORE_HANDLE* handle, OSSL_FUNC_core_get_params_fn* get_params) {
  Section section;
  if (get_params == nullptr) return section;
  OSSL_PARAM request[] = {Request("snapshot", &section.snapshot),
                          Request("mode", &section.mode),
                          Request("reload", &section.reload),
                          Request("journal", &section.journal),
                          {nullptr, 0, nullptr, 0, 0}};
  // Keys that are not in the section are left alone.
  if (get_params(handle, request) == 0) return {};
  return section;
}

bool ReadYesNo(const char* subject, const char* text) {
  if (text == nullptr || strcmp(text, "yes") == 0) return true;
  if (strcmp(text, "no") == 0) return false;
  ProcessJournal().SendTrouble(subject, "neither yes nor no, taken as yes");
  return true;
}

}  // namespace

void ReadSettings(const OSSL_CORE_HANDLE* handle, OSSL_FUNC_core_get_params_fn* get_params,
                  Settings* out) {
  const Section section = ReadSection(handle, get_params);
  // First, as it decides about the lines of the others.
  out->journal = ReadYesNo("openssl.cnf: journal", section.journal);
  Journal* const journal = &ProcessJournal();
  journal->Enable(out->journal);
  out->reload = ReadYesNo("openssl.cnf: reload", section.reload);
  if (!ReadMode("CRLITE_MODE", secure_getenv("CRLITE_MODE"), journal, &out->mode)) {
    ReadMode("openssl.cnf: mode", section.mode, journal, &out->mode);
  }
  out->has_paths =
      out->paths.Set(section.snapshot == nullptr ? kDefaultSnapshot : section.snapshot);
  if (!out->has_paths) {
    journal->SendTrouble("openssl.cnf: snapshot", "not an absolute path of a file");
  }
}

}  // namespace crlite
