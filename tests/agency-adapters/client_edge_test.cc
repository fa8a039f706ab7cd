// Two edges with all their threads running, over one gateway.
#include <future>
#include <thread>

#include "agency-adapters/client/edge.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_agency.h"

namespace sluss {
namespace {

using namespace sluss::testing;  // NOLINT: the fixtures of these tests
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::chrono::seconds kPatience(60);

class EdgeTest : public ::testing::Test {
 protected:
  Parties parties_;
  FakeClock clock_{absl::FromCivil(absl::CivilHour(2026, 1, 15, 9), absl::UTCTimeZone())};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
  Agency social_{kSocialServices, &parties_, &gateway_, &clock_};
};

TEST_F(EdgeTest, RunCarriesWhatIsDroppedUntilStop) {
  std::promise<void> delivered;
  gateway_.on_acknowledged = [&, first = true]() mutable {
    if (std::exchange(first, false)) delivered.set_value();
  };
  std::jthread school([&] { school_.edge->Run(); });
  std::jthread social([&] { social_.edge->Run(); });
  school_.Drop("a.txt", DutyReport("FI-1"));
  ASSERT_EQ(delivered.get_future().wait_for(kPatience), std::future_status::ready);
  school_.edge->Stop();
  social_.edge->Stop();
  school.join();
  social.join();
  EXPECT_THAT(social_.Files("/out", "in.pb"), SizeIs(1));
}

TEST_F(EdgeTest, StopEndsARunThatHasNothingToDo) {
  std::jthread running([&] { school_.edge->Run(); });
  school_.edge->Stop();
  running.join();
  EXPECT_THAT(school_.Files("/out"), IsEmpty());
}

TEST_F(EdgeTest, RunOnceSendsWhatIsThereAndEnds) {
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.edge->Look();  // the first look; RunOnce has the second
  school_.edge->RunOnce(/*quiet=*/absl::ZeroDuration());
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_THAT(school_.Files("/out", ".answer.json"), SizeIs(1));
}

}  // namespace
}  // namespace sluss
