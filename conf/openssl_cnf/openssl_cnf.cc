#include "conf/openssl_cnf/openssl_cnf.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <signal.h>
#include <sys/time.h>

#include <algorithm>
#include <climits>
#include <memory>
#include <optional>

#include "cascade/base/file.h"

namespace crlite {
namespace {

using ConfPtr = std::unique_ptr<CONF, decltype(&NCONF_free)>;
using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

// The first OpenSSL that reads the value of `activate`: 3.3.0.
constexpr unsigned long kReadsActivate = 0x30300000UL;

// libcrypto opens what the text includes as it comes, and may wait for ever for the writer of a
// FIFO: a signal each two seconds makes the call that waits fail.
class WaitLimit {
 public:
  WaitLimit() {
    is_over_ = 0;
    struct sigaction action = {};  // no SA_RESTART
    action.sa_handler = [](int) { is_over_ = 1; };
    sigaction(SIGALRM, &action, &old_action_);
    // Whoever started us may have blocked it.
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &alarm, &old_mask_);
    const itimerval each = {{kSeconds, 0}, {kSeconds, 0}};
    setitimer(ITIMER_REAL, &each, &old_timer_);
  }
  ~WaitLimit() {
    setitimer(ITIMER_REAL, &old_timer_, nullptr);
    pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
    sigaction(SIGALRM, &old_action_, nullptr);
  }
  WaitLimit(const WaitLimit&) = delete;
  WaitLimit& operator=(const WaitLimit&) = delete;

  static bool IsOver() { return is_over_ != 0; }

