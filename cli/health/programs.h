// The TLS programs on this machine, and whether the module reaches them: told from the library that
// they are linked to, for everybody believes of wget or git what is not so on Debian.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace crlite {

struct Program {
  enum class Reach { kReached, kNotReached, kUnknown };
  std::string name;
  std::string file;         // whose dependencies decide
  std::string tls_library;  // that it makes TLS with; empty: its own, or none
  Reach reach = Reach::kUnknown;
  std::string note;  // what to do instead, or what else it needs; may be empty
};

// Those of a fixed list that are installed. Asks ldd about files alone that belong to root and that
// nobody else may write, as ldd may run them. `libcrypto`: the system's file; another copy may read
// another openssl.cnf. Empty: not known.
std::vector<Program> FindPrograms(const std::string& libcrypto);

// A table, one line each.
void PrintPrograms(const std::vector<Program>& programs);

nlohmann::ordered_json ProgramsToJson(const std::vector<Program>& programs);

}  // namespace crlite
