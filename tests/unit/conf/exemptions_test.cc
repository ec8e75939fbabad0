#include "conf/exemptions.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <thread>

#include "cascade/base/hex.h"
#include "conf/config.h"
#include "conf/exemptions_file.h"
#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

constexpr uint64_t kNow = 1'790'000'000'000;  // 2026-09-21T14:13:20Z
constexpr char kHash[] = "f11c3dd048f74edb7c45192b83e5980d2f67ec84b4ddb9396e33ff5173ed698f";

std::vector<Exemption> Parsed(const std::string& text) {
  Result<std::vector<Exemption>> exemptions = ParseExemptions(text, "exemptions.yaml", kNow);
  EXPECT_TRUE(exemptions.ok()) << exemptions.error().message << "\n" << text;
  return exemptions.ok() ? *exemptions : std::vector<Exemption>();
}

std::string ErrorOf(const std::string& text) {
  const Result<std::vector<Exemption>> exemptions = ParseExemptions(text, "exemptions.yaml", kNow);
  EXPECT_FALSE(exemptions.ok()) << text;
  if (exemptions.ok()) return "";
  EXPECT_EQ(ExitCodeOf(exemptions.error().code), 78);
  return exemptions.error().message;
}

// One exemption; each line can be replaced by another, or left out by an empty one.
struct Lines {
  std::string issuer = std::string("issuer-spki: ") + kHash;
  std::string serial = "serial: 00da4F";
  std::string leaf;
  std::string reason = "reason: ticket 17";
  std::string added = "added: 2026-09-21T00:00:00Z";
  std::string until = "until: 2026-10-01T23:59:59Z";

  std::string Text() const {
    std::string text = "exemptions:";
    std::string begin = "\n  - ";
    for (const std::string& line : {issuer, serial, leaf, reason, added, until}) {
      if (line.empty()) continue;
      text += begin + line;
      begin = "\n    ";
    }
    return text + "\n";
  }
};

TEST(Exemptions, NothingMeansNone) {
  for (const char* text : {"", "# none\n", "exemptions:\n", "exemptions: []\n"}) {
    EXPECT_TRUE(Parsed(text).empty()) << text;
  }
}

TEST(Exemptions, ReadsACertificate) {
  const std::vector<Exemption> exemptions = Parsed(Lines().Text());
  ASSERT_EQ(exemptions.size(), 1u);
  const Exemption& exemption = exemptions[0];
  EXPECT_EQ(exemption.kind, Exemption::Kind::kCertificate);
  EXPECT_EQ(ToHex(exemption.issuer.bytes), kHash);
  EXPECT_EQ(ToHex(exemption.serial), "00da4f");
  EXPECT_EQ(exemption.reason, "ticket 17");
  EXPECT_EQ(exemption.added_ms, 1'789'948'800'000u);
  EXPECT_EQ(exemption.until_ms, 1'790'899'199'000u);
  EXPECT_EQ(exemption.line, 2);
  EXPECT_TRUE(exemption.Key() == CertificateExemptionKey(exemption.issuer, exemption.serial));
  EXPECT_EQ(exemption.Id(), ToHex(exemption.Key().bytes).substr(0, 16));
}

TEST(Exemptions, ReadsAKey) {
  Lines lines;
  lines.issuer = lines.serial = "";
  lines.leaf = std::string("leaf-spki: ") + kHash;
  const std::vector<Exemption> exemptions = Parsed(lines.Text());
  ASSERT_EQ(exemptions.size(), 1u);
  EXPECT_EQ(exemptions[0].kind, Exemption::Kind::kLeafKey);
  EXPECT_TRUE(exemptions[0].Key() == LeafKeyExemptionKey(exemptions[0].leaf_spki.bytes));
}

TEST(Exemptions, AnIssuerAloneCannotBeExempt) {
  Lines lines;
  lines.serial = "";
  EXPECT_EQ(ErrorOf(lines.Text()),
            "exemptions.yaml: line 2: exemption: issuer-spki without serial: an issuer alone "
            "cannot be exempt; wanted the serial of one certificate too");
}

TEST(Exemptions, IsEitherACertificateOrAKey) {
  const std::string leaf = std::string("leaf-spki: ") + kHash;
  Lines both, neither, serial_alone, leaf_and_serial;
  both.leaf = leaf;
  neither.issuer = neither.serial = "";
  serial_alone.issuer = "";
  leaf_and_serial.issuer = "";
  leaf_and_serial.leaf = leaf;
  for (const Lines& lines : {both, neither, serial_alone, leaf_and_serial}) {
    EXPECT_EQ(ErrorOf(lines.Text()),
              "exemptions.yaml: line 2: exemption: wanted either issuer-spki and serial, or "
              "leaf-spki");
  }
}

