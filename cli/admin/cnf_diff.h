// What a change of openssl.cnf would be.
#pragma once

#include <string>
#include <string_view>

#include "cli/admin/cnf_file.h"

namespace crlite {

// What `diff -u` says about the file and its new text; empty when they are the same.
Result<std::string> DiffOf(const CnfFile& file, std::string_view text);

}  // namespace crlite
