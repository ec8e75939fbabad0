#include "conf/openssl_cnf/edit.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/support/openssl_cnf_layouts.h"

namespace crlite {
namespace {

OpensslCnf Parse(std::string_view text) {
  const Result<OpensslCnf> cnf = ParseOpensslCnf(text, "test.cnf");
  EXPECT_TRUE(cnf.ok()) << cnf.error().message << "\n" << text;
  return cnf.ok() ? *cnf : OpensslCnf();
}

std::string Enabled(std::string_view text, const CnfAddition& addition = {}) {
  return WithCrliteBlock(text, Parse(text), addition);
}

std::string Disabled(std::string_view text) {
  const Result<std::string> rest = WithoutCrliteBlock(text);
  EXPECT_TRUE(rest.ok()) << rest.error().message;
  return rest.ok() ? *rest : "";
}

std::vector<CnfLayout> AllLayouts() {
  std::vector<CnfLayout> layouts = CnfLayouts();
  std::ifstream file(SystemOpensslCnfPath());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  layouts.push_back({"this machine's", Disabled(text)});
  return layouts;
}

TEST(OpensslCnfEdit, GivesEveryLayoutBackByteForByte) {
  for (const CnfLayout& layout : AllLayouts()) {
    SCOPED_TRACE(layout.name);
    const std::string enabled = Enabled(layout.text, {.module = "/a b/$x#.so", .snapshot = "/s"});
    EXPECT_FALSE(HasCrliteBlock(layout.text));
    EXPECT_TRUE(HasCrliteBlock(enabled));
    EXPECT_TRUE(enabled.starts_with(layout.text)) << "nothing above is touched";
    EXPECT_EQ(Disabled(enabled), layout.text);
    EXPECT_EQ(Disabled(layout.text), layout.text);
    EXPECT_EQ(Enabled(Disabled(Enabled(layout.text))), Enabled(layout.text));
  }
}

TEST(OpensslCnfEdit, ActivatesCrliteInEveryLayoutAndKeepsWhatWasActive) {
  for (const CnfLayout& layout : AllLayouts()) {
    SCOPED_TRACE(layout.name);
    const OpensslCnf before = Parse(layout.text);
    const OpensslCnf after = Parse(Enabled(layout.text));
    EXPECT_TRUE(after.IsActive("crlite"));
    EXPECT_TRUE(after.IsActive("default") || after.IsActive("fips"));
    EXPECT_FALSE(after.nodejs_section.empty());
    EXPECT_TRUE(ComplaintsAboutCrliteSection(*after.Find("crlite")).empty());
    for (const CnfProvider& provider : before.providers) {
      EXPECT_TRUE(!provider.is_active || after.IsActive(provider.name)) << provider.name;
    }
    for (const CnfProvider& provider : after.providers) {
      EXPECT_TRUE(!provider.is_active || before.IsActive(provider.name) ||
                  provider.name == "crlite" || provider.name == "default")
          << provider.name << " was not active";
    }
  }
}

TEST(OpensslCnfEdit, AddsDefaultOnlyWhereNothingElseWouldServe) {
  const auto adds_default = [](std::string_view text, bool needs_default = false) {
    return Parse(Enabled(text, {.needs_default = needs_default})).IsActive("default");
  };
  const std::string fips =
      "openssl_conf = i\n[i]\nproviders = p\n[p]\nfips = f\n[f]\nactivate = 1\n";
  EXPECT_FALSE(adds_default(fips));
  EXPECT_TRUE(adds_default(fips, true));
  EXPECT_TRUE(adds_default(""));
}

TEST(OpensslCnfEdit, ActivatesDefaultBeforeTheModule) {
  const OpensslCnf cnf = Parse(Enabled(""));
  ASSERT_EQ(cnf.providers.size(), 2u);
  EXPECT_EQ(cnf.providers[0].name, "default");
  EXPECT_EQ(cnf.providers[1].name, "crlite");
}

TEST(OpensslCnfEdit, LeavesNodejsConfAlone) {
  const OpensslCnf cnf = Parse(Enabled("nodejs_conf = mine\nopenssl_conf = init\n"));
  EXPECT_EQ(cnf.nodejs_section, "mine");
  EXPECT_EQ(cnf.init_section, "init");
}

TEST(OpensslCnfEdit, WritesPathsSoThatLibcryptoReadsThemBack) {
  for (const char* path : {"/plain.so", "/a b/c.so", "/$HOME/x", "/a#b", "/q\"uo'te`", "/b\\s"}) {
    const OpensslCnf cnf = Parse(Enabled("", {.module = path, .snapshot = path}));
    EXPECT_EQ(cnf.Find("crlite")->values.at("module"), path);
    EXPECT_EQ(cnf.Find("crlite")->values.at("snapshot"), path);
    EXPECT_TRUE(IsPlainPath(path));
  }
  for (const char* path : {"/new\nline", " /a", "/a ", "/a\r"}) EXPECT_FALSE(IsPlainPath(path));
}

TEST(OpensslCnfEdit, KeepsWhatWasChangedAroundTheBlock) {
  const std::string enabled = Enabled("a = b");
  EXPECT_EQ(Disabled("new = 1\n" + enabled + "[late]\nc = d\n"), "new = 1\na = b\n[late]\nc = d\n");
}

TEST(OpensslCnfEdit, UsesTheLineEndsOfTheFile) {
  const std::string enabled = Enabled("a = b\r\n");
  for (size_t i = 0; i < enabled.size(); i++) {
    if (enabled[i] == '\n') {
      EXPECT_EQ(enabled[i - 1], '\r') << i;
    }
  }
}

TEST(OpensslCnfEdit, RefusesABlockWithoutItsEnd) {
  const std::string enabled = Enabled("a = b\n");
  const std::string cut = enabled.substr(0, enabled.find("# END crlite"));
  for (const std::string& text : {cut, cut + enabled}) {
    const Result<std::string> rest = WithoutCrliteBlock(text);
    ASSERT_FALSE(rest.ok());
    EXPECT_EQ(rest.error().code, ErrorCode::kConfiguration);
  }
}

}  // namespace
}  // namespace crlite
