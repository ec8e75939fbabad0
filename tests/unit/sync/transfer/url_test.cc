#include "sync/transfer/url.h"

#include <gtest/gtest.h>

namespace crlite {
namespace {

TEST(Url, HttpsIsForAllAndHttpForLoopback) {
  for (const char* url :
       {"https://example.org/", "https://example.org", "https://[2001:db8::1]:8/x/",
        "http://127.0.0.1/", "http://127.255.255.254:81/", "http://[::1]/",
        "http://localhost:8080/", "HTTPS://example.org/"}) {
    for (const Vouching vouching : {Vouching::kTransport, Vouching::kSignature}) {
      EXPECT_TRUE(CheckUrl(url, vouching).ok()) << url;
    }
  }
}

TEST(Url, HttpElsewhereNeedsASignature) {
  for (const char* url :
       {"http://example.org/", "http://128.0.0.1/", "http://127.0.0.1.example.org/",
        "http://localhost.example.org/", "http://[::2]/", "http://10.0.0.1/"}) {
    const Status transport = CheckUrl(url, Vouching::kTransport);
    ASSERT_FALSE(transport.ok()) << url;
    EXPECT_EQ(ExitCodeOf(transport.error().code), 78);
    EXPECT_NE(transport.error().message.find("only https is accepted"), std::string::npos);
    EXPECT_TRUE(CheckUrl(url, Vouching::kSignature).ok()) << url;
  }
}

TEST(Url, RefusesOtherSchemesUserQueryAndFragment) {
  for (const char* url :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "https://u@example.org/",
        "https://u:p@example.org/", "http://127.0.0.1@example.org/",
        "https://example.org/?x=", "https://example.org/#a", "https://", "x", ""}) {
    for (const Vouching vouching : {Vouching::kTransport, Vouching::kSignature}) {
      EXPECT_FALSE(CheckUrl(url, vouching).ok()) << url;
    }
  }
}

}  // namespace
}  // namespace crlite
