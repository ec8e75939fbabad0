#include "cascade/builder/universe_directory.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "cascade/base/hex.h"
#include "cascade/builder/line_parts.h"
#include "tests/unit/builder/memory_universe.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;

class UniverseDirectory : public testing::Test {
 protected:
  UniverseDirectory() {
    std::string name = (fs::temp_directory_path() / "crlite-universe-XXXXXX").string();
    root_ = mkdtemp(name.data());
    fs::create_directory(root_ / "known");
    fs::create_directory(root_ / "revoked");
  }
  ~UniverseDirectory() override { fs::remove_all(root_); }

  static std::string Name(uint64_t issuer) {
    return ToBase64(TestIssuer(issuer).bytes, Base64Alphabet::kUrl);
  }
  void Write(const std::string& path, const std::string& text) {
    std::ofstream(root_ / path, std::ios::binary) << text;
  }
  void WriteKnown(const std::string& text) {
    Write("known/" + Name(1), text);
    Write("revoked/" + Name(1), "");
  }
  Result<Universe> Open() { return OpenUniverse(root_ / "known", root_ / "revoked"); }

  static Result<std::vector<std::string>> Known(const IssuerSource& issuer) {
    std::vector<std::string> serials;
    for (size_t part = 0; part < issuer.num_parts(); ++part) {
      const Status status = issuer.ReadKnown(part, [&](std::span<const Bytes> batch) {
        for (Bytes serial : batch) serials.push_back(ToHex(serial));
      });
      if (!status.ok()) return status.error();
    }
    return serials;
  }
  std::string KnownError(const std::string& text) {
    WriteKnown(text);
    const auto serials = Known(*Open()->issuers.at(0));
    return serials.ok() ? "accepted" : serials.error().message;
  }
  std::string RevokedError(const std::string& text) {
    WriteKnown("");
    Write("revoked/" + Name(1), text);
    const Status status = Open()->issuers.at(0)->ReadRevoked([](uint8_t, Bytes) {});
    return status.ok() ? "accepted" : status.error().message;
  }
  std::string KnownPath() const { return (root_ / "known" / Name(1)).string(); }

  fs::path root_;
};

TEST_F(UniverseDirectory, ReadsSerialsAndSkipsExpiryLines) {
  WriteKnown("@65f0a1b2\n01\n00FFab\n@1\n" + std::string(510, 'c') + "\n02");
  const auto universe = Open();
  ASSERT_TRUE(universe.ok());
  const auto serials = Known(*universe->issuers.at(0));
  ASSERT_TRUE(serials.ok()) << serials.error().message;
  EXPECT_EQ(*serials, (std::vector<std::string>{"01", "00ffab", std::string(510, 'c'), "02"}));
}

TEST_F(UniverseDirectory, ReadsRevocationsWithTheirReason) {
  WriteKnown("");
  Write("revoked/" + Name(1), "0100ff\n0922\nff33\n");
  std::vector<std::string> revoked;
  const auto universe = Open();
  ASSERT_TRUE(universe.ok());
  ASSERT_TRUE(universe->issuers.at(0)
                  ->ReadRevoked([&](uint8_t reason, Bytes serial) {
                    revoked.push_back(std::to_string(reason) + ":" + ToHex(serial));
                  })
                  .ok());
  EXPECT_EQ(revoked, (std::vector<std::string>{"1:00ff", "9:22", "255:33"}));
}

TEST_F(UniverseDirectory, ReadsEveryLineOfALargeFileOnce) {
  std::string text;
  std::vector<std::string> want;
  for (int i = 0; text.size() < 3 * LineParts::kPartSize + 1000; ++i) {
    std::string serial = ToHex(Bytes(reinterpret_cast<const uint8_t*>(&i), sizeof i));
    for (int j = i % 17; j > 0; --j) serial += "5a";
    want.push_back(serial);
    text += serial + "\n";
    // Lines that end, or begin, exactly where a part does.
    const size_t rest = LineParts::kPartSize - text.size() % LineParts::kPartSize;
    if (rest > 2 && rest < 60 && rest % 2 == 1) {
      want.push_back(std::string(rest - 1, '7'));
      text += want.back() + "\n";
    }
  }
  WriteKnown(text);
  const auto universe = Open();
  ASSERT_TRUE(universe.ok());
  EXPECT_EQ(universe->issuers.at(0)->num_parts(), 4u);
  const auto serials = Known(*universe->issuers.at(0));
  ASSERT_TRUE(serials.ok()) << serials.error().message;
  EXPECT_EQ(*serials, want);
}

