#include "gateway/publication/timestamper.h"

#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/publication/publisher.h"
#include "gmock/gmock.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/timestamp_authority.h"

namespace sluss {
namespace {

using ::sluss::testing::CommitFault;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::FakeClock;
using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::sluss::testing::TimestampAuthority;
using ::testing::_;
using ::testing::HasSubstr;

constexpr char kUrl[] = "http://tsa.example/";

// Answers as the authority does, or otherwise.
class FakePoster : public HttpPoster {
 public:
  enum class Fault { kNone, kAway, kStatus, kEarlier, kOther, kGarbage };

  absl::StatusOr<HttpReply> Post(const std::string& url, absl::string_view content_type,
                                 absl::string_view body) override {
    EXPECT_EQ(url, kUrl);
    EXPECT_EQ(content_type, "application/timestamp-query");
    ++asked;
    switch (fault) {
      case Fault::kAway:
        return absl::UnavailableError("connection refused");
      case Fault::kStatus:
        return HttpReply{503, ""};
      case Fault::kEarlier:
        return HttpReply{200, earlier};
      case Fault::kOther:
        return HttpReply{200, other.Reply(std::string(body))};
      case Fault::kGarbage:
        return HttpReply{200, "<html>"};
      case Fault::kNone:
        break;
    }
    earlier = authority.Reply(std::string(body));
    return HttpReply{200, earlier};
  }

  TimestampAuthority authority, other;
  Fault fault = Fault::kNone;
  std::string earlier;
  int asked = 0;
};

class TimestamperTest : public ::testing::Test {
 protected:
  TimestamperTest() {
    world_.Stop();
    ledger_ = Must(world_.OpenLedger());
    Publish();
  }

  void Advance(absl::Duration by) {
    world_.clock().Advance(by);
    machine_.Advance(by);
  }
  void Publish() {
    Advance(kPublishEvery);
    const auto append = [](Recorder& recorder) {
      LeafDraft leaf;
      leaf.clear.set_kind(v1::EXPORT);
      return recorder.Append(leaf).status();
    };
    ASSERT_OK(ledger_->Run(append));
    ASSERT_TRUE(Must(Publisher(ledger_.get(), &world_.store()).Publish()));
  }
  Timestamper Make(const TimestampLimits& limits = {}) {
    return Timestamper({.url = kUrl,
                        .authority_pem = poster_.authority.certificate(),
                        .ledger = ledger_.get(),
                        .store = &world_.store(),
                        .poster = &poster_,
                        .clock = &machine_,
                        .events = &events_},
                       limits);
  }
  // The authority's clock is the real one: ours is set to it, as if hours had not passed for it.
  void SetMachineRight() { machine_.Set(absl::Now()); }