TEST(Exemptions, RefusesUnknownRepeatedAndMissingKeys) {
  EXPECT_EQ(ErrorOf("exemption: []\n"),
            "exemptions.yaml: line 1: file: unknown key \"exemption\", allowed are exemptions");
  Lines lines;
  lines.leaf = "host: example.org";
  EXPECT_EQ(ErrorOf(lines.Text()),
            "exemptions.yaml: line 4: exemption: unknown key \"host\", allowed are issuer-spki, "
            "serial, leaf-spki, reason, added, until");
  lines.leaf = lines.serial;
  EXPECT_EQ(ErrorOf(lines.Text()),
            "exemptions.yaml: line 4: exemption: key \"serial\" for the second time");
  for (std::string Lines::*key : {&Lines::reason, &Lines::added, &Lines::until}) {
    Lines without;
    const std::string name = (without.*key).substr(0, (without.*key).find(':'));
    without.*key = "";
    EXPECT_EQ(ErrorOf(without.Text()),
              "exemptions.yaml: line 2: exemption: key \"" + name + "\" is missing");
  }
}

TEST(Exemptions, RefusesWrongValuesAndSaysWhatIsAllowed) {
  const struct {
    std::string Lines::*key;
    std::string line;
    std::string message;
  } kCases[] = {
      {&Lines::issuer, "issuer-spki: f11c", "line 2: issuer-spki: found f11c, wanted 64 hex"},
      {&Lines::serial, "serial: 123", "line 3: serial: found 123, wanted 2 to 510 hexadecimal"},
      {&Lines::serial, "serial: 0g", "line 3: serial: found 0g, wanted"},
      {&Lines::serial, "serial: " + std::string(512, 'a'), "line 3: serial: found aaa"},
      {&Lines::serial, "serial: [1]", "line 3: serial: found no single value, wanted text"},
      {&Lines::reason, "reason: \"\"", "line 4: reason: found nothing, wanted text"},
      {&Lines::reason, "reason: \"two\\nlines\"", "line 4: reason: found 9 bytes, wanted one line"},
      {&Lines::reason, "reason: " + std::string(201, 'x'), "line 4: reason: found 201 bytes"},
      {&Lines::added, "added: yesterday", "line 5: added: found yesterday, wanted a time such as"},
      {&Lines::until, "until: 2026-10-01", "line 6: until: found 2026-10-01, wanted a time such"},
      {&Lines::until, "until: 1960-01-01T00:00:00Z", "line 6: until: found 1960"},
  };
  for (const auto& test : kCases) {
    Lines lines;
    lines.*test.key = test.line;
    EXPECT_EQ(ErrorOf(lines.Text()).find("exemptions.yaml: " + test.message), 0u)
        << ErrorOf(lines.Text());
  }
  EXPECT_EQ(ErrorOf("exemptions: 5\n").find("exemptions.yaml: line 1: exemptions: wanted a list"),
            0u);
  EXPECT_EQ(ErrorOf("exemptions:\n  - 5\n").find("exemptions.yaml: line 2: exemption: wanted"), 0u);
  EXPECT_EQ(ErrorOf("a: [\n").find("exemptions.yaml: line 2: not valid YAML"), 0u);
}

TEST(Exemptions, EndWithinNinetyDaysAndADayOrHaveEnded) {
  Lines lines;
  lines.until = "until: 2026-12-21T14:13:20Z";  // a day more, for clocks that differ
  EXPECT_EQ(Parsed(lines.Text()).size(), 1u);
  lines.until = "until: 2026-12-21T14:13:21Z";
  EXPECT_EQ(ErrorOf(lines.Text()),
            "exemptions.yaml: line 6: until: found 2026-12-21T14:13:21Z, wanted at most 90 days "
            "from now, 2026-12-20T14:13:20Z");
  lines.until = "until: 2020-01-01T00:00:00Z";
  EXPECT_EQ(Parsed(lines.Text()).size(), 1u) << "ended, but no error";
}

TEST(Exemptions, RefusesTheSameForTheSecondTime) {
  Lines lines;
  const std::string once = lines.Text();
  const std::string again = once.substr(once.find('\n') + 1);
  EXPECT_EQ(ErrorOf(once + again),
            "exemptions.yaml: line 7: exemption: the same for the second time, first on line 2");
}

TEST(Exemptions, HasALimit) {
  std::string text = "exemptions:\n";
  for (size_t i = 0; i <= kMaxExemptions; ++i) text += "  - {}\n";
  EXPECT_EQ(ErrorOf(text), "exemptions.yaml: line 2: exemptions: 1001 entries, at most 1000");
}

bool Same(const Exemption& a, const Exemption& b) {
  return a.Key() == b.Key() && a.reason == b.reason && a.added_ms == b.added_ms &&
         a.until_ms == b.until_ms;
}

