// What a change of openssl.cnf would be, for people.
#pragma once

#include <string_view>

#include "cli/admin/cnf_file.h"

namespace crlite {

// Prints what `diff -u` says about the file and its new text. Returns the exit code.
int PrintDiff(const CnfFile& file, std::string_view text);

}  // namespace crlite
