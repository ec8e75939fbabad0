// What a store takes from its process, and gives back.
#include <errno.h>

#include <filesystem>
#include <fstream>

#include "tests/library/contract/asker.h"

namespace crlite::library {
namespace {

using hook::InChild;

// Mappings of any file in the directory, those that were replaced since included.
int MappedFiles(const std::string& directory) {
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) {
    count += line.find(directory + "/") != std::string::npos ? 1 : 0;
  }
  return count;
}

size_t Descriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

TEST(Store, GivesTheMappingsBackWithTheLastReference) {
  InChild([] {
    Asker asker;
    asker.Publish();
    asker.Open();
    EXPECT_EQ(MappedFiles(asker.host.state()), 2) << "the snapshot and the generation file";
    EXPECT_EQ(crlite_ref(asker.asked.get()), asker.asked.get());
    StorePtr other(asker.asked.get());
    asker.Expect(kGood, kRefused);
    other.reset();
    EXPECT_EQ(MappedFiles(asker.host.state()), 2) << "one reference is left";
    asker.PublishNothingRevoked();
    asker.Expect(kGood, kGood);
    asker.asked.reset();
    EXPECT_EQ(MappedFiles(asker.host.state()), 0);
  });
}

TEST(Store, KeepsNoDescriptor) {
  InChild([] {
    Asker asker;
    asker.Publish();
    const size_t before = Descriptors();
    asker.Open();
    asker.Expect(kGood, kRefused);
    crlite_report(asker.asked.get(), asker.result.get());
    EXPECT_EQ(Descriptors(), before);
    for (int i = 0; i < 5; ++i) {
      asker.PublishNothingRevoked();
      asker.Expect(kGood, kGood);
    }
    asker.host.PublishRaw(ByteVector(1000, 'x'));
    asker.Expect(kGood, kGood);
    EXPECT_EQ(Descriptors(), before);
  });
}

TEST(Store, LeavesErrnoAlone) {
  InChild([] {
    Asker asker;
    asker.Publish();
    crlite_store* store = nullptr;
    const ByteVector leaf = asker.revoked.Der(), issuer = asker.root.Der();
    const crlite_certificate chain[] = {{leaf.data(), leaf.size()}, {issuer.data(), issuer.size()}};
    const crlite_sct sct = TestSct();
    crlite_result* const result = asker.result.get();
    const auto expect_kept = [](const char* what, const auto& action) {
      errno = 4711;
      action();
      EXPECT_EQ(errno, 4711) << what;
    };
    expect_kept("crlite_open", [&] { crlite_open(asker.host.snapshot().c_str(), 0, &store); });
    expect_kept("a check", [&] { crlite_check_chain(store, chain, 2, CRLITE_NOW, result); });
    expect_kept("a query", [&] {
      crlite_query(store, asker.root.SpkiHash().bytes, chain[0].data, 20, &sct, 1, result);
    });
    crlite_check_chain(store, chain, 2, CRLITE_NOW, result);
    expect_kept("a report", [&] { crlite_report(store, result); });
    asker.host.PublishRaw(ByteVector(1000, 'x'));
    expect_kept("a failed reload",
                [&] { crlite_check_chain(store, chain, 2, CRLITE_NOW, result); });
    std::filesystem::remove_all(asker.host.state());
    hook::LetSecondsPass(61);
    expect_kept("a retry", [&] { EXPECT_EQ(crlite_generation(store), 1u); });
    expect_kept("crlite_close", [&] { crlite_close(store); });
    expect_kept("an absent snapshot", [&] { crlite_open("/nonexistent/x", 0, &store); });
    crlite_close(store);
  });
}

TEST(Store, KnowsNothingOfAnother) {
  InChild([] {
    Asker first, second;
    first.Publish();
    second.PublishNothingRevoked();
    first.Open();
    second.Open();
    first.Expect(kGood, kRefused);
    second.Expect(kGood, kGood);
    first.PublishNothingRevoked();
    first.Expect(kGood, kGood);
    EXPECT_EQ(crlite_generation(first.asked.get()), 2u);
    EXPECT_EQ(crlite_generation(second.asked.get()), 1u);
    const StorePtr again = OpenStore(first.host.snapshot());
    EXPECT_NE(again, first.asked) << "no global state";
    first.asked.reset();
    EXPECT_EQ(crlite_generation(again.get()), 2u);
  });
}

TEST(Fork, ChildAndParentGoOnIndependently) {
  InChild([] {
    Asker asker;
    asker.Publish();
    asker.Open();
    asker.Expect(kGood, kRefused);
    EXPECT_EQ(hook::RunForked([&] {
                asker.Expect(kGood, kRefused);
                asker.PublishNothingRevoked();
                asker.Expect(kGood, kGood);
                EXPECT_EQ(hook::MappedSnapshots(asker.host.state()), 1);
                asker.asked.reset();
                EXPECT_EQ(MappedFiles(asker.host.state()), 0);
              }),
              0);
    asker.Expect(kGood, kGood);
  });
}

}  // namespace
}  // namespace crlite::library
