// Universes that exist in memory alone, and what is true about them.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "cascade/builder/build.h"
#include "cascade/builder/universe.h"

namespace crlite {

using Serial = std::vector<uint8_t>;

// A source whose known serials are a function of their number; for universes of any size.
class GeneratedIssuer : public IssuerSource {
 public:
  // Writes serial `number` into `out`, which has room for 255 octets, and returns its length.
  using Generate = std::function<size_t(uint64_t number, uint8_t* out)>;

  // The first `num_revoked` serials are revoked, for the reason 0.
  GeneratedIssuer(const IssuerSpkiHash& issuer, uint64_t num_known, uint64_t num_revoked,
                  Generate generate)
      : issuer_(issuer),
        num_known_(num_known),
        num_revoked_(num_revoked),
        generate_(std::move(generate)) {}

  const IssuerSpkiHash& issuer() const override { return issuer_; }
  size_t num_parts() const override {
    return static_cast<size_t>((num_known_ + kPartSize - 1) / kPartSize);
  }
  uint64_t PartSize(size_t part) const override {
    return std::min(kPartSize, num_known_ - part * kPartSize);
  }
  Status ReadKnown(size_t part, const KnownSink& sink) const override {
    std::vector<uint8_t> octets(kBatch * 255);
    std::vector<Bytes> batch;
    const uint64_t begin = part * kPartSize, end = begin + PartSize(part);
    for (uint64_t i = begin; i < end; ++i) {
      uint8_t* out = &octets[batch.size() * 255];
      batch.push_back(Bytes(out, generate_(i, out)));
      if (batch.size() < kBatch && i + 1 < end) continue;
      sink(batch);
      batch.clear();
    }
    return Status::Ok();
  }
  Status ReadRevoked(const RevokedSink& sink) const override {
    uint8_t octets[255];
    for (uint64_t i = 0; i < num_revoked_; ++i) sink(0, Bytes(octets, generate_(i, octets)));
    return Status::Ok();
  }

 private:
  static constexpr uint64_t kPartSize = 1 << 16;
  static constexpr size_t kBatch = 64;
  IssuerSpkiHash issuer_;
  uint64_t num_known_, num_revoked_;
  Generate generate_;
};

// A source that holds its lists.
class ListedIssuer : public IssuerSource {
 public:
  struct Revocation {
    uint8_t reason;
    Serial serial;
  };

  explicit ListedIssuer(const IssuerSpkiHash& issuer) : issuer_(issuer) {}

  std::vector<Serial> known;
  std::vector<Revocation> revoked;

  const IssuerSpkiHash& issuer() const override { return issuer_; }
  size_t num_parts() const override { return (known.size() + kPartSize - 1) / kPartSize; }
  uint64_t PartSize(size_t part) const override {
    return std::min(kPartSize, known.size() - part * kPartSize);
  }
  Status ReadKnown(size_t part, const KnownSink& sink) const override {
    const auto begin = known.begin() + static_cast<std::ptrdiff_t>(part * kPartSize);
    const std::vector<Bytes> views(begin, begin + static_cast<std::ptrdiff_t>(PartSize(part)));
    sink(views);
    return Status::Ok();
  }
  Status ReadRevoked(const RevokedSink& sink) const override {
    for (const Revocation& revocation : revoked) sink(revocation.reason, revocation.serial);
    return Status::Ok();
  }

 private:
  static constexpr size_t kPartSize = 777;
  IssuerSpkiHash issuer_;
};

inline IssuerSpkiHash TestIssuer(uint64_t number) {
  IssuerSpkiHash issuer = {};
  for (size_t i = 0; i < 8; ++i) issuer.bytes[i] = static_cast<uint8_t>(number >> (56 - 8 * i));
  issuer.bytes[31] = 0x55;
  return issuer;
}

inline const LogId kTestLog = {{0x42}};

inline std::vector<CoverageInterval> TestCoverage() { return {{kTestLog, 1000, 2000}}; }

// `num_known` different serials of 8 to 20 octets, of which the first `num_revoked` are revoked
// for the reason 1.
inline std::unique_ptr<ListedIssuer> RandomIssuer(uint64_t number, size_t num_known,
                                                  size_t num_revoked) {
  std::mt19937_64 random(number * 1000003 + num_known);
  auto issuer = std::make_unique<ListedIssuer>(TestIssuer(number));
  std::set<Serial> all;
  while (all.size() < num_known) {
    Serial serial(8 + random() % 13);
    for (uint8_t& octet : serial) octet = static_cast<uint8_t>(random());
    if (all.insert(serial).second) issuer->known.push_back(serial);
  }
  for (size_t i = 0; i < num_revoked; ++i) issuer->revoked.push_back({1, issuer->known[i]});
  return issuer;
}

template <typename... Issuers>
Universe MakeUniverse(Issuers... issuers) {
  Universe universe;
  (universe.issuers.push_back(std::move(issuers)), ...);
  return universe;
}

inline BuildResult MustBuild(const Universe& universe, const BuildOptions& options = {}) {
  Result<BuildResult> result = BuildClubcard(universe, TestCoverage(), options);
  EXPECT_TRUE(result.ok()) << result.error().message;
  return result.ok() ? std::move(*result) : BuildResult();
}

inline std::unique_ptr<Clubcard> MustRead(const BuildResult& result) {
  Result<std::unique_ptr<Clubcard>> clubcard =
      result.content.at(0) == 3 ? ReadClubcardV3(result.content) : ReadClubcardV4(result.content);
  EXPECT_TRUE(clubcard.ok()) << clubcard.error().message;
  return clubcard.ok() ? std::move(*clubcard) : nullptr;
}

inline FilterStatus AskAbout(const Clubcard& clubcard, const IssuerSpkiHash& issuer,
                             const Serial& serial) {
  const Sct sct = {kTestLog, 1500};
  return clubcard.Ask({issuer, serial, std::span(&sct, 1)});
}

// Expects the right answer for every known serial. `is_revoked` is the truth.
inline void ExpectTruth(const Clubcard& clubcard, const ListedIssuer& issuer,
                        const std::function<bool(const Serial&)>& is_revoked) {
  for (const Serial& serial : issuer.known) {
    ASSERT_EQ(AskAbout(clubcard, issuer.issuer(), serial),
              is_revoked(serial) ? FilterStatus::kRevoked : FilterStatus::kGood);
  }
}

// The same with the truth from the issuer's own list.
inline void ExpectTruth(const Clubcard& clubcard, const ListedIssuer& issuer) {
  std::set<Serial> revoked;
  for (const auto& revocation : issuer.revoked) revoked.insert(revocation.serial);
  ExpectTruth(clubcard, issuer, [&](const Serial& serial) { return revoked.contains(serial); });
}

}  // namespace crlite
