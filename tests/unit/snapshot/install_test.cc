#include "cascade/snapshot/install.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "cascade/base/file.h"
#include "cascade/reader/state_files.h"
#include "cascade/snapshot/compiler.h"
#include "cascade/snapshot/mapped_snapshot.h"
#include "tests/support/clubcards.h"
#include "tests/support/temporary_directory.h"

namespace crlite {
namespace {

std::vector<uint8_t> MakeFile(uint64_t generation, bool with_filter) {
  std::mt19937_64 random(generation);
  const Clubcard card = RandomClubcard(&random, {});
  SnapshotInput input;
  input.generation = generation;
  if (with_filter) input.filters.push_back({"one", {}, 0, &card});
  return std::move(CompileSnapshot(input)).value();
}

uint64_t GenerationWord(const StatePaths& paths) {
  const auto content = ReadFile(paths.generation, kGenerationFileSize);
  EXPECT_TRUE(content.ok());
  EXPECT_EQ(content->size(), kGenerationFileSize);
  return LoadLe64(content->data() + kGenerationWordAt);
}

TEST(Install, PutsSnapshotMarkerAndGenerationInPlace) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  EXPECT_EQ(NextGeneration(paths), 1u);
  ASSERT_TRUE(InstallSnapshot(paths, MakeFile(1, true)).ok());
  EXPECT_EQ(NextGeneration(paths), 2u);

  struct stat status;
  ASSERT_EQ(stat(paths.snapshot.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644u);
  const auto marker = ReadFile(paths.provisioned, 1024);
  ASSERT_TRUE(marker.ok());
  Policy policy;
  EXPECT_TRUE(DecodeProvisioned(*marker, &policy));
}

TEST(Install, ChangesTheGenerationWordInPlace) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  ASSERT_TRUE(InstallSnapshot(paths, MakeFile(1, true)).ok());
  const uint64_t first = GenerationWord(paths);
  struct stat before, after;
  ASSERT_EQ(stat(paths.generation.c_str(), &before), 0);
  ASSERT_TRUE(InstallSnapshot(paths, MakeFile(2, true)).ok());
  ASSERT_EQ(stat(paths.generation.c_str(), &after), 0);
  EXPECT_NE(GenerationWord(paths), first);
  EXPECT_EQ(before.st_ino, after.st_ino) << "readers keep the old file mapped";
}

// As after a death between renaming and telling: the next publish must see that it has work to do.
TEST(Install, KnowsWhenReadersWereNotTold) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  ASSERT_TRUE(InstallSnapshot(paths, MakeFile(1, true)).ok());
  EXPECT_TRUE(CheckInstalled(paths, MappedSnapshot::Open(paths.snapshot)->snapshot()).ok());
  ASSERT_TRUE(WriteFileAtomically(paths.snapshot, MakeFile(2, true), 0644).ok());
  EXPECT_FALSE(CheckInstalled(paths, MappedSnapshot::Open(paths.snapshot)->snapshot()).ok());
}

// A damaged snapshot has no generation, but readers still compare with the word.
TEST(Install, NeverUsesAGenerationTwice) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  ASSERT_TRUE(InstallSnapshot(paths, MakeFile(7, true)).ok());
  ASSERT_EQ(unlink(paths.snapshot.c_str()), 0);
  EXPECT_EQ(NextGeneration(paths), 8u);
}

TEST(Install, WritesNoMarkerForPolicyAlone) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  ASSERT_TRUE(InstallSnapshot(paths, MakeFile(1, false)).ok());
  EXPECT_NE(access(paths.provisioned.c_str(), F_OK), 0);
}

TEST(Install, RefusesWhatIsNoSnapshotAndKeepsTheOldOne) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  ASSERT_TRUE(InstallSnapshot(paths, MakeFile(1, true)).ok());
  const uint64_t word = GenerationWord(paths);
  std::vector<uint8_t> bad = MakeFile(2, true);
  bad[0] ^= 1;
  EXPECT_FALSE(InstallSnapshot(paths, bad).ok());
  EXPECT_EQ(GenerationWord(paths), word);
  EXPECT_EQ(NextGeneration(paths), 2u);
}

