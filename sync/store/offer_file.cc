#include "sync/store/offer_file.h"

#include <fmt/format.h>

#include "sync/offer/json.h"

namespace crlite {
namespace {

using nlohmann::json;

constexpr int kOfferSchema = 1;
constexpr size_t kMaxSourceSize = 8192;  // a path, or a URL
constexpr size_t kMaxValidatorSize = 4096;

Bytes View(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Result<OfferedFile> ParseDocument(const json& proof, const char* key, uint64_t max_size) {
  const auto found = proof.find(key);
  if (found == proof.end()) return MalformedError(std::string(key) + ": missing");
  Result<OfferedFile> file = ParseFile(*found);
  if (!file.ok()) return file.error().In(key);
  if (file->size > max_size) return MalformedError(std::string(key) + ": too large");
  return file;
}

Result<ProofFiles> ParseProof(const json& proof) {
  if (!proof.is_object()) return MalformedError("wanted an object");
  Result<OfferedFile> changeset = ParseDocument(proof, "changeset", kMaxChangesetSize);
  if (!changeset.ok()) return changeset.error();
  Result<OfferedFile> chain = ParseDocument(proof, "chain", kMaxChainSize);
  if (!chain.ok()) return chain.error();
  return ProofFiles{std::move(*changeset), std::move(*chain)};
}

// A validator only saves work: one that cannot be read is none.
Validator ParseValidator(const json& document) {
  const auto found = document.find("validator");
  if (found == document.end() || !found->is_object()) return {};
  const auto text = [&](const char* key) {
    const Result<std::string> value = ParseText(*found, key);
    return value.ok() && value->size() <= kMaxValidatorSize ? *value : std::string();
  };
  return {text("url"), text("etag"), text("last_modified")};
}

}  // namespace

ProofFiles DescribeProof(const Proof& proof) {
  return {DescribeFile("changeset", View(proof.changeset)),
          DescribeFile("chain", View(proof.chain))};
}

std::string OfferToText(const Offer& offer) {
  json files = json::array();
  for (const OfferedFile& file : offer.files) files.push_back(FileToJson(file));
  json document = {{"schema", kOfferSchema},
                   {"source", offer.source},
                   {"data_time_ms", offer.data_time_ms},
                   {"files", std::move(files)}};
  if (offer.proof.has_value()) {
    const ProofFiles proof = DescribeProof(*offer.proof);
    document["proof"] = {{"changeset", FileToJson(proof.changeset)},
                         {"chain", FileToJson(proof.chain)}};
  }
  if (!offer.validator.url.empty()) {
    document["validator"] = {{"url", offer.validator.url},
                             {"etag", offer.validator.etag},
                             {"last_modified", offer.validator.last_modified}};
  }
  // A path given on the command line need not be UTF-8.
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<StoredOffer> OfferFromText(std::string_view text) {
  Result<json> document = ParseObject(text, kMaxOfferTextSize);
  if (!document.ok()) return document.error();
  Result<uint64_t> schema = ParseCount(*document, "schema", kOfferSchema);
  if (!schema.ok()) return schema.error();
  StoredOffer stored;
  Result<std::string> source = ParseText(*document, "source");
  if (!source.ok()) return source.error();
  if (source->size() > kMaxSourceSize) {
    return MalformedError(
        fmt::format("source: {} bytes, at most {} are accepted", source->size(), kMaxSourceSize));
  }
  stored.offer.source = std::move(*source);
  Result<uint64_t> time = ParseCount(*document, "data_time_ms", kMaxTimeMs);
  if (!time.ok()) return time.error();
  stored.offer.data_time_ms = *time;
  const auto list = document->find("files");
  if (list == document->end()) return MalformedError("files: missing");
  Result<std::vector<OfferedFile>> files = ParseFiles(*list);
  if (!files.ok()) return files.error().In("files");
  if (files->empty()) return MalformedError("files: empty, wanted at least one filter");
  stored.offer.files = std::move(*files);
  if (const auto proof = document->find("proof"); proof != document->end()) {
    Result<ProofFiles> proof_files = ParseProof(*proof);
    if (!proof_files.ok()) return proof_files.error().In("proof");
    stored.proof_files = std::move(*proof_files);
  }
  stored.offer.validator = ParseValidator(*document);
  return stored;
}

}  // namespace crlite