 private:
  static constexpr time_t kSeconds = 2;
  static inline volatile sig_atomic_t is_over_ = 0;
  struct sigaction old_action_ = {};
  sigset_t old_mask_;
  itimerval old_timer_ = {};
};

bool IsOneOf(std::string_view value, std::initializer_list<std::string_view> values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// nullopt: libcrypto takes neither for an answer.
std::optional<bool> IsOn(std::string_view value) {
  if (OpenSSL_version_num() < kReadsActivate) return true;
  if (IsOneOf(value, {"1", "yes", "YES", "true", "TRUE", "on", "ON"})) return true;
  if (IsOneOf(value, {"0", "no", "NO", "false", "FALSE", "off", "OFF"})) return false;
  return std::nullopt;
}

using Section = std::vector<std::pair<std::string, std::string>>;

// The entries in the order in which libcrypto acts on them; nullopt: there is no such section.
std::optional<Section> SectionOf(const CONF* conf, const std::string& name) {
  const STACK_OF(CONF_VALUE)* entries = NCONF_get_section(conf, name.c_str());
  ERR_clear_error();
  if (entries == nullptr) return std::nullopt;
  Section section;
  for (int i = 0; i < sk_CONF_VALUE_num(entries); i++) {
    const CONF_VALUE* entry = sk_CONF_VALUE_value(entries, i);
    section.emplace_back(entry->name, entry->value != nullptr ? entry->value : "");
  }
  return section;
}

std::string DefaultValue(const CONF* conf, const char* name) {
  const char* value = NCONF_get_string(conf, nullptr, name);
  if (value == nullptr) ERR_clear_error();
  return value != nullptr ? value : "";
}

// Reads one provider. False: libcrypto goes no further than this one.
bool ReadProvider(const CONF* conf, const std::string& key, const std::string& section,
                  bool is_reached, OpensslCnf* cnf) {
  CnfProvider provider;
  const size_t dot = key.find('.');  // "1.default" is provider "default"
  provider.name = dot == std::string::npos ? key : key.substr(dot + 1);
  provider.section = section;
  bool is_on = false;
  if (const auto entries = SectionOf(conf, section)) {
    provider.has_section = true;
    for (const auto& [name, value] : *entries) {
      provider.values[name] = value;
      if (name == "identity") provider.name = value;
      if (name != "activate") continue;
      const std::optional<bool> on = IsOn(value);
      is_reached = is_reached && on.has_value();
      is_on = on.value_or(false);
    }
  }
  is_reached = is_reached && provider.has_section;
  provider.is_active = is_reached && is_on;
  cnf->providers.push_back(std::move(provider));
  return is_reached;
}

// `providers`, or `providers.<anything>` for one more list.
bool IsProvidersKey(const std::string& key) { return key.substr(0, key.rfind('.')) == "providers"; }

void ReadProviders(const CONF* conf, OpensslCnf* cnf) {
  const auto init = SectionOf(conf, cnf->init_section);
  bool is_reached = true;
  for (const auto& [key, section] : init.value_or(Section())) {
    if (!IsProvidersKey(key)) continue;
    if (cnf->providers_section.empty()) cnf->providers_section = section;
    const auto list = SectionOf(conf, section);
    is_reached = is_reached && list.has_value();
    for (const auto& [name, own_section] : list.value_or(Section())) {
      is_reached = ReadProvider(conf, name, own_section, is_reached, cnf);
    }
  }
}

// A suffix with which no section's name ends.
std::string FreeSuffix(const CONF* conf) {
  const auto is_taken = [conf](const std::string& suffix) {
    for (const char* stem : {"init", "providers", "default", "module"}) {
      if (SectionOf(conf, fmt::format("crlite_{}{}", stem, suffix))) return true;
    }
    return false;
  };
  std::string suffix;
  for (int number = 2; is_taken(suffix); number++) suffix = fmt::format("_{}", number);
  return suffix;
}

// What libcrypto has against the text: the first cause, with what it says about it.
Error ParseError(const std::string& path, long line) {
  const char* data = nullptr;
  int flags = 0;
  const unsigned long code = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags);
  const char* reason = ERR_reason_error_string(code);
  std::string cause = reason != nullptr ? reason : "unknown error";
  // "HERE-->", or the name of the variable, as far as there is one.
  const bool has_data = data != nullptr && (flags & ERR_TXT_STRING) != 0 && *data != '\0';
  if (has_data && data != fmt::format("line {}", line)) {
    cause += fmt::format(" ({})", data);
  }
  ERR_clear_error();
  std::replace_if(
      cause.begin(), cause.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return {ErrorCode::kConfiguration,
          fmt::format("{}: line {}: {}; mend that line: until then programs ignore the whole file",
                      path, line, cause)};
}

}  // namespace

const CnfProvider* OpensslCnf::Find(const std::string& name) const {
  const auto found = std::find_if(providers.begin(), providers.end(),
                                  [&](const CnfProvider& entry) { return entry.name == name; });
  return found != providers.end() ? &*found : nullptr;
}

bool OpensslCnf::IsActive(const std::string& name) const {
  return std::any_of(providers.begin(), providers.end(), [&](const CnfProvider& entry) {
    return entry.name == name && entry.is_active;
  });
}

std::string SystemOpensslCnfPath() {
  const char* directory = OPENSSL_info(OPENSSL_INFO_CONFIG_DIR);
  return (directory != nullptr ? std::string(directory) : "/etc/ssl") + "/openssl.cnf";
}

std::string EffectiveOpensslCnfPath() {
  const char* chosen = secure_getenv("OPENSSL_CONF");
  return chosen != nullptr && *chosen != '\0' ? chosen : SystemOpensslCnfPath();
}

Result<OpensslCnf> ReadOpensslCnf(const std::string& path) {
  // The usual way to switch the file off.
  if (path == "/dev/null") return ParseOpensslCnf("", path);
  const Result<std::vector<uint8_t>> content = ReadFile(path, kMaxOpensslCnfSize);
  if (!content.ok()) return content.error();
  return ParseOpensslCnf({reinterpret_cast<const char*>(content->data()), content->size()}, path);
}

Result<OpensslCnf> ParseOpensslCnf(std::string_view text, const std::string& path) {
  const size_t nul = text.find('\0');
  if (nul != std::string_view::npos || text.size() > kMaxOpensslCnfSize) {
    return Error{
        ErrorCode::kConfiguration,
        nul != std::string_view::npos
            ? fmt::format("{}: byte {} is NUL; this is no text file: restore it", path, nul)
            : path + ": longer than 4 MiB; this is no openssl.cnf: restore it"};
  }
  ERR_clear_error();
  const ConfPtr conf(NCONF_new(nullptr), &NCONF_free);
  const BioPtr bio(BIO_new_mem_buf(text.empty() ? "" : text.data(), static_cast<int>(text.size())),
                   &BIO_free_all);
  if (!conf || !bio) return Error{ErrorCode::kInternal, "OpenSSL: out of memory"};
  long line = 0;
  const WaitLimit limit;
  const bool is_loaded = NCONF_load_bio(conf.get(), bio.get(), &line) == 1;
  if (WaitLimit::IsOver()) {
    return Error{ErrorCode::kConfiguration,
                 path +
                     ": something that it includes has no end; look at its .include lines: "
                     "programs wait for it, too"};
  }
  if (!is_loaded) return ParseError(path, line);
  OpensslCnf cnf;
  cnf.path = path;
  cnf.init_section = DefaultValue(conf.get(), "openssl_conf");
  cnf.nodejs_section = DefaultValue(conf.get(), "nodejs_conf");
  cnf.name_suffix = FreeSuffix(conf.get());
  if (!cnf.init_section.empty()) ReadProviders(conf.get(), &cnf);
  ERR_clear_error();
  return cnf;
}

std::vector<std::string> ComplaintsAboutCrliteSection(const CnfProvider& crlite) {
  struct Key {
    const char* name;
    std::vector<std::string_view> allowed;  // empty: anything
  };
  static const std::vector<Key> kKeys = {{"module", {}},
                                         {"snapshot", {}},
                                         {"identity", {}},
                                         {"activate", {}},
                                         {"soft_load", {}},
                                         {"mode", {"enforce", "shadow", "off"}},
                                         {"reload", {"yes", "no"}},
                                         {"journal", {"yes", "no"}}};
  std::vector<std::string> complaints;
  for (const auto& [name, value] : crlite.values) {
    const auto key = std::find_if(kKeys.begin(), kKeys.end(),
                                  [&, &wanted = name](const Key& k) { return wanted == k.name; });
    if (key == kKeys.end()) {
      complaints.push_back(name +
                           ": unknown, it has no effect; known are module, snapshot, mode, "
                           "reload, journal, activate, soft_load and identity");
    } else if (!key->allowed.empty() &&
               std::find(key->allowed.begin(), key->allowed.end(), value) == key->allowed.end()) {
      complaints.push_back(fmt::format("{}: '{}' is ignored; allowed are {}", name, value,
                                       fmt::join(key->allowed, ", ")));
    }
  }
  return complaints;
}

}  // namespace crlite
