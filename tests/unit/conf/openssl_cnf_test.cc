#include "conf/openssl_cnf/openssl_cnf.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

OpensslCnf Parse(std::string_view text) {
  const Result<OpensslCnf> cnf = ParseOpensslCnf(text, "test.cnf");
  EXPECT_TRUE(cnf.ok()) << cnf.error().message;
  return cnf.ok() ? *cnf : OpensslCnf();
}

std::string ErrorOf(std::string_view text) {
  const Result<OpensslCnf> cnf = ParseOpensslCnf(text, "test.cnf");
  EXPECT_FALSE(cnf.ok());
  EXPECT_EQ(cnf.error().code, ErrorCode::kConfiguration);
  return cnf.error().message;
}

constexpr char kProviders[] = R"(openssl_conf = init
[init]
providers = list
[list]
default = base
legacy = old
[base]
activate = 1
[old]
)";

TEST(OpensslCnf, FollowsTheNamesFromTheDefaultSection) {
  const OpensslCnf cnf = Parse(std::string("nodejs_conf = node\n") + kProviders);
  EXPECT_EQ(cnf.path, "test.cnf");
  EXPECT_EQ(cnf.init_section, "init");
  EXPECT_EQ(cnf.providers_section, "list");
  EXPECT_EQ(cnf.nodejs_section, "node");
  ASSERT_EQ(cnf.providers.size(), 2u);
  EXPECT_TRUE(cnf.IsActive("default"));
  EXPECT_FALSE(cnf.IsActive("legacy")) << "no activate";
  EXPECT_EQ(cnf.Find("legacy")->section, "old");
  EXPECT_TRUE(cnf.Find("legacy")->has_section);
  EXPECT_EQ(cnf.Find("crlite"), nullptr);
}

TEST(OpensslCnf, ReadsNothingFromAnEmptyFile) {
  const OpensslCnf cnf = Parse("");
  EXPECT_EQ(cnf.init_section + cnf.providers_section + cnf.nodejs_section, "");
  EXPECT_TRUE(cnf.providers.empty());
  EXPECT_TRUE(ReadOpensslCnf("/dev/null").ok()) << "the way to switch the file off";
}

TEST(OpensslCnf, DoesNotWaitForEverForWhatIsIncluded) {
  const TemporaryDirectory folder;
  const std::string fifo = folder.path() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string error = ErrorOf(kProviders + (".include = " + fifo) + "\n");
  EXPECT_NE(error.find("include"), std::string::npos) << error;
  EXPECT_TRUE(ParseOpensslCnf(kProviders, "test.cnf").ok()) << "the next one is read as ever";

  sigset_t alarm, before, after;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &alarm, &before);
  EXPECT_EQ(ErrorOf(kProviders + (".include = " + fifo) + "\n"), error);
  pthread_sigmask(SIG_SETMASK, &before, &after);
  EXPECT_EQ(sigismember(&after, SIGALRM), 1) << "as blocked as it was";
}

TEST(OpensslCnf, MergesSectionsAndLetsTheLastValueWin) {
  const OpensslCnf cnf = Parse(std::string(kProviders) +
                               "[old]\nmodule = one\n[base]\nmodule = two\n[old]\nactivate = 1\n"
                               "module = three\n[list]\ndefault = second\n[second]\n");
  EXPECT_TRUE(cnf.IsActive("legacy"));
  EXPECT_EQ(cnf.Find("legacy")->values.at("module"), "three");
  EXPECT_EQ(cnf.providers.back().name, "default") << "a name said again moves to the end";
  EXPECT_EQ(cnf.Find("default")->section, "second");
}

TEST(OpensslCnf, CallsTheSectionOfLinesWithoutOneDefault) {
  EXPECT_EQ(Parse("[other]\na = b\n[ default ]\nopenssl_conf = init\n").init_section, "init");
}

TEST(OpensslCnf, StripsPrefixesAndReadsIdentity) {
  const OpensslCnf cnf = Parse(
      "openssl_conf = i\n[i]\nproviders.1 = p\nproviders.2 = q\n[p]\nx.default = d\n"
      "[q]\nfoo = n\n[d]\nactivate = 1\n[n]\nidentity = null\nactivate = 1\n");
  EXPECT_TRUE(cnf.IsActive("default"));
  EXPECT_TRUE(cnf.IsActive("null"));
  EXPECT_EQ(cnf.providers_section, "p");
}

TEST(OpensslCnf, StopsWhereLibcryptoStops) {
  const OpensslCnf cnf = Parse(
      "openssl_conf = i\n[i]\nproviders = p\n[p]\nbase = b\nfips = missing\ndefault = b\n"
      "[b]\nactivate = 1\n");
  EXPECT_TRUE(cnf.IsActive("base"));
  EXPECT_FALSE(cnf.Find("fips")->has_section);
  EXPECT_FALSE(cnf.IsActive("fips"));
  EXPECT_FALSE(cnf.IsActive("default"));
}

