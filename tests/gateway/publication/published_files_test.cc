// What is published, file by file, against the same log made naively in memory.
#include "gateway/publication/published_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "gateway/publication/log_directory.h"
#include "gateway/publication/log_tiles.h"
#include "gateway/store/sqlite_store.h"
#include "gmock/gmock.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::testing::_;
using testing::FileMap;
using ::testing::HasSubstr;
using testing::StatusIs;
using testing::WriteBatch;

constexpr auto kNotFound = absl::StatusCode::kNotFound;

class PublishedFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = *OpenSqliteStore(directory_.File("sluss.db"));
    view_ = *OpenSqliteView(directory_.File("sluss.db"));
  }

  absl::Status Change(const std::function<absl::Status(Transaction&)>& change) {
    ASSIGN_OR_RETURN(const auto transaction, store_->Begin());
    RETURN_IF_ERROR(change(*transaction));
    return transaction->Commit();
  }

  // `count` more entries, and their checkpoint published.
  void Grow(uint64_t count) {
    ASSERT_OK(WriteBatch(store_.get(), count));
    ASSERT_OK(Change([&](Transaction& transaction) -> absl::Status {
      ASSIGN_OR_RETURN(const LogHead head, transaction.ReadHead(""));
      return transaction.PutPublished(
          {published_++, head.size, absl::UnixEpoch(), head.checkpoint});
    }));
  }

  absl::StatusOr<PublishedFile> Read(absl::string_view path) {
    return ReadPublished(*view_, path, NewestPublished, "a key");
  }
  absl::Status Update() { return mirror_.Update(*view_, NewestPublished); }

  FileMap Mirrored() const {
    FileMap files;
    for (const auto& file : fs::recursive_directory_iterator(mirror_path_)) {
      if (!file.is_regular_file()) continue;
      files[fs::relative(file.path(), mirror_path_).string()] = *ReadFile(file.path().string());
    }
    return files;
  }

  const testing::TemporaryDirectory directory_;
  const std::string mirror_path_ = directory_.File("mirror/below");
  std::unique_ptr<Store> store_;
  std::unique_ptr<StoreView> view_;
  PublishedDirectory mirror_{mirror_path_, "a key"};
  uint64_t published_ = 0;
};

// 70 000 entries would be the specification's example; 66 000 have a tile at level 2 too.
TEST_F(PublishedFilesTest, EveryFileOfEveryPublishedTreeIsThere) {
  uint64_t size = 0;
  for (const uint64_t more : {1, 254, 1, 44, 400, 65300}) {
    Grow(more);
    size += more;
    for (const auto& [path, bytes] : testing::LogFilesOf(testing::SampleEntries(size))) {
      const auto file = Read(path);
      ASSERT_OK(file) << path << " of " << size;
      EXPECT_EQ(file->bytes, bytes) << path << " of " << size;
      EXPECT_EQ(file->immutable, path != "checkpoint") << path;
    }
  }
  // The partial tiles of the smaller trees are still served.
  for (const uint64_t old : {255, 300}) {
    for (const auto& [path, bytes] : testing::LogFilesOf(testing::SampleEntries(old))) {
      if (path == "checkpoint") continue;
      EXPECT_EQ(Read(path)->bytes, bytes) << path << " of " << old;
    }
  }
}

TEST_F(PublishedFilesTest, NothingIsShownThatNoPublishedCheckpointCovers) {
  EXPECT_THAT(Read("checkpoint"), StatusIs(kNotFound, _));
  EXPECT_THAT(Read("tile/0/000.p/1"), StatusIs(kNotFound, _));
  Grow(300);
  ASSERT_OK(WriteBatch(store_.get(), 300));  // signed, but not published
  for (const char* path : {"tile/0/001.p/45", "tile/0/001", "tile/1/000.p/2", "tile/entries/001",
                           "tile/entries/001.p/45", "tile/entries/002.p/1", "checkpoints/001",
                           "timestamps/000/checkpoint", "tile/0/../0/000", "sluss.db", ""}) {
    EXPECT_THAT(Read(path), StatusIs(kNotFound, _)) << path;
  }
  EXPECT_OK(Read("tile/entries/001.p/44"));
  EXPECT_OK(Read("tile/0/000"));
}

