#include "gateway/tlog/tile.h"

#include "gmock/gmock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::ElementsAre;
using testing::StatusIs;

TEST(TileTest, PathsAreGroupsOfThreeDigits) {
  EXPECT_EQ(TilePath(0, 0, 256), "tile/0/000");
  EXPECT_EQ(TilePath(2, 999, 1), "tile/2/999.p/1");
  EXPECT_EQ(TilePath(1, 1000, 256), "tile/1/x001/000");
  EXPECT_EQ(EntriesPath(1234067, 8), "tile/entries/x001/x234/067.p/8");
}

TEST(TileTest, APathIsReadBackInOneSpellingOnly) {
  for (const std::string& path :
       {std::string("checkpoint"), std::string("verifier-key"), TilePath(0, 0, 256),
        TilePath(7, 999, 255), TilePath(1, 1000, 1), EntriesPath(1234067, 8), KeptCheckpointPath(0),
        KeptCheckpointPath(1000000), StampedCheckpointPath(5), TimestampPath(1005)}) {
    EXPECT_TRUE(ParseLogPath(path).has_value()) << path;
  }
  const LogPath tile = *ParseLogPath("tile/2/x001/x234/067.p/8");
  EXPECT_EQ(tile.kind, LogPath::Kind::kTile);
  EXPECT_EQ(tile.tile_level, 2);
  EXPECT_EQ(tile.index, 1234067u);
  EXPECT_EQ(tile.width, 8u);
  for (const char* path : {"",
                           "/checkpoint",
                           "checkpoint/",
                           "Checkpoint",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/0000",
                           "tile/0/x000/001",
                           "tile/0/001/x001",
                           "tile/0/x001",
                           "tile/00/000",
                           "tile/8/000",
                           "tile/-1/000",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/000.p/",
                           "tile/0/000.p/1/",
                           "tile/0/../../etc/passwd",
                           "tile/entries/00a",
                           "tile/entries/x999/x999/x999/x999/x999/x999/999",
                           "checkpoints/",
                           "checkpoints/1",
                           "checkpoints/000.p/1",
                           "timestamps/000",
                           "timestamps/000/other"}) {
    EXPECT_FALSE(ParseLogPath(path).has_value()) << path;
  }
}

TEST(TileTest, CountsTheSpecificationsExample) {  // "a tree of size 70,000"
  EXPECT_EQ(HashesAt(0, 70000), 273 * kTileWidth + 112);
  EXPECT_EQ(HashesAt(1, 70000), 1 * kTileWidth + 17);
  EXPECT_EQ(HashesAt(2, 70000), 1u);
  EXPECT_EQ(HashesAt(3, 70000), 0u);
  EXPECT_EQ(HashesAt(8, ~uint64_t{0}), 0u);
}

TEST(TileTest, RefusesATileOfAnotherWidth) {
  ASSERT_OK(ParseTile(std::string(64, 'x'), 2));
  for (const size_t bytes : {0, 63, 65, 96}) {
    EXPECT_THAT(ParseTile(std::string(bytes, 'x'), 2),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         ::testing::StartsWith("a tile of 2 hashes is 64 bytes, not ")));
  }
}

TEST(TileTest, BundlesGoThereAndBack) {
  std::string bundle;
  const std::string large(kMaxEntryBytes, 'z');
  ASSERT_OK(AppendToBundle("abc", &bundle));
  ASSERT_OK(AppendToBundle("", &bundle));
  ASSERT_OK(AppendToBundle(large, &bundle));
  EXPECT_EQ(bundle.substr(0, 8), std::string("\0\3abc\0\0\x20", 8));
  const auto entries = ParseBundle(bundle, 3, 0);
  ASSERT_OK(entries);
  EXPECT_THAT(*entries, ElementsAre("abc", "", large));
  EXPECT_THAT(
      AppendToBundle(large + "z", &bundle),
      StatusIs(absl::StatusCode::kInvalidArgument, "an entry is at most 8192 bytes, not 8193"));
}

TEST(TileTest, NamesTheEntryAtWhichABundleIsBroken) {
  std::string bundle;
  ASSERT_OK(AppendToBundle("abc", &bundle));
  ASSERT_OK(AppendToBundle("de", &bundle));
  const auto error = [](absl::string_view bytes, uint64_t width) {
    return std::string(ParseBundle(bytes, width, 512).status().message());
  };
  EXPECT_EQ(error(bundle, 3), "the file ends before entry 514");
  EXPECT_EQ(error(absl::string_view(bundle).substr(0, 8), 2), "the file ends within entry 513");
  EXPECT_EQ(error(bundle, 1), "the file goes on where it must end before entry 513");
  EXPECT_EQ(error("\x20\x01" + std::string(8193, 'x'), 1),
            "there is an impossible length before entry 512");
}

}  // namespace
}  // namespace sluss
