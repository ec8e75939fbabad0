// The same chains under the same policy: attached, with the callback alone, and with the module.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/hook/callbacks.h"
#include "tests/library/openssl/handshake.h"

namespace crlite::hook {
namespace {

constexpr int kRevoked = X509_V_ERR_CERT_REVOKED;
constexpr int kNoData = X509_V_ERR_UNABLE_TO_GET_CRL;

// One chain and what is done with it.
struct Case {
  std::string name;
  int error;         // of the verification
  size_t num_lines;  // in the journal
  std::function<void(World*)> publish;
  std::function<Certificate(const World&)> leaf = [](const World& world) {
    return Decode(world.revoked.Der());
  };
  Setup setup = nullptr;
  bool has_callback = false;  // in `setup`: then ours cannot be the only one
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

void Publish(World* world) { world->Publish(); }

// Data that knows the revoked one, and denies everything else that it is asked.
void PublishDenying(World* world) {
  world->host.policy.stale = world->host.policy.damaged = world->host.policy.never_provisioned =
      Action::kDeny;
  world->host.data_time = time(nullptr) - 365 * 86400;
  world->Publish();
}

std::function<void(World*)> WithPolicy(const std::function<void(Policy*)>& change) {
  return [change](World* world) {
    change(&world->host.policy);
    world->Publish();
  };
}

Certificate Good(const World& world) { return Decode(world.good.Der()); }

// The revoked one with something changed.
std::function<Certificate(const World&)> Leaf(
    const std::function<void(CertificateOptions*)>& change) {
  return [change](const World& world) {
    CertificateOptions options;
    options.serial = {0x02};
    change(&options);
    return Issue(&world.root, options);
  };
}

Setup WithCallback(X509_STORE_CTX_verify_cb callback) {
  return [callback](X509_STORE_CTX* ctx) { X509_STORE_CTX_set_verify_cb(ctx, callback); };
}
Setup At(time_t time) {
  return [time](X509_STORE_CTX* ctx) {
    X509_STORE_CTX_set_time(ctx, 0, time);
    X509_STORE_CTX_set_verify_cb(ctx, AcceptAll);
  };
}

uint64_t InAnHour() { return static_cast<uint64_t>(time(nullptr) + 3600) * 1000; }

std::vector<Case> Verdicts() {
  return {
      {"Revoked", kRevoked, 1, Publish},
      {"Good", X509_V_OK, 0, Publish, Good},
      {"OfAnotherIssuer", X509_V_OK, 0,
       [](World* world) { world->host.Publish(MakeRoot("other").SpkiHash(), {{0x02}}); }},
      {"OfAnRsaIssuer", kRevoked, 1,
       [](World* world) {
         world->root = MakeRoot("root", "RSA");
         world->store = StoreOf(world->root);
         world->Publish();
       },
       Leaf([](CertificateOptions*) {})},
      {"Shadow", X509_V_OK, 1, WithPolicy([](Policy* policy) { policy->mode = Mode::kShadow; })},
      {"Off", X509_V_OK, 0, WithPolicy([](Policy* policy) { policy->mode = Mode::kOff; })},
      {"TurnedOffByTheEnvironment", X509_V_OK, 0,
       [](World* world) {
         setenv("CRLITE_MODE", "off", 1);
         world->Publish();
       }},
      {"InsistingOnTheMode", kRevoked, 1,
       [](World* world) {
         setenv("CRLITE_MODE", "off", 1);
         world->host.policy.insist = true;
         world->Publish();
       }},
      {"OverriddenByTheCallback", kRevoked, 1, Publish,
       [](const World& world) { return Decode(world.revoked.Der()); }, WithCallback(AcceptAll),
       true},
      {"ClearedByTheCallback", X509_V_OK, 1, Publish,
       [](const World& world) { return Decode(world.revoked.Der()); },
       WithCallback(AcceptAllAndClear), true},
      {"InsistingOnTheRefusal", kRevoked, 1,
       WithPolicy([](Policy* policy) { policy->insist = true; }),
       [](const World& world) { return Decode(world.revoked.Der()); },
       WithCallback(AcceptAllAndClear), true},
      {"ExemptBySerial", X509_V_OK, 1,
       [](World* world) {
         world->host.exemptions = {
             {CertificateExemptionKey(world->root.SpkiHash(), ByteVector{0x02}), InAnHour()}};
         world->Publish();
       }},
      {"ExemptByKey", X509_V_OK, 1,
       [](World* world) {
         world->host.exemptions = {
             {LeafKeyExemptionKey(world->revoked.SpkiHash().bytes), InAnHour()}};
         world->Publish();
       }},
  };
}

std::vector<Case> MissingData() {
  std::vector<Case> cases;
  for (const Action action : {Action::kAllow, Action::kReport, Action::kDeny}) {
    const std::string suffix = action == Action::kAllow    ? "Allowed"
                               : action == Action::kReport ? "Reported"
                                                           : "Denied";
    const int error = action == Action::kDeny ? kNoData : X509_V_OK;
    const size_t num_lines = action == Action::kAllow ? 0 : 1;
    cases.push_back({"Stale" + suffix, error, num_lines,
                     [action](World* world) {
                       world->host.policy.stale = action;
                       world->host.data_time = time(nullptr) - 11 * 86400;
                       world->Publish();
                     },
                     Good});
    cases.push_back({"NeverProvisioned" + suffix, error, num_lines,
                     [action](World* world) {
                       world->host.policy.never_provisioned = action;
                       world->host.PublishPolicy();
                     },
                     Good});
    cases.push_back({"Damaged" + suffix, error, num_lines,
                     [action](World* world) {
                       world->host.policy.damaged = action;
                       world->Publish();
                       world->host.PublishRaw(ByteVector(1000, 'x'));
                     },
                     Good});
  }
  cases.push_back({"NothingAtAll", X509_V_OK, 0, [](World*) {}, Good});
  cases.push_back({"StaleButRevoked", kRevoked, 1, PublishDenying});
  cases.push_back({"DeniedDespiteTheCallback", kNoData, 1,
                   [](World* world) {
                     world->host.policy.insist = true;
                     PublishDenying(world);
                   },
                   Good, WithCallback(AcceptAllAndClear), true});
  return cases;
}

std::vector<Case> Uncovered() {
  const time_t now = time(nullptr);
  const auto past = [now](CertificateOptions* options) {
    options->not_before = now - 7200;
    options->not_after = now - 3600;
  };
  return {
      {"WithoutScts", X509_V_OK, 0, PublishDenying,
       Leaf([](CertificateOptions* options) { options->sct_extension.reset(); })},
      {"WithMalformedScts", X509_V_OK, 0, PublishDenying, Leaf([](CertificateOptions* options) {
         options->sct_extension = ByteVector{4, 2, 0, 0};
       })},
      {"ChainOfOne", X509_V_OK, 0,
       [](World* world) {
         CertificateOptions options;
         options.serial = {0x02};
         world->root = Issue(nullptr, options);
         world->store = StoreOf(world->root);
         PublishDenying(world);
       },
       [](const World& world) { return Decode(world.root.Der()); }},
      {"Expired", X509_V_ERR_CERT_HAS_EXPIRED, 0, PublishDenying, Leaf(past)},
      {"ExpiredAndWavedThrough", X509_V_ERR_CERT_HAS_EXPIRED, 0, PublishDenying, Leaf(past),
       WithCallback(AcceptAll), true},
      {"ValidAtTheTimeInQuestion", kRevoked, 0, PublishDenying, Leaf(past), At(now - 5000), true},
      {"ExpiredAtTheTimeInQuestion", X509_V_ERR_CERT_HAS_EXPIRED, 0, PublishDenying,
       [](const World& world) { return Decode(world.revoked.Der()); }, At(now + 86400), true},
      {"BeforeTheEpoch", X509_V_ERR_CERT_NOT_YET_VALID, 0, PublishDenying,
       [](const World& world) { return Decode(world.revoked.Der()); }, At(-1), true},
      // Nobody vouches for its bytes: judged, but not told. (So it is above, where the root is not
      // valid yet.)
      {"ForgedAndWavedThrough", kRevoked, 0, Publish,
       [](const World& world) { return Forge(world.revoked); }, WithCallback(AcceptAll), true},
      {"Forged", X509_V_ERR_CERT_SIGNATURE_FAILURE, 0, Publish,
       [](const World& world) { return Forge(world.revoked); }},
  };
}

std::vector<Case> Serials() {
  std::vector<Case> cases;
  for (const ByteVector& serial :
       {ByteVector{0x00}, ByteVector{0x00, 0x80}, ByteVector{0x80}, ByteVector{0xff, 0x7f},
        ByteVector{0x80, 0x00}, ByteVector(20, 0x7f), ByteVector(255, 0x7f)}) {
    cases.push_back(
        {"Serial" + std::to_string(cases.size()), kRevoked, 1,
         [serial](World* world) { world->host.Publish(world->root.SpkiHash(), {serial}); },
         Leaf([serial](CertificateOptions* options) { options->serial = serial; })});
  }
  // Longer than any that a filter could list.
  cases.push_back(
      {"SerialTooLong", X509_V_OK, 0, PublishDenying,
       Leaf([](CertificateOptions* options) { options->serial = ByteVector(256, 1); })});
  return cases;
}

// What a verification does that anybody can see.
struct Seen {
  Verification verification;
  std::vector<std::string> lines;
};

Seen See(X509_STORE* store, const Certificate& leaf, const Setup& setup) {
  const size_t before = JournalLines().size();
  Seen seen{Verify(store, leaf, setup), JournalLines()};
  seen.lines.erase(seen.lines.begin(), seen.lines.begin() + static_cast<long>(before));
  return seen;
}

void ExpectSame(const Seen& ours, const Seen& modules) {
  EXPECT_EQ(ours.verification.result, modules.verification.result);
  EXPECT_EQ(ours.verification.error, modules.verification.error);
  EXPECT_EQ(ours.verification.depth, modules.verification.depth);
  EXPECT_EQ(ours.verification.current_is_leaf, modules.verification.current_is_leaf);
  EXPECT_EQ(ours.verification.queued_error, modules.verification.queued_error);
  EXPECT_EQ(ours.lines, modules.lines);
}

class Agreement : public testing::TestWithParam<Case> {};

TEST_P(Agreement, WithTheModule) {
  InChild([] {
    const Case& test = GetParam();
    World world;
    test.publish(&world);
    const Certificate leaf = test.leaf(world);
    const Ptr<X509_STORE> attached_store = StoreOf(world.root);
    const Store store = OpenStoreOf(world.host);
    const SslContext client = ClientOf(attached_store.get());
    ASSERT_EQ(crlite_attach_store(client.get(), store.get()), 1);
    const Seen attached = See(attached_store.get(), leaf, test.setup);
    EXPECT_EQ(attached.verification.error, test.error);
    EXPECT_EQ(attached.lines.size(), test.num_lines);

    ServeMachinesStateFrom(world.host.state());
    Seen alone = attached;
    if (!test.has_callback) {
      alone = See(world.store.get(), leaf, [&](X509_STORE_CTX* ctx) {
        if (test.setup) test.setup(ctx);
        X509_STORE_CTX_set_verify_cb(ctx, crlite_verify_callback);
      });
    }
    world.host.Load();
    const Seen modules = See(world.store.get(), leaf, test.setup);
    ExpectSame(attached, modules);
    ExpectSame(alone, modules);
  });
}

// The signer of a CRL is verified in a context of its own, whose parent is the leaf's.
TEST(CrlSigner, IsNotAskedAbout) {
  InChild([] {
    World world;
    const auto [ca, signer, leaf] = IssueCrlSigner(world.root);
    const Ptr<STACK_OF(X509)> untrusted(sk_X509_new_null());
    sk_X509_push(untrusted.get(), ca.x509.get());
    sk_X509_push(untrusted.get(), signer.x509.get());
    world.host.Publish(world.root.SpkiHash(), {{0x11}});
    ServeMachinesStateFrom(world.host.state());

    for (const bool by_callback : {false, true}) {
      const Ptr<X509_STORE> store = StoreOf(world.root);
      X509_STORE_add_crl(store.get(), EmptyCrl(ca, signer, {2, 2, 2}).get());
      if (!by_callback) {
        ASSERT_EQ(crlite_attach(ClientOf(store.get()).get()), 1);
      }
      static int inner_contexts;
      inner_contexts = 0;
      const auto count = [](int ok, X509_STORE_CTX* c) {
        inner_contexts += X509_STORE_CTX_get0_parent_ctx(c) != nullptr ? 1 : 0;
        return ok;
      };
      const auto count_and_check = [](int ok, X509_STORE_CTX* c) {
        inner_contexts += X509_STORE_CTX_get0_parent_ctx(c) != nullptr ? 1 : 0;
        return crlite_verify_callback(ok, c);
      };
      const X509_STORE_CTX_verify_cb callback = by_callback ? +count_and_check : +count;
      EXPECT_EQ(Verify(store.get(), signer, WithCallback(callback)).error, kRevoked)
          << "as a leaf it is revoked";
      const auto check_crl = [&](X509_STORE_CTX* ctx) {
        X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_EXTENDED_CRL_SUPPORT);
        X509_STORE_CTX_set_verify_cb(ctx, callback);
      };
      EXPECT_EQ(Verify(store.get(), leaf, check_crl, untrusted.get()).error, X509_V_OK);
      EXPECT_GT(inner_contexts, 0) << "no CRL path was built";
    }
  });
}

const auto kName = [](const auto& test) { return test.param.name; };
INSTANTIATE_TEST_SUITE_P(Verdicts, Agreement, testing::ValuesIn(Verdicts()), kName);
INSTANTIATE_TEST_SUITE_P(MissingData, Agreement, testing::ValuesIn(MissingData()), kName);
INSTANTIATE_TEST_SUITE_P(Uncovered, Agreement, testing::ValuesIn(Uncovered()), kName);
INSTANTIATE_TEST_SUITE_P(Serials, Agreement, testing::ValuesIn(Serials()), kName);

}  // namespace
}  // namespace crlite::hook