TEST_F(PublishedFilesTest, EveryCheckpointIsKeptWithWhatWasSaidOfIt) {
  Grow(3);
  const std::string first = Read("checkpoint")->bytes;
  Grow(2);
  ASSERT_OK(Change([](Transaction& transaction) {
    return transaction.PutCosignature({0, "w", absl::UnixEpoch(), "a line\n"});
  }));
  ASSERT_OK(Change([&](Transaction& transaction) {
    return transaction.PutTimestamp({0, 0, absl::UnixEpoch(), first, "token"});
  }));
  EXPECT_EQ(Read("checkpoints/000")->bytes, first + "a line\n");
  EXPECT_FALSE(Read("checkpoints/000")->immutable) << "more witnesses may come";
  EXPECT_EQ(Read("checkpoints/001")->bytes, Read("checkpoint")->bytes);
  EXPECT_EQ(Read("timestamps/000/checkpoint")->bytes, first);
  EXPECT_EQ(Read("timestamps/000/response.tsr")->bytes, "token");
  EXPECT_EQ(Read("verifier-key")->bytes, "a key\n");
}

TEST_F(PublishedFilesTest, TheDirectoryHoldsWhatIsServed) {
  ASSERT_OK(Update()) << "nothing is published yet";
  for (const uint64_t more : {3, 300, 1, 600}) {
    Grow(more);
    ASSERT_OK(Update());
  }
  ASSERT_OK(Change([](Transaction& transaction) {
    return transaction.PutCosignature({1, "w", absl::UnixEpoch(), "a line\n"});
  }));
  mirror_.Cosigned(1);
  ASSERT_OK(Update());
  const FileMap files = Mirrored();
  for (const auto& [path, bytes] : files) {
    const auto served = Read(path);
    ASSERT_OK(served) << path;
    EXPECT_EQ(served->bytes, bytes) << path;
  }
  EXPECT_THAT(files.at("checkpoints/001"), HasSubstr("a line\n"));
  EXPECT_EQ(files.count("checkpoints/003"), 1u);
  EXPECT_OK(testing::VerifyFiles(files));
  struct stat info = {};
  ASSERT_EQ(stat((mirror_path_ + "/tile/0/000").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

// Another process, after a stop at any moment: whatever is missing is written.
TEST_F(PublishedFilesTest, ADirectoryThatLostFilesIsMendedAtTheNextStart) {
  Grow(600);
  ASSERT_OK(Update());
  const FileMap whole = Mirrored();
  for (const char* lost : {"checkpoint", "tile/0/001", "tile/entries/000", "checkpoints/000"}) {
    fs::remove(mirror_path_ + "/" + lost);
  }
  std::ofstream(mirror_path_ + "/tile/entries/001.part") << "half";
  ASSERT_OK(PublishedDirectory(mirror_path_, "a key").Update(*view_, NewestPublished));
  fs::remove(mirror_path_ + "/tile/entries/001.part");
  EXPECT_EQ(Mirrored(), whole);
}

TEST_F(PublishedFilesTest, ADirectoryWithAnotherHistoryIsLeftAsItIs) {
  Grow(3);
  fs::create_directories(mirror_path_);
  std::ofstream(mirror_path_ + "/checkpoint")
      << SignCheckpoint({testing::kSampleOrigin, 3, EmptyRoot()}, testing::SampleLogKey());
  EXPECT_THAT(Update(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("is not the beginning of this one")));
  EXPECT_EQ(Mirrored().size(), 1u);
}

TEST_F(PublishedFilesTest, AFullDiskIsToldAndTheNextUpdateGoesOn) {
  Grow(3);
  fs::create_directories(fs::path(mirror_path_).parent_path());
  std::ofstream(mirror_path_) << "a file is in the way";
  EXPECT_THAT(Update(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot write `")));
  fs::remove(mirror_path_);
  EXPECT_OK(Update());
  EXPECT_OK(testing::VerifyFiles(Mirrored()));
}

TEST_F(PublishedFilesTest, ProvesThatATreeFollowsAnyEarlierOne) {
  Grow(700);
  const auto tiles = LogTiles::Of(*view_);
  ASSERT_OK(tiles);
  const auto root_of = [](uint64_t size) {
    Appender tree;
    std::vector<Hash> leaves;
    for (const std::string& entry : testing::SampleEntries(size)) {
      leaves.push_back(LeafHash(entry));
    }
    tree.Append(leaves);
    return tree.root();
  };
  for (const auto& [old_size, new_size] : {std::pair<uint64_t, uint64_t>{1, 700},
                                           {255, 256},
                                           {256, 700},
                                           {300, 699},
                                           {512, 513},
                                           {699, 700},
                                           {700, 700},
                                           {0, 5}}) {
    const auto proof = tiles->ConsistencyBetween(old_size, new_size);
    ASSERT_OK(proof);
    EXPECT_OK(VerifyConsistency(old_size, root_of(old_size), new_size, root_of(new_size), *proof))
        << old_size << " to " << new_size;
  }
}

}  // namespace
}  // namespace sluss