TEST(Exemptions, TextIsReadBack) {
  std::mt19937_64 random(4);
  std::vector<Exemption> exemptions(300);
  for (Exemption& exemption : exemptions) {
    const bool is_key = random() % 3 == 0;
    exemption.kind = is_key ? Exemption::Kind::kLeafKey : Exemption::Kind::kCertificate;
    for (uint8_t& byte : exemption.leaf_spki.bytes) byte = static_cast<uint8_t>(random());
    for (uint8_t& byte : exemption.issuer.bytes) byte = static_cast<uint8_t>(random());
    exemption.serial.resize(1 + random() % 255);
    for (uint8_t& byte : exemption.serial) byte = static_cast<uint8_t>(random());
    while (exemption.reason.size() < 1 + random() % kMaxReasonSize) {
      exemption.reason += static_cast<char>(0x20 + random() % (0x7f - 0x20));
    }
    exemption.added_ms = (kNow - random() % kNow) / 1000 * 1000;
    exemption.until_ms = kNow + random() % 1000 * 1000;
  }
  exemptions[0].reason = "\"quoted\" \\ # : - 'x' \xc3\xa9 \xe2\x82\xac";
  exemptions[1].reason = " ";
  exemptions[2].reason = "\xf0\x9f\x99\x82";
  const std::vector<Exemption> read = Parsed(ExemptionsToText(exemptions));
  ASSERT_EQ(read.size(), exemptions.size());
  for (size_t i = 0; i < read.size(); ++i) {
    EXPECT_TRUE(Same(read[i], exemptions[i])) << exemptions[i].reason << "\n" << read[i].reason;
  }
  EXPECT_TRUE(Parsed(ExemptionsToText({})).empty());
}

class ExemptionsFile : public testing::Test {
 protected:
  ExemptionsFile() : path_(ExemptionsPathBeside(directory_.path() + "/config.yaml")) {}

  void Write(const std::string& text, mode_t mode = 0644) {
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
  }
  std::string LoadError() {
    const Result<std::vector<Exemption>> loaded = LoadExemptions(path_, kNow);
    EXPECT_FALSE(loaded.ok());
    EXPECT_EQ(ExitCodeOf(loaded.error().code), 78);
    return loaded.ok() ? "" : loaded.error().message;
  }

  TemporaryDirectory directory_;
  const std::string path_;
};

TEST_F(ExemptionsFile, LiesBesideConfigYaml) {
  EXPECT_EQ(path_, directory_.path() + "/exemptions.yaml");
  EXPECT_EQ(ExemptionsPathBeside("config.yaml"), "./exemptions.yaml");
  EXPECT_EQ(LoadConfig(directory_.path() + "/config.yaml", false)->exemptions_file, path_);
  std::ofstream(directory_.path() + "/config.yaml") << "policy:\n";
  EXPECT_EQ(LoadConfig(directory_.path() + "/config.yaml", true)->exemptions_file, path_);
}

TEST_F(ExemptionsFile, AMissingOneHasNone) {
  const Result<std::vector<Exemption>> loaded = LoadExemptions(path_, kNow);
  ASSERT_TRUE(loaded.ok());
  EXPECT_TRUE(loaded->empty());
}

TEST_F(ExemptionsFile, IsRefusedWhenOthersMayWriteIt) {
  for (const mode_t mode : {0664, 0646, 0666}) {
    Write(Lines().Text(), mode);
    EXPECT_NE(LoadError().find("chmod go-w " + path_), std::string::npos) << LoadError();
  }
  Write(Lines().Text(), 0600);
  EXPECT_EQ(LoadExemptions(path_, kNow)->size(), 1u);
}

TEST_F(ExemptionsFile, IsRefusedWhenSomebodyElseOwnsIt) {
  if (geteuid() != 0) GTEST_SKIP() << "skipped: needs root";
  Write(Lines().Text());
  ASSERT_EQ(chown(path_.c_str(), 4242, 4242), 0);
  EXPECT_EQ(LoadError(), path_ +
                             ": owned by user 4242, wanted root; if its content is right, "
                             "chown root " +
                             path_);
}

TEST_F(ExemptionsFile, IsWrittenForAllToRead) {
  const mode_t old_mask = umask(077);
  ASSERT_TRUE(WriteExemptions(path_, Parsed(Lines().Text())).ok());
  umask(old_mask);
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644u);
  EXPECT_EQ(LoadExemptions(path_, kNow)->size(), 1u);
}

// Each adds its own; without the lock they would overwrite each other's.
TEST_F(ExemptionsFile, LosesNothingWhenManyAddAtOnce) {
  constexpr size_t kThreads = 8, kRounds = 20;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([this, i] {
      for (size_t round = 0; round < kRounds; ++round) {
        const Result<ExemptionsLock> lock = ExemptionsLock::Acquire(path_);
        ASSERT_TRUE(lock.ok()) << lock.error().message;
        std::vector<Exemption> exemptions = *LoadExemptions(path_, kNow);
        Exemption mine = Parsed(Lines().Text())[0];
        mine.serial = {static_cast<uint8_t>(i), static_cast<uint8_t>(round)};
        exemptions.push_back(mine);
        ASSERT_TRUE(WriteExemptions(path_, exemptions).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(LoadExemptions(path_, kNow)->size(), kThreads * kRounds);
}

}  // namespace
}  // namespace crlite
