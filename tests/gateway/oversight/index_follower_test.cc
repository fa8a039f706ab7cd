#include "gateway/oversight/index_follower.h"

#include <fstream>

#include "gateway/oversight/search_filter.h"
#include "gmock/gmock.h"
#include "tests/gateway/oversight/oversight_world.h"
#include "tests/gateway/store/fault_disk.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class IndexFollowerTest : public ::testing::Test {
 protected:
  void Append(int count) {
    for (int i = 0; i < count; ++i) world_.Append(OversightWorld::Decision());
  }
  uint64_t LogSize() { return Must(world_.store().ReadHead("")).size; }
  uint64_t Reach() {
    const auto index = world_.follower().Index();
    return index == nullptr ? 0 : Must(index->Reach()).size;
  }
  // All decisions are found again.
  void ExpectWhole() {
    EXPECT_EQ(Reach(), LogSize());
    v1::SearchRequest request;
    request.set_limit(500);
    request.mutable_filter()->add_kind(v1::DECISION);
    size_t found = 0;
    do {
      const v1::SearchPage page = Must(world_.search().Search(kDan, request));
      found += page.entry_size();
      request.set_cursor(page.cursor());
    } while (!request.cursor().empty());
    EXPECT_EQ(found, world_.Leaves(v1::DECISION).size());
  }
  void Spoil(const std::string& bytes) {
    PostingIndex::Remove(world_.IndexPath()).IgnoreError();
    std::ofstream(world_.IndexPath(), std::ios::binary) << bytes;
  }

  FaultDisk disk_;
  OversightWorld world_;
};

TEST_F(IndexFollowerTest, FollowsTheLogGroupByGroup) {
  Append(2500);
  int steps = 1;
  while (Must(world_.follower().Step())) ++steps;
  EXPECT_EQ(steps, 3);
  ExpectWhole();
  Append(1);
  world_.Follow();
  EXPECT_EQ(Reach(), LogSize());
}

TEST_F(IndexFollowerTest, GoesOnWhereItWasAfterARestart) {
  Append(10);
  world_.Follow();
  Append(5);
  world_.RestartIndex();
  world_.Follow();
  ExpectWhole();
  EXPECT_THAT(world_.Events(), Not(HasSubstr("thrown-away")));
}

TEST_F(IndexFollowerTest, ADeletedFileIsMadeAnewAlsoWhileItIsOpen) {
  Append(10);
  world_.Follow();
  for (const bool all : {true, false}) {
    if (all) {
      ASSERT_OK(PostingIndex::Remove(world_.IndexPath()));
    } else {
      std::filesystem::remove(world_.IndexPath());  // its write-ahead log is left behind
    }
    Append(1);
    world_.Follow();
    EXPECT_TRUE(std::filesystem::exists(world_.IndexPath()));
    EXPECT_THAT(world_.Events(), HasSubstr("deleted or replaced"));
    ExpectWhole();
  }
}

TEST_F(IndexFollowerTest, ADeletedFileIsNotReplacedWhileASearchHasItOpen) {
  Append(10);
  world_.Follow();
  std::shared_ptr<const PostingIndex> held = world_.follower().Index();
  ASSERT_OK(PostingIndex::Remove(world_.IndexPath()));
  EXPECT_FALSE(Must(world_.follower().Step()));
  EXPECT_EQ(world_.follower().Index(), nullptr);
  EXPECT_FALSE(std::filesystem::exists(world_.IndexPath()));
  EXPECT_EQ(Must(held->Reach()).size, LogSize()) << "the search ends on what it has";
  held = nullptr;
  world_.Follow();
  ExpectWhole();
}

TEST_F(IndexFollowerTest, WhatIsNoWholeIndexIsThrownAway) {
  Append(10);
  world_.Follow();
  std::string good;
  {
    world_.RestartIndex();
    std::ifstream file(world_.IndexPath(), std::ios::binary);
    good.assign(std::istreambuf_iterator<char>(file), {});
  }
  ASSERT_GT(good.size(), 4096u * 2);
  std::string header = good, page = good, version = good, half = good;
  header[0] = 'X';
  for (size_t i = 4096; i < good.size(); ++i) page[i] = static_cast<char>(i * 31);
  version[63] = 9;  // user_version
  half.resize(good.size() / 2);
  for (const std::string& bad : {std::string("no database"), std::string(), std::string(8192, 0),
                                 header, page, version, half}) {
    Spoil(bad);
    world_.RestartIndex();
    world_.Follow();
    ExpectWhole();
  }
  EXPECT_THAT(world_.Events(), HasSubstr("not a whole index"));
}

TEST_F(IndexFollowerTest, AnIndexOfAnotherLogIsThrownAway) {
  OversightWorld other;
  for (int i = 0; i < 10; ++i) other.Append(OversightWorld::Decision("school/annan"));
  other.Follow();
  other.RestartIndex();  // lets go of the file
  std::filesystem::copy_file(other.IndexPath(), world_.IndexPath());
  Append(20);
  world_.Follow();
  EXPECT_THAT(world_.Events(), HasSubstr("of another log"));
  ExpectWhole();
  v1::SearchRequest request;
  request.mutable_filter()->add_sender("school/annan");
  EXPECT_EQ(Must(world_.search().Search(kDan, request)).entry_size(), 0);
}

