#include "cascade/base/result.h"

#include <cstring>

namespace crlite {

Error MalformedError(std::string message) { return {ErrorCode::kMalformed, std::move(message)}; }

Error IoError(std::string_view subject, std::string_view what, int error_number) {
  std::string message(subject);
  message.append(": ").append(what).append(": ").append(strerror(error_number));
  return {ErrorCode::kIo, std::move(message)};
}

int ExitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUsage:
      return 64;
    case ErrorCode::kMalformed:
      return 65;
    case ErrorCode::kInternal:
      return 70;
    case ErrorCode::kIo:
      return 74;
    case ErrorCode::kConfiguration:
      return 78;
    case ErrorCode::kUnavailable:
      return 1;
  }
  return 70;
}

}  // namespace crlite
