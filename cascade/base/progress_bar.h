// One line on a terminal that shows how far something long is.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

namespace crlite {

// Draws on stderr, and only when that is a terminal. Safe for any number of threads.
class ProgressBar {
 public:
  ProgressBar();
  // Removes the line.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // A pass named `name` over `total` bytes begins, and replaces the one before.
  void Begin(const char* name, uint64_t total);
  // So many bytes more are done. Draws nothing before the first pass.
  void Advance(uint64_t bytes);
  // So many bytes are done in all; less than before when something begins again.
  void Set(uint64_t done);
  // Removes the line, so that a message can be written; the next change draws it again.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;
  void DrawIfDue();
  void Draw();  // mutex_ is held

  const bool is_terminal_;
  std::atomic<uint64_t> done_ = 0;
  std::mutex mutex_;  // guards what follows
  std::string name_;
  uint64_t total_ = 0;
  bool is_drawn_ = false;
  Clock::time_point begin_, drawn_;
};

}  // namespace crlite