  ExchangeWorld world_;
  FakeClock machine_{absl::Now()};
  FakePoster poster_;
  std::ostringstream event_text_;
  EventLog events_{&event_text_, &machine_};
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(TimestamperTest, StampsTheNewestCheckpointAndOpensslAgrees) {
  Timestamper timestamper = Make();
  ASSERT_TRUE(timestamper.Step());
  const TimestampRow row = *Must(world_.store().LastTimestamp());
  EXPECT_EQ(row.number, 0u);
  EXPECT_EQ(row.note, Must(world_.store().FindPublished(row.checkpoint))->note);
  EXPECT_TRUE(poster_.authority.OpensslVerifies(row.note, row.response));
  EXPECT_FALSE(poster_.other.OpensslVerifies(row.note, row.response));
  EXPECT_EQ(Must(timestamper.Standing()).size, Must(world_.store().LastPublished())->size);
}

TEST_F(TimestamperTest, AnHourLaterAgainIfAnythingIsNew) {
  Timestamper timestamper = Make();
  ASSERT_TRUE(timestamper.Step());
  Publish();
  EXPECT_FALSE(timestamper.Step()) << "an hour has not passed";
  world_.clock().Advance(absl::Hours(2));
  EXPECT_FALSE(timestamper.Step());
  EXPECT_EQ(poster_.asked, 1);
  Timestamper soon = Make({.every = absl::ZeroDuration()});
  EXPECT_TRUE(soon.Step());
  EXPECT_FALSE(soon.Step()) << "nothing is new";
  EXPECT_EQ(Must(world_.store().LastTimestamp())->number, 1u);
}

TEST_F(TimestamperTest, WhatIsNoStampOfThisCheckpointIsRefusedAndAskedForAgain) {
  Timestamper first = Make();
  ASSERT_TRUE(first.Step());
  Publish();
  Timestamper timestamper = Make({.every = absl::ZeroDuration()});
  using Fault = FakePoster::Fault;
  const struct {
    Fault fault;
    absl::StatusCode code;
    const char* text;
  } cases[] = {
      {Fault::kAway, absl::StatusCode::kUnavailable, "refused"},
      {Fault::kStatus, absl::StatusCode::kUnavailable, "it answers 503"},
      {Fault::kEarlier, absl::StatusCode::kPermissionDenied, "over these bytes"},
      {Fault::kOther, absl::StatusCode::kPermissionDenied, "over these bytes"},
      {Fault::kGarbage, absl::StatusCode::kInvalidArgument, "TimeStampResp"},
  };
  for (const auto& c : cases) {
    poster_.fault = c.fault;
    EXPECT_FALSE(timestamper.Step());
    EXPECT_THAT(Must(timestamper.Standing()).last, StatusIs(c.code, HasSubstr(c.text)));
    EXPECT_EQ(Must(world_.store().LastTimestamp())->number, 0u);
    const int asked = poster_.asked;
    EXPECT_FALSE(timestamper.Step()) << "not at once";
    EXPECT_EQ(poster_.asked, asked);
    machine_.Advance(absl::Minutes(2));
  }
  EXPECT_THAT(event_text_.str(), HasSubstr("timestamps-stopped"));
  poster_.fault = Fault::kNone;
  SetMachineRight();
  ASSERT_TRUE(Make({.every = absl::ZeroDuration()}).Step());
  EXPECT_EQ(Must(world_.store().LastTimestamp())->number, 1u);
}

TEST_F(TimestamperTest, AnAuthorityWhoseClockIsAnotherIsRefused) {
  machine_.Advance(absl::Minutes(7));
  Timestamper timestamper = Make();
  EXPECT_FALSE(timestamper.Step());
  EXPECT_THAT(Must(timestamper.Standing()).last,
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("clock is -7m")));
  EXPECT_FALSE(Must(world_.store().LastTimestamp()).has_value());
}

TEST_F(TimestamperTest, AFailedCommitIsAskedForAgain) {
  Timestamper timestamper = Make();
  world_.memory().SetFaults({.commit = CommitFault::kFailed});
  EXPECT_FALSE(timestamper.Step());
  world_.memory().SetFaults({});
  EXPECT_FALSE(Must(world_.store().LastTimestamp()).has_value());
  machine_.Advance(absl::Minutes(1));
  EXPECT_TRUE(timestamper.Step());

  Publish();
  Timestamper soon = Make({.every = absl::ZeroDuration()});
  world_.memory().SetFaults({.commit = CommitFault::kFailedButPersisted});
  EXPECT_FALSE(soon.Step());
  world_.memory().SetFaults({});
  machine_.Advance(absl::Minutes(1));
  EXPECT_FALSE(soon.Step()) << "it had taken effect: nothing is new";
  EXPECT_EQ(Must(world_.store().LastTimestamp())->number, 1u);
}

TEST_F(TimestamperTest, WarnsThenRefusesThenTakesAgain) {
  const TimestampLimits limits{.warn_after = absl::Hours(3), .refuse_after = absl::Hours(24)};
  Timestamper timestamper = Make(limits);
  poster_.fault = FakePoster::Fault::kAway;
  const struct {
    absl::Duration passes;
    TimestampAge age;
  } steps[] = {{absl::Hours(2), TimestampAge::kInTime},
               {absl::Hours(2), TimestampAge::kLate},
               {absl::Hours(21), TimestampAge::kRefusing}};
  for (const auto& step : steps) {
    world_.clock().Advance(step.passes);
    EXPECT_FALSE(timestamper.Step());
    ASSERT_OK(timestamper.Watch());
    EXPECT_EQ(Must(timestamper.Standing()).age, step.age);
    EXPECT_EQ(timestamper.MayAccept().ok(), step.age != TimestampAge::kRefusing);
  }
  EXPECT_THAT(timestamper.MayAccept(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("`slussctl log status`")));
  poster_.fault = FakePoster::Fault::kNone;
  machine_.Advance(absl::Minutes(1));
  ASSERT_TRUE(timestamper.Step());
  ASSERT_OK(timestamper.Watch());
  EXPECT_OK(timestamper.MayAccept());
  EXPECT_THAT(event_text_.str(), HasSubstr("timestamps-late"));
  EXPECT_THAT(event_text_.str(), HasSubstr("timestamps-refusing"));
  EXPECT_THAT(event_text_.str(), HasSubstr("timestamps-in-time"));
}

}  // namespace
}  // namespace sluss
