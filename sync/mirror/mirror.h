// What crlite-mirror does: from a source that has Mozilla's signature to a published tree.
#pragma once

#include "cascade/base/result.h"
#include "conf/config.h"
#include "sync/console.h"
#include "sync/mirror/publish_tree.h"
#include "sync/verbs.h"

namespace crlite {

// Fetches into config.state_dir, judges what came as crlite-sync would before it publishes, and
// publishes in tree.folder, which is made if it is missing; tree.record is set here. Whatever
// `config` says, data without a signature is refused. On failure the tree keeps its last good
// state; kUnavailable when no source gave acceptable data.
Status Mirror(Config config, TreeOptions tree, const SyncOptions& options, Console* console);

}  // namespace crlite
