#include "sync/console.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace crlite {
namespace {

constexpr uint64_t kBarWidth = 40;

void PutLine(FILE* stream, std::string_view line) {
  fmt::print(stream, "{}\n", line);
  fflush(stream);
}

}  // namespace

Console::Console() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

Console::~Console() { ClearBar(); }

void Console::Say(std::string_view line) {
  ClearBar();
  PutLine(stdout, line);
}

void Console::Warn(std::string_view line) {
  ClearBar();
  PutLine(stderr, fmt::format("crlite-sync: {}", line));
}

void Console::StartBar(uint64_t total_bytes) {
  total_ = total_bytes;
  done_ = 0;
}

void Console::ShowPartial(uint64_t bytes_of_file) { Draw(done_ + bytes_of_file); }

void Console::AddFile(uint64_t bytes_of_file) {
  done_ += bytes_of_file;
  Draw(done_);
}

void Console::Draw(uint64_t bytes) {
  if (!is_terminal_ || total_ == 0) return;
  const uint64_t percent = std::min(bytes, total_) * 100 / total_;
  const uint64_t filled = kBarWidth * percent / 100;
  std::string bar = fmt::format("[{}{}] {:3}% of {}", std::string(filled, '#'),
                                std::string(kBarWidth - filled, ' '), percent, SizeText(total_));
  if (bar == drawn_) return;
  drawn_ = std::move(bar);
  fmt::print(stderr, "\r{}", drawn_);
  fflush(stderr);
}

void Console::ClearBar() {
  if (drawn_.empty()) return;
  fmt::print(stderr, "\r\033[K");
  drawn_.clear();
}

std::string SizeText(uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  if (bytes < 1000 * 1000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string TimeText(uint64_t time_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<time_t>(time_ms / 1000)));
}

}  // namespace crlite