// What `activate` means changed in OpenSSL 3.3.
TEST(OpensslCnf, ReadsActivateAsTheLibcryptoAtHand) {
  const bool reads_value = OpenSSL_version_num() >= 0x30300000UL;
  for (const char* value : {"1", "yes", "TRUE", "on", "0", "no", "FALSE", "off", "Yes", "maybe"}) {
    const OpensslCnf cnf =
        Parse(std::string("openssl_conf = i\n[i]\nproviders = p\n[p]\nbase = b\ndefault = d\n[b]\n"
                          "activate = ") +
              value + "\n[d]\nactivate = 1\n");
    const std::string text = value;
    const bool is_on = text == "1" || text == "yes" || text == "TRUE" || text == "on";
    const bool is_bad = text == "Yes" || text == "maybe";
    EXPECT_EQ(cnf.IsActive("base"), is_on || !reads_value) << value;
    EXPECT_EQ(cnf.IsActive("default"), !is_bad || !reads_value) << value;
  }
}

TEST(OpensslCnf, ReadsIncludesAndVariables) {
  std::string folder = testing::TempDir() + "crlite-cnf-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::ofstream(folder + "/list.cnf") << "[list]\ndefault = base\n";
  setenv("CRLITE_TEST_SECTION", "init", 1);
  const OpensslCnf cnf = Parse(
      "openssl_conf = $ENV::CRLITE_TEST_SECTION\n[init]\n"
      "name = list\nproviders = ${name}\n.include = " +
      folder + "/list.cnf\n.include " + folder +
      "\n.include /no/such/file\n[base]\nactivate = 1\n");
  EXPECT_TRUE(cnf.IsActive("default"));
  std::filesystem::remove_all(folder);
}

TEST(OpensslCnf, NamesTheBrokenLine) {
  EXPECT_EQ(ErrorOf("a = b\n[init\n").substr(0, 17), "test.cnf: line 2:");
  EXPECT_NE(ErrorOf("a = b\n\nno equal sign\n").find("line 3: missing equal sign"),
            std::string::npos);
  EXPECT_NE(ErrorOf("a = $nothing\n").find("line 1: variable has no value;"), std::string::npos);
  EXPECT_NE(ErrorOf("a = b\n[init\n").find("programs ignore the whole file"), std::string::npos);
  EXPECT_NE(ErrorOf(std::string_view("a\0b", 3)).find("byte 1 is NUL"), std::string::npos);
}

TEST(OpensslCnf, TellsAMissingFileFromABrokenOne) {
  const Result<OpensslCnf> cnf = ReadOpensslCnf("/no/such/openssl.cnf");
  ASSERT_FALSE(cnf.ok());
  EXPECT_EQ(cnf.error().code, ErrorCode::kIo);
}

TEST(OpensslCnf, FindsTheFileOfTheSystemAndOfTheEnvironment) {
  unsetenv("OPENSSL_CONF");
  EXPECT_EQ(EffectiveOpensslCnfPath(), SystemOpensslCnfPath());
  setenv("OPENSSL_CONF", "/elsewhere.cnf", 1);
  EXPECT_EQ(EffectiveOpensslCnfPath(), "/elsewhere.cnf");
  EXPECT_NE(SystemOpensslCnfPath(), "/elsewhere.cnf");
  unsetenv("OPENSSL_CONF");
}

TEST(OpensslCnf, ComplainsAboutWhatTheModuleIgnores) {
  CnfProvider crlite;
  crlite.values = {{"activate", "1"},  {"identity", "crlite"}, {"journal", "no"},
                   {"mode", "shadow"}, {"module", "/m.so"},    {"reload", "yes"},
                   {"snapshot", "/s"}, {"soft_load", "1"}};
  EXPECT_TRUE(ComplaintsAboutCrliteSection(crlite).empty());
  crlite.values = {{"mode", "strict"}, {"reload", "1"}, {"snapshots", "/s"}};
  const std::vector<std::string> complaints = ComplaintsAboutCrliteSection(crlite);
  ASSERT_EQ(complaints.size(), 3u);
  EXPECT_EQ(complaints[0], "mode: 'strict' is ignored; allowed are enforce, shadow, off");
  EXPECT_EQ(complaints[1], "reload: '1' is ignored; allowed are yes, no");
  EXPECT_EQ(complaints[2].substr(0, 18), "snapshots: unknown");
}

}  // namespace
}  // namespace crlite
