// openssl.cnf as libcrypto understands it: which providers a program that loads it gets.
//
// Read with libcrypto's own parser, so includes, variables, merged sections and broken lines are
// what they are for every program.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cascade/base/result.h"

namespace crlite {

// A longer file is none: it is refused before it is read.
inline constexpr uint64_t kMaxOpensslCnfSize = 4u << 20;

// One line of the section that `providers` names.
//
// libcrypto stops at the first provider whose section does not exist: it and those below are not
// active, whatever they say. `activate` is on with any value, "0" included, up to OpenSSL 3.2; from
// 3.3 on with 1, yes, true, on in lower or upper case, and a value that is none of these nor their
// contrary makes it stop as well. Which of both holds is decided by the libcrypto at hand. Whether
// an active one's module can be loaded is not in the file: cli/health/probe.h asks.
struct CnfProvider {
  std::string name;     // as the provider is called: "default", "crlite"
  std::string section;  // its own section
  bool has_section = false;
  bool is_active = false;                     // reached, and `activate` is on
  std::map<std::string, std::string> values;  // of its section
};

struct OpensslCnf {
  std::string path;
  std::string init_section;            // what openssl_conf names; empty: nothing
  std::string providers_section;       // what `providers` in it names; empty: nothing
  std::vector<CnfProvider> providers;  // in the order in which they are activated
  std::string nodejs_section;          // what nodejs_conf names; empty: nothing
  std::string name_suffix;  // makes "crlite_init" and the like (edit.cc) names of no section yet

  const CnfProvider* Find(const std::string& name) const;
  bool IsActive(const std::string& name) const;
};

// The file of a program that says nothing else: OPENSSLDIR/openssl.cnf of the libcrypto at hand.
std::string SystemOpensslCnfPath();
// The same, or what OPENSSL_CONF says.
std::string EffectiveOpensslCnfPath();

// kConfiguration for a file that libcrypto cannot parse, with line and cause: programs then go on
// with nothing of what it says; and for one that includes what has no end. kIo for one that cannot
// be read. Takes SIGALRM and its timer as long as it lasts: not thread-safe.
Result<OpensslCnf> ReadOpensslCnf(const std::string& path);
// The same of a text that is, or might be, the content of `path`.
Result<OpensslCnf> ParseOpensslCnf(std::string_view text, const std::string& path);

// Keys of our provider's section that the module does not know, and values that it would ignore:
// one message each, as "key: what; what is allowed".
std::vector<std::string> ComplaintsAboutCrliteSection(const CnfProvider& crlite);

}  // namespace crlite
