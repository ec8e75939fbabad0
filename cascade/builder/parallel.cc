#include "cascade/builder/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace crlite {

unsigned NumCores() { return std::max(1u, std::thread::hardware_concurrency()); }

Status ParallelFor(size_t count, unsigned threads, const std::function<Status(size_t)>& task) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  size_t failed_task = count;
  Status result;
  const auto work = [&] {
    for (size_t i; !failed && (i = next.fetch_add(1)) < count;) {
      Status status = task(i);
      if (status.ok()) continue;
      const std::lock_guard lock(mutex);
      failed = true;
      if (i < failed_task) {
        failed_task = i;
        result = std::move(status);
      }
    }
  };
  std::vector<std::thread> helpers;
  for (size_t i = 1; i < std::min<size_t>(threads, count); ++i) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
  return result;
}

}  // namespace crlite
