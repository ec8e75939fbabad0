// Errors as values, for the half of the project that has a C++ runtime.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace crlite {

// What kind of failure; the tools turn it into their exit code (docs/formats.md is not concerned).
enum class ErrorCode {
  kUsage,          // 64: the command line
  kMalformed,      // 65: bytes that are not what they should be
  kInternal,       // 70: a bug, or a self-check that failed
  kIo,             // 74: the system said no
  kConfiguration,  // 78: config.yaml
  kUnavailable,    // 1: no source gave verified data
};

// `message` names subject, what was found, what was wanted, and what to try:
// "<subject>: <what>".
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  // The same error with a subject in front: "<subject>: <message>".
  Error In(std::string_view subject) const { return {code, std::string(subject) + ": " + message}; }
};

Error MalformedError(std::string message);
// "<subject>: <what>: <text of errno>".
Error IoError(std::string_view subject, std::string_view what, int error_number);

// The exit code of a tool that ends with this error (sysexits.h; docs in crlite(1)).
int ExitCodeOf(ErrorCode code);

// A value or the reason why there is none. Ask ok() before value() or error().
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const Error& error() const { return error_; }

 private:
  std::optional<T> value_;
  Error error_;
};

// Success or the reason for failure, where there is no value.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  static Status Ok() { return {}; }
  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace crlite
