// make_seeds CORPUS: writes CORPUS/<target>/seed-* for the targets whose inputs are not text. The
// same bytes every time.
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "sync/source/patch.h"
#include "tests/reference/agreement.h"

namespace crlite {
namespace {

using Content = std::vector<uint8_t>;

class Corpus {
 public:
  explicit Corpus(std::filesystem::path directory) : directory_(std::move(directory)) {}

  void Add(const std::string& target, const std::string& name, const Content& content) {
    std::filesystem::create_directories(directory_ / target);
    std::ofstream file(directory_ / target / ("seed-" + name), std::ios::binary);
    file.write(reinterpret_cast<const char*>(content.data()),
               static_cast<std::streamsize>(content.size()));
    if (!file.flush()) throw std::runtime_error(target + "/" + name + " cannot be written");
  }

 private:
  std::filesystem::path directory_;
};

void Append(Content* out, const Content& more) {
  out->insert(out->end(), more.begin(), more.end());
}
void AppendNumber(Content* out, uint64_t number, size_t width, bool big_endian) {
  for (size_t i = 0; i < width; ++i) {
    out->push_back(static_cast<uint8_t>(number >> (8 * (big_endian ? width - 1 - i : i))));
  }
}

void AddClubcards(Corpus* corpus) {
  corpus->Add("clubcard_v3", "empty", *WriteClubcardV3({}));
  corpus->Add("clubcard_v4", "empty", *WriteClubcardV4({}));
  for (uint64_t seed = 0; seed < 8; ++seed) {
    Choices choices(seed);
    const Clubcard clubcard = RandomClubcard(&choices);
    corpus->Add("clubcard_v3", std::to_string(seed), *WriteClubcardV3(clubcard));
    corpus->Add("clubcard_v4", std::to_string(seed), *WriteClubcardV4(clubcard));
  }
}

// Decisions for RandomClubcard, for the mutations of a snapshot, for the pieces of a hash.
void AddNoise(Corpus* corpus) {
  for (uint64_t size : std::array<uint64_t, 6>{1, 64, 65, 200, 1000, 4000}) {
    Choices choices(size);
    Content noise(size);
    for (uint8_t& byte : noise) byte = static_cast<uint8_t>(choices.Below(256));
    corpus->Add("sha256", std::to_string(size), noise);
    noise[0] = static_cast<uint8_t>(1 + size % 4);  // that many filters
    corpus->Add("snapshot_compile", std::to_string(size), noise);
    noise[0] = 0;  // mutate
    if (size <= 200) corpus->Add("snapshot", "mutations-" + std::to_string(size), noise);
  }
}

void AddSnapshots(Corpus* corpus) {
  for (size_t count : std::array<size_t, 3>{0, 1, 3}) {
    Choices choices(count);
    std::vector<Clubcard> filters;
    while (filters.size() < count) filters.push_back(RandomClubcard(&choices));
    Agreement agreement;
    if (!agreement.Open(filters).empty()) throw std::runtime_error("no snapshot");
    Content content = {1};  // not a mutation
    content.insert(content.end(), agreement.snapshot_bytes().begin(),
                   agreement.snapshot_bytes().end());
    corpus->Add("snapshot", "of-" + std::to_string(count), content);
  }
}

struct BloomLayer {
  uint8_t algorithm;
  uint32_t num_hashes;
  Content bits;
};

Content BloomCascadeFile(const Content& header, const std::vector<BloomLayer>& layers) {
  Content file = header;
  uint8_t number = 0;
  for (const BloomLayer& layer : layers) {
    file.push_back(layer.algorithm);
    AppendNumber(&file, layer.bits.size() * 8 - 3, 4, false);
    AppendNumber(&file, layer.num_hashes, 4, false);
    file.push_back(++number);
    Append(&file, layer.bits);
  }
  return file;
}

// About `quarters` of four bits are set.
Content RandomBits(size_t size, uint64_t quarters, Choices* choices) {
  Content bits(size);
  for (size_t i = 0; i < 8 * size; ++i) {
    if (choices->Below(4) < quarters) bits[i / 8] |= static_cast<uint8_t>(1u << (i % 8));
  }
  return bits;
}

void AddBloomCascades(Corpus* corpus) {
  Choices choices(uint64_t{1});
  for (uint8_t algorithm = 1; algorithm <= 3; ++algorithm) {
    const Content with_salt = {2, 0, algorithm == 2, 4, 's', 'a', 'l', 't'};
    const std::string name = std::to_string(algorithm);
    const std::vector<BloomLayer> layers = {{algorithm, 1, RandomBits(40, 3, &choices)},
                                            {algorithm, 2, RandomBits(30, 3, &choices)},
                                            {algorithm, 3, RandomBits(20, 3, &choices)}};
    corpus->Add("bloom_cascade", "v1-" + name, BloomCascadeFile({1, 0}, layers));
    corpus->Add("bloom_cascade", "v2-" + name, BloomCascadeFile(with_salt, layers));
  }
  // The first layer takes 80 bytes of the stream of hashes; the second shows which ones follow.
  corpus->Add("bloom_cascade", "long-stream",
              BloomCascadeFile({2, 0, 0, 0}, {{3, 40, RandomBits(40, 4, &choices)},
                                              {3, 1, RandomBits(40, 2, &choices)}}));
}

void AddStash(Corpus* corpus) {
  Content file;
  for (size_t issuer = 0; issuer < 3; ++issuer) {
    AppendNumber(&file, issuer, 4, false);
    file.push_back(kHashSize);
    const IssuerSpkiHash hash = IssuerNumber(issuer);
    file.insert(file.end(), hash.bytes, hash.bytes + kHashSize);
    for (size_t i = 1; i <= issuer; ++i) {
      const Content serial = SerialNumber(i);
      file.push_back(static_cast<uint8_t>(serial.size()));
      Append(&file, serial);
    }
  }
  corpus->Add("stash", "three-issuers", file);
}

Content SctItem(uint8_t version, uint8_t log, const Content& extensions) {
  Content item = {version};
  item.insert(item.end(), kHashSize, log);
  AppendNumber(&item, 1'700'000'000'000 + log, 8, true);
  AppendNumber(&item, extensions.size(), 2, true);
  Append(&item, extensions);
  Append(&item, {4, 3, 0, 4, 'e', 'c', 'd', 's'});
  return item;
}

// The value of an SCT extension: OCTET STRING { u16 length, { u16 length, item }... }.
Content SctExtension(const std::vector<Content>& items) {
  Content list;
  for (const Content& item : items) {
    AppendNumber(&list, item.size(), 2, true);
    Append(&list, item);
  }
  Content value = {4, 0x82};
  if (list.size() + 2 < 128) {
    value = {4};
    AppendNumber(&value, list.size() + 2, 1, true);
  } else if (list.size() + 2 < 256) {
    value = {4, 0x81};
    AppendNumber(&value, list.size() + 2, 1, true);
  } else {
    AppendNumber(&value, list.size() + 2, 2, true);
  }
  AppendNumber(&value, list.size(), 2, true);
  Append(&value, list);
  return value;
}

void AddSctLists(Corpus* corpus) {
  const Content leaf_index = {0, 0, 5, 0, 0, 0, 0, 9};
  corpus->Add("sct_list", "empty", SctExtension({}));
  corpus->Add("sct_list", "one", SctExtension({SctItem(0, 1, {})}));
  corpus->Add("sct_list", "three",
              SctExtension({SctItem(0, 1, {}), SctItem(0, 2, leaf_index), SctItem(1, 3, {})}));
  corpus->Add("sct_list", "bad-extension", SctExtension({SctItem(0, 1, {0, 0, 4, 0, 0, 0, 0})}));
  corpus->Add("sct_list", "seventy", SctExtension(std::vector<Content>(70, SctItem(0, 1, {}))));
}

// A self-signed certificate; an Ed25519 key and its signatures are the same every time.
Content Certificate(const char* not_before, const char* not_after, const Content& serial,
                    const Content& sct_extension, uint8_t key_byte = 7) {
  const Content private_key(32, key_byte);
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, private_key.data(), 32);
  X509* x509 = X509_new();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_STRING_set(X509_get_serialNumber(x509), serial.data(), static_cast<int>(serial.size()));
  ASN1_TIME_set_string_X509(X509_getm_notBefore(x509), not_before);
  ASN1_TIME_set_string_X509(X509_getm_notAfter(x509), not_after);
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const uint8_t*>("crlite seed"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  X509_set_pubkey(x509, key);
  if (!sct_extension.empty()) {
    ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(value, sct_extension.data(), static_cast<int>(sct_extension.size()));
    X509_EXTENSION* extension =
        X509_EXTENSION_create_by_NID(nullptr, NID_ct_precert_scts, 0, value);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
  }
  X509_sign(x509, key, nullptr);
  Content der(static_cast<size_t>(i2d_X509(x509, nullptr)));
  uint8_t* out = der.data();
  i2d_X509(x509, &out);
  X509_free(x509);
  EVP_PKEY_free(key);
  return der;
}

void AddCertificates(Corpus* corpus) {
  const Content scts = SctExtension({SctItem(0, 1, {}), SctItem(0, 2, {})});
  const Content plain = Certificate("250101000000Z", "260101000000Z", {1}, {});
  corpus->Add("certificate", "plain", plain);
  corpus->Add("certificate", "scts",
              Certificate("250101000000Z", "260101000000Z", {0x9a, 1}, scts));
  corpus->Add("certificate", "far", Certificate("491231235959Z", "20991231235959Z", {5, 6}, scts));

  // For library_check: a leaf of a key of its own and its issuer, asked about in 2025 or later.
  const uint8_t in_time = 2, later = 4, leaf_alone = 0x80;
  const auto leaf = [](const Content& serial, const Content& sct_extension) {
    return Certificate("250101000000Z", "260101000000Z", serial, sct_extension, 8);
  };
  const auto add_chain = [&](const std::string& name, uint8_t asked, const Content& certificate) {
    Content chain = {asked};
    AppendNumber(&chain, certificate.size(), 2, true);
    Append(&chain, certificate);
    Append(&chain, plain);
    corpus->Add("library_check", name, chain);
  };
  add_chain("revoked", in_time, leaf({1}, scts));
  add_chain("not-revoked", in_time, leaf({2}, scts));
  add_chain("not-covered", in_time, leaf({1}, SctExtension({SctItem(0, 9, {})})));
  add_chain("no-sct", in_time, leaf({1}, {}));
  add_chain("expired", later, leaf({1}, scts));
  add_chain("leaf-alone", in_time | leaf_alone, leaf({1}, scts));
  add_chain("no-leaf", in_time, {0x30, 0});
}

// A content that has half of its bytes from the dictionary, as itself and as a patch.
void AddPatches(Corpus* corpus) {
  Choices choices(uint64_t{5});
  Content dictionary(200), content(100);
  for (uint8_t& byte : dictionary) byte = static_cast<uint8_t>(choices.Below(256));
  for (uint8_t& byte : content) byte = static_cast<uint8_t>(choices.Below(256));
  content.insert(content.end(), dictionary.begin() + 50, dictionary.begin() + 150);
  Content seed = {0, static_cast<uint8_t>(dictionary.size())};
  Append(&seed, dictionary);
  Content patched = seed;
  patched[0] = 1;
  Append(&seed, content);
  corpus->Add("patch", "content", seed);
  AppendNumber(&patched, content.size(), 2, false);
  Append(&patched, *MakePatch(dictionary, content));
  corpus->Add("patch", "patch", patched);
  seed = {1, 0};
  AppendNumber(&seed, 5000, 2, false);
  Append(&seed, *MakePatch({}, Content(5000, 'x')));
  corpus->Add("patch", "run", seed);
}

void AddCapsules(Corpus* corpus) {
  const std::string magic = "crlite capsule 1";
  Content capsule(magic.begin(), magic.end());
  corpus->Add("capsule", "nothing", capsule);
  for (const char* blob : {"changeset", "chain", "filter", "", "delta"}) {
    const std::string text = blob;
    AppendNumber(&capsule, text.size(), 8, false);
    capsule.insert(capsule.end(), text.begin(), text.end());
    corpus->Add("capsule", text.empty() ? "empty-filter" : text, capsule);
  }
}

}  // namespace
}  // namespace crlite

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: make_seeds CORPUS\n");
    return 64;
  }
  crlite::Corpus corpus(argv[1]);
  crlite::AddClubcards(&corpus);
  crlite::AddNoise(&corpus);
  crlite::AddSnapshots(&corpus);
  crlite::AddBloomCascades(&corpus);
  crlite::AddStash(&corpus);
  crlite::AddSctLists(&corpus);
  crlite::AddCertificates(&corpus);
  crlite::AddPatches(&corpus);
  crlite::AddCapsules(&corpus);
  return 0;
}
