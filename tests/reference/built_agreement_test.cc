// What the builder makes: a full filter and its deltas tell the truth about every known
// certificate, and the reference, FilterSet and the compiled snapshot agree about all others too.
// CRLITE_AGREEMENT_ROUNDS=n runs n histories, CRLITE_AGREEMENT_QUERIES=n asks n random questions
// about each.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "tests/reference/agreement.h"
#include "tests/unit/builder/memory_universe.h"

namespace crlite {
namespace {

constexpr size_t kDays = 4;  // a full filter and three deltas
constexpr uint64_t kFirstMs = 1'700'000'000'000, kDayMs = 86'400'000;
const LogId kLog = LogNumber(1);

struct Certificate {
  IssuerSpkiHash issuer;
  Serial serial;
  size_t issued = 0;       // day
  size_t revoked = kDays;  // day; kDays: never
};

// The last millisecond that the filter of `day` covers.
uint64_t CoveredUntil(size_t day) { return kFirstMs + (day + 1) * kDayMs - 1; }

// Issuers of all sorts: without certificates at first, with few, with many; with no, some, most and
// all of them revoked. Serials of one issuer are also those of others.
std::vector<Certificate> RandomHistory(uint64_t round, Choices* choices) {
  std::vector<Certificate> history;
  for (size_t i = 0; i < kNumIssuers; ++i) {
    const size_t sizes[] = {1, 2, 20, 300, round % 3 == 0 ? size_t{6000} : size_t{900}};
    const size_t size = sizes[choices->Below(5)];
    const uint64_t percent = std::array<uint64_t, 6>{0, 1, 20, 55, 95, 100}[choices->Below(6)];
    const size_t first_day = choices->OneIn(4) ? choices->Below(kDays) : 0;
    for (size_t n = 0; n < size; ++n) {
      Certificate certificate;
      certificate.issuer = IssuerNumber(i);
      certificate.serial = {static_cast<uint8_t>(n), static_cast<uint8_t>(n >> 8), 0x5a};
      certificate.issued =
          std::max<size_t>(first_day, choices->OneIn(4) ? choices->Below(kDays) : 0);
      if (choices->Below(100) < percent) {
        certificate.revoked = certificate.issued;
        if (choices->OneIn(2)) certificate.revoked += choices->Below(kDays - certificate.issued);
      }
      history.push_back(certificate);
    }
  }
  return history;
}

Universe UniverseOn(size_t day, const std::vector<Certificate>& history) {
  Universe universe;
  for (size_t i = 0; i < kNumIssuers; ++i) {
    auto issuer = std::make_unique<ListedIssuer>(IssuerNumber(i));
    for (const Certificate& certificate : history) {
      if (!(certificate.issuer == issuer->issuer()) || certificate.issued > day) continue;
      issuer->known.push_back(certificate.serial);
      if (certificate.revoked <= day) issuer->revoked.push_back({1, certificate.serial});
    }
    universe.issuers.push_back(std::move(issuer));
  }
  return universe;
}

// The files of all days, one after the other as a builder makes them.
void BuildAll(const std::vector<Certificate>& history, BuildOptions options, Agreement* agreement) {
  Revset previous;
  options.wants_revset = true;
  for (size_t day = 0; day < kDays; ++day) {
    options.previous = day == 0 ? nullptr : &previous;
    options.format = day % 2 == 0 ? Clubcard::Format::kV3 : Clubcard::Format::kV4;
    Result<BuildResult> built =
        BuildClubcard(UniverseOn(day, history), {{kLog, kFirstMs, CoveredUntil(day)}}, options);
    ASSERT_TRUE(built.ok()) << built.error().message;
    ASSERT_EQ(agreement->Add(built->content), "");
    previous = std::move(built->revset);
  }
  ASSERT_EQ(agreement->Compile(), "");
}

uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = getenv(name);
  return text == nullptr ? otherwise : strtoull(text, nullptr, 10);
}

void ExpectTruthAndAgreement(const std::vector<Certificate>& history, const Agreement& agreement,
                             Choices* choices) {
  for (const Certificate& certificate : history) {
    OwnedQuery query{certificate.issuer, certificate.serial, {}};
    query.scts = {{LogNumber(2), kFirstMs},
                  {kLog, CoveredUntil(certificate.issued) - choices->Below(2) * (kDayMs - 1)}};
    ASSERT_EQ(agreement.Compare(query), "");
    const Outcome wanted = certificate.revoked < kDays ? Outcome::kRevoked : Outcome::kNotRevoked;
    ASSERT_EQ(agreement.snapshot().Check(query.View()).outcome, wanted) << query.ToString();
    if (!choices->OneIn(4)) continue;
    // A certificate that nobody knows.
    query.serial[choices->Below(3)] ^= static_cast<uint8_t>(1u << choices->Below(8));
    ASSERT_EQ(agreement.Compare(query), "");
  }
  const uint64_t num_queries = NumberFromEnvironment("CRLITE_AGREEMENT_QUERIES", 3000);
  for (uint64_t i = 0; i < num_queries; ++i) {
    ASSERT_EQ(agreement.Compare(RandomQuery(agreement.clubcards(), choices)), "");
  }
}

class BuiltAgreement : public testing::TestWithParam<bool> {};

TEST_P(BuiltAgreement, FullFilterAndDeltasTellTheTruth) {
  const bool wants_exceptions = GetParam();
  const uint64_t rounds = NumberFromEnvironment("CRLITE_AGREEMENT_ROUNDS", 2);
  size_t num_exceptions = 0, num_inverted = 0, num_empty = 0;
  for (uint64_t round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Choices choices(round);
    const std::vector<Certificate> history = RandomHistory(round, &choices);
    BuildOptions options;
    options.threads = 2;
    if (wants_exceptions) options.exact_effort = options.approximate_effort = {-0.2, 1};
    Agreement agreement;
    ASSERT_NO_FATAL_FAILURE(BuildAll(history, options, &agreement));
    ASSERT_NO_FATAL_FAILURE(ExpectTruthAndAgreement(history, agreement, &choices));
    for (const Clubcard* clubcard : agreement.clubcards()) {
      for (const ClubcardBlock& block : clubcard->blocks) {
        num_exceptions += block.exceptions.count;
        num_inverted += block.inverted ? 1 : 0;
        num_empty += block.approx_m == 0 ? 1 : 0;
      }
    }
  }
  // What the run is about did occur.
  EXPECT_EQ(num_exceptions > 0, wants_exceptions);
  EXPECT_GT(num_inverted, 0u);
  EXPECT_GT(num_empty, 0u);
}

INSTANTIATE_TEST_SUITE_P(, BuiltAgreement, testing::Values(false, true),
                         [](const auto& test) { return test.param ? "Exceptions" : "Ordinary"; });

}  // namespace
}  // namespace crlite
