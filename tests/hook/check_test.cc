// From a context to a finding and what is told of it, without the hook.
#include "provider/check.h"

#include <gtest/gtest.h>

#include "cascade/live/report.h"
#include "provider/process.h"
#include "tests/hook/bound_libcrypto.h"
#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

TEST(CheckChain, WithoutAChainThereIsNoCertificate) {
  InChild([] {
    World world;
    world.Publish();
    SnapshotPaths paths;
    ASSERT_TRUE(paths.Set(world.host.snapshot().c_str()));
    ProcessStore().Open(&paths, /*reload=*/true);
    const Ptr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
    X509_STORE_CTX_init(ctx.get(), world.store.get(), world.revoked.x509.get(), nullptr);
    {
      Finding finding;
      CheckChain(BoundLibcrypto(), ctx.get(), Settings(),
                 &finding);  // nothing has built a chain yet
      EXPECT_EQ(finding.verdict.outcome, Outcome::kNotCovered);
      EXPECT_EQ(finding.verdict.reason, Reason::kNoCertificate);
      EXPECT_EQ(finding.decision.refusal, Refusal::kNone);
      EXPECT_EQ(finding.decision.report, Refusal::kNone);
    }
    EXPECT_EQ(VerifyIn(ctx.get(), world.revoked).error, X509_V_OK);
    Finding finding;
    CheckChain(BoundLibcrypto(), ctx.get(), Settings(), &finding);
    EXPECT_EQ(finding.verdict.outcome, Outcome::kRevoked);
    EXPECT_EQ(finding.decision.refusal, Refusal::kRevoked);
  });
}

// doctor's handshake, run by a monitor, is nothing that anybody should hear of.
TEST(ReportFinding, IsSilentAboutTheSelfTest) {
  InChild([] {
    const auto lines_about = [](std::string_view filter) {
      Finding finding;
      finding.decision = {Refusal::kRevoked, Refusal::kRevoked};
      memcpy(finding.filter, filter.data(), filter.size());
      finding.filter_size = filter.size();
      const size_t before = JournalLines().size();
      ReportFinding(finding, &ProcessJournal());
      return JournalLines().size() - before;
    };
    EXPECT_EQ(lines_about("self-test"), 0u);
    EXPECT_EQ(lines_about("self-test2"), 1u);
    EXPECT_EQ(lines_about("self-tes"), 1u);
  });
}

}  // namespace
}  // namespace crlite::hook
