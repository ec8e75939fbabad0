// The module's store by itself: readers that stay while generations come and go.
#include "provider/store.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

struct OpenedStore {
  Host host;
  SnapshotPaths paths;

  OpenedStore() {
    Publish();
    EXPECT_TRUE(paths.Set(host.snapshot().c_str()));
    OpenStore(&paths, /*reload=*/true);
  }
  void Publish() { host.Publish(IssuerSpkiHash{}, {}); }
  int Mapped() const { return MappedSnapshots(host.state()); }
};

uint64_t GenerationOf(const StoreReader& reader) { return reader.data().snapshot.generation(); }

TEST(Store, UnmapsWhenTheLastReaderLeaves) {
  InChild([] {
    OpenedStore store;
    auto first = std::make_unique<StoreReader>();
    auto second = std::make_unique<StoreReader>();
    store.Publish();
    {
      const StoreReader reader;
      EXPECT_EQ(GenerationOf(reader), 2u);
      EXPECT_EQ(GenerationOf(*first), 1u);
      EXPECT_EQ(store.Mapped(), 2);
    }
    first.reset();
    EXPECT_EQ(store.Mapped(), 2);
    EXPECT_EQ(GenerationOf(*second), 1u);
    second.reset();
    EXPECT_EQ(store.Mapped(), 1);
  });
}

TEST(Store, NeverTakesAwayWhatIsBeingRead) {
  InChild([] {
    OpenedStore store;
    std::vector<std::unique_ptr<StoreReader>> readers;
    for (int i = 0; i < 10; ++i) {
      readers.push_back(std::make_unique<StoreReader>());
      store.Publish();
    }
    // Four generations are held; there is no room for more until one is let go.
    const std::vector<uint64_t> want = {1, 2, 3, 4, 4, 4, 4, 4, 4, 4};
    for (size_t i = 0; i < readers.size(); ++i) EXPECT_EQ(GenerationOf(*readers[i]), want[i]);
    EXPECT_EQ(store.Mapped(), 4);
    readers.clear();
    EXPECT_EQ(GenerationOf(StoreReader()), 11u);
    EXPECT_EQ(store.Mapped(), 1);
  });
}

TEST(Store, ForkedChildForgetsReadersThatItDoesNotHave) {
  InChild([] {
    OpenedStore store;
    const StoreReader reader;
    EXPECT_EQ(RunForked([&] {
                ForgetOtherThreads();
                store.Publish();
                EXPECT_EQ(GenerationOf(StoreReader()), 2u);
                EXPECT_EQ(store.Mapped(), 1);
              }),
              0);
    EXPECT_EQ(GenerationOf(reader), 1u);
  });
}

}  // namespace
}  // namespace crlite::hook
