// What the host sees of a verdict.
#include <gtest/gtest.h>

#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

TEST(Verdict, RefusesARevokedLeafAsACrlWould) {
  InChild([] {
    World world;
    world.Publish();
    world.host.Load();
    const Verification v = Verify(world.store.get(), world.revoked);
    EXPECT_EQ(v.result, 0);
    EXPECT_EQ(v.error, X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(v.depth, 0);
    EXPECT_TRUE(v.current_is_leaf);
    EXPECT_EQ(v.queued_error, 0u) << "curl reads the first entry";
  });
}

TEST(Verdict, LeavesAGoodLeafAsItWas) {
  InChild([] {
    World world;
    world.Publish();
    const Verification before = Verify(world.store.get(), world.good);
    world.host.Load();
    const Verification after = Verify(world.store.get(), world.good);
    EXPECT_EQ(after.result, 1);
    EXPECT_EQ(after.error, X509_V_OK);
    EXPECT_EQ(after.depth, before.depth);
    EXPECT_EQ(after.current_is_leaf, before.current_is_leaf);
    EXPECT_EQ(after.queued_error, 0u);
  });
}

}  // namespace
}  // namespace crlite::hook
