#include "sync/console.h"

#include <fmt/format.h>

#include <cstdio>

namespace crlite {
namespace {

void PutLine(FILE* stream, std::string_view line) {
  fmt::print(stream, "{}\n", line);
  fflush(stream);
}

}  // namespace

void Console::Say(std::string_view line) {
  bar_.Clear();
  PutLine(stdout, line);
}

void Console::Warn(std::string_view line) {
  bar_.Clear();
  PutLine(stderr, fmt::format("crlite-sync: {}", line));
}

void Console::StartBar(uint64_t total_bytes) {
  done_ = 0;
  if (total_bytes != 0) bar_.Begin("fetching", total_bytes);
}

void Console::ShowPartial(uint64_t bytes_of_file) { bar_.Set(done_ + bytes_of_file); }

void Console::AddFile(uint64_t bytes_of_file) {
  done_ += bytes_of_file;
  bar_.Set(done_);
}

}  // namespace crlite
