// Taking out of openssl.cnf what `crlite enable` has added.
#pragma once

#include "cli/admin/cnf_answer.h"
#include "cli/admin/cnf_file.h"

namespace crlite {

// Removes our block, and the backup when the file is again what it was; a file that enable made
// goes altogether. Works on a file that libcrypto cannot parse, too. With `dry_run` nothing
// changes. kConfiguration for a block that cannot be told from the rest, and when the module is
// activated by hand.
Result<CnfAnswer> DisableModule(const CnfFile& file, bool dry_run);

}  // namespace crlite
