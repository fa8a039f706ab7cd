#include "gateway/server/rate_limiter.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::FakeClock;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

class RateLimiterTest : public ::testing::Test {
 protected:
  int TakeAll(const AgencyId& agency) {
    int taken = 0;
    while (taken < 100 && limiter_.Take(agency).ok()) ++taken;
    return taken;
  }

  const AgencyId school_{"school/ekbacken"};
  const AgencyId police_{"police/region-mitt"};
  FakeClock clock_{absl::FromUnixSeconds(1'770'000'000)};
  RateLimiter limiter_{5, &clock_};
};

TEST_F(RateLimiterTest, OneSecondsWorthAndThenNoMore) {
  EXPECT_EQ(TakeAll(school_), 5);
  EXPECT_THAT(limiter_.Take(school_),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("send the same request")));
}

TEST_F(RateLimiterTest, AgenciesDoNotTakeFromEachOther) {
  EXPECT_EQ(TakeAll(school_), 5);
  EXPECT_EQ(TakeAll(police_), 5);
}

TEST_F(RateLimiterTest, TimeFillsTheBucketAndNoMoreThanTheBucket) {
  EXPECT_EQ(TakeAll(school_), 5);
  clock_.Advance(absl::Milliseconds(400));
  EXPECT_EQ(TakeAll(school_), 2);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(TakeAll(school_), 5);
}

TEST_F(RateLimiterTest, AClockThatGoesBackTakesNothing) {
  ASSERT_OK(limiter_.Take(school_));
  clock_.Advance(-absl::Hours(1));
  EXPECT_EQ(TakeAll(school_), 4);
}

}  // namespace
}  // namespace sluss
