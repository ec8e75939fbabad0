#include "sync/offer/manifest.h"

#include "sync/offer/json.h"

namespace crlite {

Result<Offer> ParseManifest(std::string_view text, uint64_t now_ms) {
  Result<nlohmann::json> document = ParseObject(text, kMaxOfferTextSize);
  if (!document.ok()) return document.error();

  constexpr uint64_t kMaxSeconds = uint64_t{1} << 40;  // no overflow in milliseconds
  Result<uint64_t> generated_at = ParseCount(*document, "generated_at", kMaxSeconds);
  if (!generated_at.ok()) return generated_at.error();
  Offer offer;
  offer.data_time_ms = *generated_at * 1000;
  if (Status time = CheckNotInFuture(offer.data_time_ms, now_ms); !time.ok()) {
    return time.error().In("generated_at");
  }
  offer.data_time_ms = RecordedTimeMs(offer.data_time_ms, now_ms);

  const bool has_files = document->contains("files");
  if (has_files && document->contains("filters")) {
    return MalformedError("both files and filters, wanted one of them");
  }
  const char* key = has_files ? "files" : "filters";
  const auto list = document->find(key);
  if (list == document->end()) return MalformedError("files: missing");
  Result<std::vector<OfferedFile>> files = ParseFiles(*list);
  if (!files.ok()) return files.error().In(key);
  if (files->empty()) return MalformedError("files: empty, wanted at least one filter");
  offer.files = std::move(*files);
  return offer;
}

std::string ManifestText(const Offer& offer, const std::string& comment) {
  nlohmann::json files = nlohmann::json::array();
  for (const OfferedFile& file : offer.files) files.push_back(FileToJson(file));
  const nlohmann::json manifest = {{"generated_at", offer.data_time_ms / 1000},
                                   {"comment", comment},
                                   {"files", std::move(files)}};
  return manifest.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace crlite
