#include "gateway/tlog/appender.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "gateway/tlog/tile.h"
#include "gmock/gmock.h"
#include "tests/gateway/tlog/naive_tree.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::Leaves;
using testing::NaivePath;
using testing::NaiveRoot;
using testing::StatusIs;

std::vector<Hash> MakeLeaves(size_t count) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(LeafHash(absl::StrCat("entry ", i)));
  return leaves;
}

TEST(AppenderTest, EverySizeHasTheRfcsRoot) {
  const std::vector<Hash> leaves = MakeLeaves(600);
  Appender one_by_one;
  for (size_t size = 0; size <= leaves.size(); ++size) {
    const Hash root = NaiveRoot(Leaves(leaves).first(size));
    ASSERT_EQ(one_by_one.size(), size);
    ASSERT_EQ(one_by_one.root(), root) << size;
    Appender at_once;
    at_once.Append(Leaves(leaves).first(size));
    ASSERT_EQ(at_once.root(), root) << size;
    if (size < leaves.size()) one_by_one.Append(Leaves(leaves).subspan(size, 1));
  }
}

TEST(AppenderTest, ProvesEveryEntryOfTheLastBatch) {
  const std::vector<Hash> leaves = MakeLeaves(600);
  for (const size_t batch : {1, 2, 3, 7, 64, 255, 256, 257, 600}) {
    Appender appender;
    for (size_t begin = 0; begin < leaves.size(); begin += batch) {
      const size_t count = std::min(batch, leaves.size() - begin);
      appender.Append(Leaves(leaves).subspan(begin, count));
      const Leaves whole = Leaves(leaves).first(begin + count);
      const Hash root = NaiveRoot(whole);
      for (const size_t index : {begin, begin + count / 2, begin + count - 1}) {
        const auto proof = appender.InclusionProofOf(index);
        ASSERT_OK(proof);
        ASSERT_OK(VerifyInclusion(leaves[index], index, whole.size(), *proof, root))
            << index << " of " << whole.size() << " in batches of " << batch;
      }
    }
  }
}

TEST(AppenderTest, ProvesNothingButTheLastBatch) {
  Appender appender;
  appender.Append(MakeLeaves(5));
  appender.Append(MakeLeaves(2));
  EXPECT_THAT(appender.InclusionProofOf(4), StatusIs(absl::StatusCode::kOutOfRange,
                                                     "entry 4 was not in the last batch appended"));
  EXPECT_OK(appender.InclusionProofOf(5));
  EXPECT_FALSE(appender.InclusionProofOf(7).ok());
}

// 256 * 256 + 300 leaves: full tiles on two levels, partial ones on three.
TEST(AppenderTest, GivesEachTileOnceAndItsHashesAreTheTrees) {
  const std::vector<Hash> leaves = MakeLeaves(kTileWidth * kTileWidth + 300);
  Appender appender;
  std::map<std::pair<int, uint64_t>, std::string> tiles;
  for (size_t begin = 0; begin < leaves.size(); begin += 1000) {
    const size_t count = std::min<size_t>(1000, leaves.size() - begin);
    for (FullTile& tile : appender.Append(Leaves(leaves).subspan(begin, count))) {
      EXPECT_TRUE(tiles.emplace(std::pair(tile.tile_level, tile.index), tile.hashes).second);
    }
  }
  EXPECT_EQ(tiles.size(), 257u + 1);
  std::vector<Hash> level1;
  for (size_t tile = 0; tile < 257; ++tile) {
    const Leaves below = Leaves(leaves).subspan(tile * kTileWidth, kTileWidth);
    EXPECT_EQ((tiles[{0, tile}]), TileBytes(below)) << tile;
    level1.push_back(NaiveRoot(below));
  }
  EXPECT_EQ((tiles[{1, 0}]), TileBytes(Leaves(level1).first(kTileWidth)));
  EXPECT_EQ(TileBytes(appender.PartialTile(0)), TileBytes(Leaves(leaves).last(44)));
  EXPECT_EQ(TileBytes(appender.PartialTile(1)), TileBytes(Leaves(level1).last(1)));
  EXPECT_EQ(TileBytes(appender.PartialTile(2)),
            TileBytes(std::vector<Hash>{NaiveRoot(Leaves(level1).first(kTileWidth))}));
  EXPECT_TRUE(appender.PartialTile(3).empty());
  EXPECT_EQ(appender.root(), NaiveRoot(leaves));
}

TEST(AppenderTest, GoesOnFromWhatWasSaved) {
  const std::vector<Hash> leaves = MakeLeaves(600);
  for (size_t size = 0; size < leaves.size(); ++size) {
    Appender before;
    before.Append(Leaves(leaves).first(size));
    auto after = Appender::Restore(before.Save());
    ASSERT_OK(after);
    ASSERT_EQ(after->root(), before.root());
    EXPECT_EQ(after->Save(), before.Save());
    const Leaves next = Leaves(leaves).subspan(size, 1);
    ASSERT_EQ(after->Append(next).size(), before.Append(next).size());
    ASSERT_EQ(after->root(), before.root());
    ASSERT_EQ(*after->InclusionProofOf(size), NaivePath(size, Leaves(leaves).first(size + 1)));
  }
}

TEST(AppenderTest, RestoresFarLargerTreesThanFitInMemory) {
  // 2^40 + 1 leaves: the partial tiles are 1 wide at level 0, 5 is empty, none between.
  std::string state(8, '\0');
  state[2] = 1;  // 2^40
  state[7] = 1;
  state += std::string(32, 'a') + std::string(32, 'b');
  const auto appender = Appender::Restore(state);
  ASSERT_OK(appender);
  EXPECT_EQ(appender->size(), (uint64_t{1} << 40) + 1);
  EXPECT_EQ(appender->Save(), state);
}

TEST(AppenderTest, RefusesADamagedState) {
  Appender appender;
  appender.Append(MakeLeaves(300));
  const std::string state = appender.Save();
  for (const std::string& damaged :
       {std::string(), state.substr(0, 7), state.substr(0, state.size() - 1), state + "x",
        std::string(8, '\xff') + state.substr(8)}) {
    EXPECT_THAT(Appender::Restore(damaged), StatusIs(absl::StatusCode::kDataLoss,
                                                     "the saved right edge of the log is damaged"));
  }
}

}  // namespace
}  // namespace sluss
