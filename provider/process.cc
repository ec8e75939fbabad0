#include "provider/process.h"

namespace crlite {
namespace {

constinit Journal g_journal;
constinit StoreThreads g_threads;
constinit Store g_store(&g_threads, &g_journal);

}  // namespace

Journal& ProcessJournal() { return g_journal; }

Store& ProcessStore() { return g_store; }

}  // namespace crlite
