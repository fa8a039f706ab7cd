#include "gateway/publication/publisher.h"

#include "gmock/gmock.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::CommitFault;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::_;

class PublisherTest : public ::testing::Test {
 protected:
  PublisherTest() {
    world_.Stop();
    ledger_ = Must(world_.OpenLedger());
  }

  void Append() {
    EXPECT_OK(ledger_->Run([](Recorder& recorder) {
      LeafDraft leaf;
      leaf.clear.set_kind(v1::EXPORT);
      return recorder.Append(leaf).status();
    }));
  }
  Publisher Make() { return Publisher(ledger_.get(), &world_.store()); }
  uint64_t Size() { return Must(world_.store().ReadHead("")).size; }

  ExchangeWorld world_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(PublisherTest, PublishesAtMostOneASecondAndKeepsThemAll) {
  Publisher publisher = Make();
  std::vector<std::pair<uint64_t, std::string>> published;
  for (int quarter = 0; quarter < 40; ++quarter) {
    Append();
    if (Must(publisher.Publish())) {
      const LogHead head = Must(world_.store().ReadHead(""));
      published.emplace_back(head.size, head.checkpoint);
    }
    world_.clock().Advance(absl::Milliseconds(250));
  }
  ASSERT_EQ(published.size(), 10u);
  for (size_t number = 0; number < published.size(); ++number) {
    const PublishedCheckpoint kept = *Must(world_.store().FindPublished(number));
    EXPECT_EQ(kept.size, published[number].first);
    EXPECT_EQ(kept.note, published[number].second);
    EXPECT_EQ(Must(OpenCheckpoint(kept.note, world_.verifier())).size, kept.size);
    if (number > 0) {
      EXPECT_GE(kept.at - Must(world_.store().FindPublished(number - 1))->at, kPublishEvery);
    }
  }
}

TEST_F(PublisherTest, TheEndOfABurstIsPublishedThoughNothingFollows) {
  Publisher publisher = Make();
  Append();
  EXPECT_TRUE(Must(publisher.Publish()));
  Append();
  EXPECT_FALSE(Must(publisher.Publish()));
  world_.clock().Advance(kPublishEvery);
  EXPECT_TRUE(Must(publisher.Publish()));
  EXPECT_EQ(Must(world_.store().LastPublished())->size, Size());
  world_.clock().Advance(absl::Hours(1));
  EXPECT_FALSE(Must(publisher.Publish())) << "nothing is new";
}

TEST_F(PublisherTest, GoesOnAfterARestartAndWhenTheClockIsSetBack) {
  Append();
  ASSERT_TRUE(Must(Make().Publish()));
  ledger_.reset();
  world_.clock().Advance(absl::Hours(-1));
  ledger_ = Must(world_.OpenLedger());
  Append();
  EXPECT_FALSE(Must(Make().Publish())) << "the log's time has not gone on by a second yet";
  world_.clock().Advance(absl::Hours(1) + kPublishEvery);
  EXPECT_TRUE(Must(Make().Publish()));
  EXPECT_EQ(Must(world_.store().LastPublished())->number, 1u);
}

TEST_F(PublisherTest, AFailedCommitPublishesNothingAndAPersistedOneIsNotRepeated) {
  Publisher publisher = Make();
  Append();
  world_.memory().SetFaults({.commit = CommitFault::kFailed});
  EXPECT_THAT(publisher.Publish(), StatusIs(absl::StatusCode::kUnavailable, _));
  world_.memory().SetFaults({});
  EXPECT_FALSE(Must(world_.store().LastPublished()).has_value());
  EXPECT_TRUE(Must(publisher.Publish()));

  world_.clock().Advance(kPublishEvery);
  Append();
  world_.memory().SetFaults({.commit = CommitFault::kFailedButPersisted});
  EXPECT_THAT(publisher.Publish(), StatusIs(absl::StatusCode::kUnavailable, _));
  world_.memory().SetFaults({});
  EXPECT_EQ(Must(world_.store().LastPublished())->number, 1u);
  world_.clock().Advance(kPublishEvery);
  Append();  // with the GAP entry before it
  EXPECT_TRUE(Must(publisher.Publish()));
  EXPECT_EQ(Must(world_.store().LastPublished())->number, 2u);
  world_.CheckLog();
}

}  // namespace
}  // namespace sluss