TEST(Install, RefusesABodyThatDoesNotMatchItsHash) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  std::vector<uint8_t> bad = MakeFile(1, true);
  bad.back() ^= 1;
  EXPECT_FALSE(InstallSnapshot(paths, bad).ok());
  EXPECT_NE(access(paths.snapshot.c_str(), F_OK), 0);
  EXPECT_NE(access((paths.snapshot + ".new").c_str(), F_OK), 0) << "debris left";
}

TEST(Install, KeepsTheOldOneWhenWritingFailsHalfWay) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  ASSERT_TRUE(InstallSnapshot(paths, MakeFile(1, true)).ok());
  const std::vector<uint8_t> file = MakeFile(2, true);
  const Status failed = InstallSnapshot(paths, file.size(), [&file](const SnapshotSink& sink) {
    EXPECT_TRUE(sink(0, Bytes(file).first(file.size() / 2)).ok());
    return Status(Error{ErrorCode::kIo, "enough"});
  });
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message, "enough");
  EXPECT_EQ(MappedSnapshot::Open(paths.snapshot)->snapshot().generation(), 1u);
  EXPECT_EQ(GenerationWord(paths), 1u);
  const auto left = std::filesystem::directory_iterator(directory.path());
  EXPECT_EQ(std::distance(begin(left), end(left)), 3) << "snapshot, marker, generation";
}

TEST(Install, RefusesOneThatIsNotWrittenToItsEnd) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  const std::vector<uint8_t> file = MakeFile(1, true);
  const Status failed = InstallSnapshot(paths, file.size(), [&file](const SnapshotSink& sink) {
    return sink(0, Bytes(file).first(file.size() - 1000));
  });
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "debris left";
}

TEST(Install, WritesAPlanAsItIsInMemory) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  std::mt19937_64 random(1);
  const Clubcard card = RandomClubcard(&random, {});
  SnapshotInput input;
  input.generation = 1;
  input.filters.push_back({"one", {}, 0, &card});
  const Result<SnapshotPlan> plan = SnapshotPlan::Make(input);
  ASSERT_TRUE(plan.ok());
  ASSERT_TRUE(InstallSnapshot(paths, *plan).ok());
  EXPECT_EQ(*ReadFile(paths.snapshot, plan->size()), *CompileSnapshot(input));
}

TEST(Install, SaysWhyInAMissingDirectory) {
  const StatePaths paths("/nonexistent/crlite");
  const Status status = InstallSnapshot(paths, MakeFile(1, true));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_NE(status.error().message.find("/nonexistent/crlite/snapshot"), std::string::npos);
}

TEST(StateLock, NamesTheProcessThatHoldsIt) {
  const TemporaryDirectory directory;
  const StatePaths paths(directory.path());
  int ready[2], done[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(done), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = StateLock::Acquire(paths);
    char byte = lock.ok() ? 'y' : 'n';
    if (write(ready[1], &byte, 1) != 1) _exit(1);
    close(done[1]);
    while (read(done[0], &byte, 1) > 0) {
    }
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto refused = StateLock::Acquire(paths);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find(std::to_string(child)), std::string::npos)
      << refused.error().message;
  close(done[0]);
  close(done[1]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(StateLock::Acquire(paths).ok()) << "released with the process";
  close(ready[0]);
  close(ready[1]);
}

TEST(MappedSnapshot, SaysWhatIsWrongWithAFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/snapshot";
  EXPECT_EQ(MappedSnapshot::Open(path).error().code, ErrorCode::kIo);
  ASSERT_TRUE(WriteFileAtomically(path, {}, 0644).ok());
  EXPECT_EQ(MappedSnapshot::Open(path).error().code, ErrorCode::kMalformed);
  const std::vector<uint8_t> random(5000, 0x5a);
  ASSERT_TRUE(WriteFileAtomically(path, random, 0644).ok());
  const auto opened = MappedSnapshot::Open(path);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("magic"), std::string::npos) << opened.error().message;
}

TEST(MappedSnapshot, DoesNotWaitForAFifo) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/snapshot";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(MappedSnapshot::Open(path).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace crlite
