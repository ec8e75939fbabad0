#include "sync/source/patch.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

#include "cascade/base/file.h"

namespace crlite {
namespace {

// Higher levels, and zstd's long distance matching, gain nothing on deltas of real size.
constexpr int kLevel = 19;
constexpr uint8_t kFrameMagic[] = {0x28, 0xb5, 0x2f, 0xfd};

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Whatever is nearer than 2^this is in the dictionary or in the content.
int WindowLog(uint64_t dictionary_and_content) {
  const ZSTD_bounds bounds = ZSTD_cParam_getBounds(ZSTD_c_windowLog);
  return std::clamp(static_cast<int>(std::bit_width(dictionary_and_content)), bounds.lowerBound,
                    bounds.upperBound);
}

Error ZstdError(size_t code) {
  return {ErrorCode::kInternal, fmt::format("patch: zstd: {}", ZSTD_getErrorName(code))};
}

// Whether `patch` is one frame of exactly `size` bytes, as far as its headers tell.
Status CheckFrame(Bytes patch, uint64_t size) {
  // libzstd would take frames of its early versions and empty ones as well.
  if (patch.size() < sizeof kFrameMagic ||
      !SameBytes(patch.first(sizeof kFrameMagic), kFrameMagic)) {
    return MalformedError("patch: not a zstd frame");
  }
  const size_t frame_size = ZSTD_findFrameCompressedSize(patch.data(), patch.size());
  if (ZSTD_isError(frame_size)) return MalformedError("patch: a zstd frame that is not whole");
  if (frame_size != patch.size()) {
    return MalformedError(fmt::format("patch: {} bytes behind the zstd frame, wanted none",
                                      patch.size() - frame_size));
  }
  const unsigned long long content_size = ZSTD_getFrameContentSize(patch.data(), patch.size());
  if (content_size == size) return Status::Ok();
  const std::string found =
      content_size == ZSTD_CONTENTSIZE_UNKNOWN ? "no size" : fmt::format("{} bytes", content_size);
  return MalformedError(fmt::format("patch: promises {}, wanted {} bytes", found, size));
}

}  // namespace

Result<std::vector<uint8_t>> MakePatch(Bytes dictionary, Bytes content) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (context == nullptr) return Error{ErrorCode::kInternal, "patch: no memory for zstd"};
  const int window_log = WindowLog(uint64_t{dictionary.size()} + content.size());
  for (const auto& [parameter, value] :
       {std::pair(ZSTD_c_compressionLevel, kLevel), std::pair(ZSTD_c_windowLog, window_log)}) {
    const size_t set = ZSTD_CCtx_setParameter(context.get(), parameter, value);
    if (ZSTD_isError(set)) return ZstdError(set);
  }
  const size_t referred = ZSTD_CCtx_refPrefix(context.get(), dictionary.data(), dictionary.size());
  if (ZSTD_isError(referred)) return ZstdError(referred);
  std::vector<uint8_t> patch(ZSTD_compressBound(content.size()));
  const size_t size =
      ZSTD_compress2(context.get(), patch.data(), patch.size(), content.data(), content.size());
  if (ZSTD_isError(size)) return ZstdError(size);
  patch.resize(size);
  return patch;
}

Result<std::vector<uint8_t>> ApplyPatch(Bytes dictionary, Bytes patch, uint64_t size) {
  if (size > kMaxFilterFileSize) {
    return MalformedError(
        fmt::format("patch: for {} bytes, at most {} are accepted", size, kMaxFilterFileSize));
  }
  if (Status checked = CheckFrame(patch, size); !checked.ok()) return checked.error();
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (context == nullptr) return Error{ErrorCode::kInternal, "patch: no memory for zstd"};
  const size_t referred = ZSTD_DCtx_refPrefix(context.get(), dictionary.data(), dictionary.size());
  if (ZSTD_isError(referred)) return ZstdError(referred);
  // In one go into the whole content: zstd needs no window of its own, however large the frame says
  // that it is.
  std::vector<uint8_t> content(static_cast<size_t>(size));
  const size_t got = ZSTD_decompressDCtx(context.get(), content.data(), content.size(),
                                         patch.data(), patch.size());
  if (ZSTD_isError(got)) {
    return MalformedError(fmt::format("patch: {}", ZSTD_getErrorName(got)));
  }
  if (got != size)
    return MalformedError(fmt::format("patch: gives {} bytes, wanted {}", got, size));
  return content;
}

}  // namespace crlite
