// Names of Certificate Transparency logs, from a log list (version 3 of its JSON).
#pragma once

#include <map>
#include <string>

#include "cascade/base/result.h"
#include "cascade/reader/query.h"

namespace crlite {

// Without control characters. Nothing is decided by them: they make a log id readable.
using LogNames = std::map<LogId, std::string>;

// https://www.gstatic.com/ct/log_list/v3/log_list.json, or all_logs_list.json beside it, as a file.
// Its signature is not checked. Entries without name or id are left out.
Result<LogNames> ReadLogNames(const std::string& path);

}  // namespace crlite