TEST_F(UniverseDirectory, NamesFileAndLineOfAMalformedSerial) {
  const std::string wanted = ", wanted a serial of 1 to 255 octets in hexadecimal";
  EXPECT_EQ(KnownError("01\n@5\nxyz\n"), KnownPath() + ":3: \"xyz\"" + wanted);
  EXPECT_EQ(KnownError("01\n012\n"), KnownPath() + ":2: \"012\"" + wanted);
  EXPECT_EQ(KnownError("01\n\n02\n"), KnownPath() + ":2: \"\"" + wanted);
  EXPECT_EQ(KnownError("01\r\n"), KnownPath() + ":1: \"01\r\"" + wanted);
  EXPECT_NE(KnownError(std::string(512, 'a')), "accepted");
  EXPECT_EQ(KnownError("01\n" + std::string(3000, 'a') + "\n"), KnownPath() + ":2: line too long");
  for (const std::string expiry : {"@", "@g", "@00000000000000001"}) {
    EXPECT_EQ(KnownError("01\n" + expiry + "\n"),
              KnownPath() + ":2: \"" + expiry + "\", wanted @<hex time>");
  }
}

TEST_F(UniverseDirectory, CountsLinesOfEarlierPartsToo) {
  std::string text;
  size_t line = 1;
  for (; text.size() < 2 * LineParts::kPartSize + 77; ++line) text += "0102030405\n";
  EXPECT_EQ(KnownError(text + "bad\n01\n"),
            KnownPath() + ":" + std::to_string(line) +
                ": \"bad\", wanted a serial of 1 to 255 octets in hexadecimal");
}

TEST_F(UniverseDirectory, RefusesMalformedRevocations) {
  for (const std::string line : {"", "0", "01", "0g01", "010", "01xx"}) {
    EXPECT_NE(RevokedError("0101\n" + line + "\n").find(":2: "), std::string::npos) << line;
  }
  EXPECT_EQ(RevokedError("0101\n0102"), "accepted");
}

TEST_F(UniverseDirectory, LeavesOutIssuersWithoutRevocationData) {
  Write("known/" + Name(1), "01\n");
  Write("known/" + Name(2), "01\n");
  Write("revoked/" + Name(2), "");
  Write("revoked/" + Name(3), "0101\n");
  const auto universe = Open();
  ASSERT_TRUE(universe.ok());
  ASSERT_EQ(universe->issuers.size(), 1u);
  EXPECT_TRUE(universe->issuers[0]->issuer() == TestIssuer(2));
  EXPECT_EQ(universe->num_left_out, 1u);
}

TEST_F(UniverseDirectory, RefusesNamesThatAreNoIssuerHash) {
  const std::string good = Name(1);
  for (const std::string& name : {good.substr(0, 43), std::string("README"), std::string(44, 'A'),
                                  std::string(43, '+') + "="}) {
    Write("known/" + name, "");
    EXPECT_FALSE(Open().ok()) << name;
    fs::remove(root_ / "known" / name);
    Write("revoked/" + name, "");
    EXPECT_FALSE(Open().ok()) << name;
    fs::remove(root_ / "revoked" / name);
  }
  EXPECT_TRUE(Open().ok());
}

// Two files of one issuer would hide each other. 43 digits have 258 bits: each of the other three
// last digits that stand for the same 256 bits is refused.
TEST_F(UniverseDirectory, AnIssuerHasOnlyOneName) {
  const std::string name = Name(1);
  const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const size_t last = kDigits.find(name[42]);
  ASSERT_EQ(last % 4, 0u);
  for (size_t unused_bits = 0; unused_bits < 4; ++unused_bits) {
    std::string twin = name;
    twin[42] = kDigits[last + unused_bits];
    Write("known/" + twin, "");
    EXPECT_EQ(Open().ok(), twin == name) << twin;
    if (twin != name) fs::remove(root_ / "known" / twin);
  }
}

TEST_F(UniverseDirectory, ReportsWhatItCannotRead) {
  EXPECT_EQ(OpenUniverse("/nonexistent", root_ / "revoked").error().code, ErrorCode::kIo);
  fs::create_directory(root_ / "known" / Name(1));
  Write("revoked/" + Name(1), "");
  const auto universe = Open();
  ASSERT_FALSE(universe.ok());
  EXPECT_NE(universe.error().message.find("not a regular file"), std::string::npos);
}

}  // namespace
}  // namespace crlite
