#include "sync/console.h"

#include <fmt/format.h>

#include <cstdio>

#include "cascade/base/text.h"

namespace crlite {
namespace {

constexpr int kJsonSchema = 1;

void PutLine(FILE* stream, std::string_view line) {
  fmt::print(stream, "{}\n", line);
  fflush(stream);
}

}  // namespace

Console::Console(std::string program, Style style) : program_(std::move(program)), style_(style) {}

void Console::Say(std::string_view line) {
  bar_.Clear();
  if (style_ == Style::kLines) PutLine(stdout, WithoutControls(line));
  if (style_ == Style::kJson) steps_.push_back(line);
}

void Console::Warn(std::string_view line) {
  bar_.Clear();
  PutLine(stderr, fmt::format("{}: {}", program_, WithoutControls(line)));
  if (style_ == Style::kJson) warnings_.push_back(line);
}

void Console::StartBar(uint64_t total_bytes) {
  has_bar_ = total_bytes != 0 && style_ != Style::kQuiet;
  if (has_bar_) bar_.Begin("fetching", total_bytes);
}

void Console::Advance(uint64_t bytes) {
  if (has_bar_) bar_.Advance(bytes);
}

void Console::Add(const char* key, nlohmann::ordered_json value) { more_[key] = std::move(value); }

int Console::Finish(const Status& done) {
  const int exit_status = done.ok() ? 0 : ExitCodeOf(done.error().code);
  if (!done.ok()) Warn(done.error().message);
  if (style_ != Style::kJson) return exit_status;
  nlohmann::ordered_json document = {{"schema", kJsonSchema},
                                     {"exit_status", exit_status},
                                     {"steps", std::move(steps_)},
                                     {"warnings", std::move(warnings_)}};
  document.update(more_);
  // A path given on the command line need not be UTF-8.
  PutLine(stdout, document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  return exit_status;
}

}  // namespace crlite
