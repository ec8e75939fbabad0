// Which file of a program decides about its TLS.
#pragma once

#include <span>

namespace crlite {

struct KnownProgram {
  const char* name;
  const char* files[3];  // patterns of glob(7); the first that matches a file; null: no more
  const char* carrier;   // the library between the program and TLS, by the start of its name; may
                         // be null
  const char* also;      // what the module needs besides to reach it; may be null
  const char* instead;   // what to use where it is not reached; may be null
};

std::span<const KnownProgram> KnownPrograms();

}  // namespace crlite
