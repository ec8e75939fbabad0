// Adding the module to the text of an openssl.cnf, and taking it out again.
//
// Everything that is added stands between two marker lines at the end of the file; every other byte
// stays. libcrypto merges sections of one name, so lines at the end reach sections above.
#pragma once

#include <string>
#include <string_view>

#include "conf/openssl_cnf/openssl_cnf.h"

namespace crlite {

// What `crlite enable` appends to the name of the file that it changes, for its old content.
inline constexpr char kCnfBackupSuffix[] = ".before-crlite";

struct CnfAddition {
  std::string module = {};    // path; empty: found in libcrypto's modules directory
  std::string snapshot = {};  // path; empty: the module's default
  // `default` as well although `fips` is active by the file: its module cannot be loaded.
  bool needs_default = false;
};

// Whether the text has our markers.
bool HasCrliteBlock(std::string_view text);

// The text without our block: byte for byte what WithCrliteBlock was given, if nothing but the rest
// has changed since. A text without a block is returned as it is; a begin marker without its end is
// kConfiguration.
Result<std::string> WithoutCrliteBlock(std::string_view text);

// Whether a path can stand in the file: no control characters, no space at either end.
bool IsPlainPath(std::string_view path);

// `text`, which has no block, with one at its end that activates the module, and `default` unless
// it or `fips` is active. `cnf` is what libcrypto reads in `text` (its includes too). Line ends are
// those of the text; a missing last one is noted in the marker.
std::string WithCrliteBlock(std::string_view text, const OpensslCnf& cnf,
                            const CnfAddition& addition);

}  // namespace crlite