TEST_F(IndexFollowerTest, AnIndexLongerThanTheLogIsThrownAway) {
  OversightWorld other;
  for (int i = 0; i < 100; ++i) other.Append(OversightWorld::Decision("school/annan"));
  other.Follow();
  other.RestartIndex();
  std::filesystem::copy_file(other.IndexPath(), world_.IndexPath());
  Append(3);
  world_.Follow();
  EXPECT_THAT(world_.Events(), HasSubstr("of another log"));
  ExpectWhole();
}

TEST_F(IndexFollowerTest, AnIndexThatProposesTooMuchShowsNothingThatDoesNotMatch) {
  Append(5);
  world_.Follow();
  const auto index = std::const_pointer_cast<PostingIndex>(world_.follower().Index());
  v1::AuditLeaf lie;
  lie.set_sender("police/region-mitt");
  std::vector<Posting> postings;
  for (const uint64_t key : IndexKeys(lie)) postings.push_back({key, 2});
  ASSERT_OK(index->Add(postings, Must(index->Reach())));
  v1::SearchRequest request;
  request.mutable_filter()->add_sender("police/region-mitt");
  EXPECT_EQ(Must(world_.search().Search(kDan, request)).entry_size(), 0);
}

TEST_F(IndexFollowerTest, AFullDiskStopsTheIndexAndNothingElse) {
  Append(10);
  world_.Follow();
  const uint64_t before = Reach();
  disk_.full = true;
  Append(2000);
  EXPECT_THAT(world_.follower().Step(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("full")));
  EXPECT_EQ(Reach(), before);
  v1::SearchRequest request;
  request.set_limit(500);
  const v1::SearchPage page = Must(world_.search().Search(kDan, request));
  EXPECT_EQ(page.complete_to(), before);
  EXPECT_GT(page.log_size(), before + 1999);
  disk_.full = false;
  world_.Follow();
  EXPECT_EQ(Reach(), LogSize());
}

TEST_F(IndexFollowerTest, ABrokenDiskNeverLosesWhatWasIndexed) {
  Append(10);
  world_.Follow();
  Append(10);
  disk_.broken = true;
  EXPECT_FALSE(world_.follower().Step().ok());
  disk_.broken = false;
  world_.Follow();
  ExpectWhole();
}

TEST_F(IndexFollowerTest, AFaultOfTheLogIsNotTheIndexs) {
  Append(10);
  world_.Follow();
  Append(10);
  world_.store().SetFaults({.read = true});
  EXPECT_FALSE(world_.follower().Step().ok());
  world_.store().SetFaults({});
  world_.Follow();
  EXPECT_THAT(world_.Events(), Not(HasSubstr("thrown-away")));
  ExpectWhole();
}

TEST_F(IndexFollowerTest, AnIndexFoundDamagedWhileSearchedIsMadeAnew) {
  Append(1500);
  world_.Follow();
  world_.RestartIndex();
  ASSERT_FALSE(Must(world_.follower().Step()));
  // The pages of the tree, written over behind its back.
  {
    std::fstream file(world_.IndexPath(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    const std::string rubbish(std::filesystem::file_size(world_.IndexPath()) - 4096, '\x5a');
    file << rubbish;
  }
  v1::SearchRequest request;
  request.mutable_filter()->add_kind(v1::DECISION);
  request.mutable_filter()->add_rule("duty-report");
  bool refused = false;
  for (int i = 0; i < 3 && !refused; ++i) {
    const auto page = world_.search().Search(kDan, request);
    refused = absl::IsUnavailable(page.status());
    if (!refused) world_.follower().Step().IgnoreError();
  }
  world_.Follow();
  while (Reach() < LogSize()) world_.Follow();
  EXPECT_EQ(Must(world_.search().Search(kDan, request)).entry_size(), 50);
  EXPECT_THAT(world_.Events(), HasSubstr("damaged"));
}

TEST_F(IndexFollowerTest, AFileThatCannotBeMadeIsNoFaultOfTheGateway) {
  OversightWorld world;
  IndexFollower follower("/nonexistent/index", &world.store(), &world.events());
  EXPECT_THAT(follower.Step(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("`search.index`")));
  EXPECT_EQ(follower.Index(), nullptr);
}

TEST_F(IndexFollowerTest, FollowsInAThreadOfItsOwnAndEndsWithIt) {
  Append(3000);
  world_.follower().Start();
  const absl::Time begun = absl::Now();
  while (Reach() < LogSize() && absl::Now() < begun + absl::Seconds(30)) std::this_thread::yield();
  ExpectWhole();
}

}  // namespace
}  // namespace sluss::testing
