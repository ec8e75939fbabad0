#include "cascade/base/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cascade/base/text.h"

namespace crlite {
namespace {

constexpr size_t kBarWidth = 12;  // characters: the line fits into 80
constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr char kClearLine[] = "\r\033[K";

}  // namespace

ProgressBar::ProgressBar() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { Clear(); }

void ProgressBar::Begin(const char* name, uint64_t total) {
  const std::lock_guard lock(mutex_);
  name_ = name;
  total_ = total;
  done_ = 0;
  begin_ = Clock::now();
  if (is_terminal_) Draw();
}

void ProgressBar::Advance(uint64_t bytes) {
  done_ += bytes;
  DrawIfDue();
}

void ProgressBar::Set(uint64_t done) {
  done_ = done;
  DrawIfDue();
}

void ProgressBar::Clear() {
  const std::lock_guard lock(mutex_);
  if (is_drawn_) fmt::print(stderr, "{}", kClearLine);
  is_drawn_ = false;
}

void ProgressBar::DrawIfDue() {
  if (!is_terminal_) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock.owns_lock() && !name_.empty() && Clock::now() - drawn_ >= kInterval) Draw();
}

void ProgressBar::Draw() {
  drawn_ = Clock::now();
  is_drawn_ = true;
  const double done = static_cast<double>(done_);
  const double part = total_ == 0 ? 1 : std::min(1.0, done / static_cast<double>(total_));
  const double seconds = std::chrono::duration<double>(drawn_ - begin_).count();
  const uint64_t left = total_ - std::min<uint64_t>(total_, done_);
  const auto filled = static_cast<size_t>(part * kBarWidth);
  fmt::print(stderr, "{}{:<18} [{:#>{}}{: >{}}] {:3.0f}% of {}, {} left, {:.1f} MB/s", kClearLine,
             name_, "", filled, "", kBarWidth - filled, 100 * part, FormatSize(total_),
             FormatSize(left), seconds > 0 ? done / 1e6 / seconds : 0);
  fflush(stderr);
}

}  // namespace crlite
