#include <sys/stat.h>

#include <cstdio>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/forward_clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/ids.h"
#include "gateway/base/metrics_file.h"
#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/config.pb.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ClockTest, TheDayOfTheLawIsSwedish) {
  // 22:30 UTC on 30 June is half past midnight on 1 July in Stockholm.
  const absl::Time time =
      absl::FromCivil(absl::CivilSecond(2025, 6, 30, 22, 30, 0), absl::UTCTimeZone());
  EXPECT_EQ(SwedishDay(time), absl::CivilDay(2025, 7, 1));
  EXPECT_EQ(SwedishDay(time - absl::Hours(1)), absl::CivilDay(2025, 6, 30));
  EXPECT_EQ(StartOfSwedishDay(absl::CivilDay(2025, 7, 1)), time - absl::Minutes(30));
  EXPECT_EQ(ToSwedishTime(time), absl::CivilSecond(2025, 7, 1, 0, 30, 0));
}

TEST(ForwardClockTest, FollowsAClockThatGoesForward) {
  testing::FakeClock machine(absl::FromUnixSeconds(1000));
  absl::Duration stopwatch;
  const ForwardClock clock(&machine, absl::InfinitePast(), [&] { return stopwatch; });
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(1000));
  machine.Advance(absl::Hours(24));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(1000) + absl::Hours(24));
  EXPECT_EQ(clock.Behind(), absl::ZeroDuration());
}

TEST(ForwardClockTest, GoesOnAtHalfSpeedUntilAClockThatWasSetBackHasCaughtUp) {
  const absl::Time noon = absl::FromUnixSeconds(1000000);
  testing::FakeClock machine(noon);
  absl::Duration stopwatch = absl::Hours(5);
  const ForwardClock clock(&machine, absl::InfinitePast(), [&] { return stopwatch; });
  EXPECT_EQ(clock.Now(), noon);
  machine.Advance(-absl::Hours(1));
  EXPECT_EQ(clock.Now(), noon);
  EXPECT_EQ(clock.Behind(), absl::Hours(1));
  const auto pass = [&](absl::Duration time) {
    machine.Advance(time);
    stopwatch += time;
  };
  pass(absl::Minutes(2));
  EXPECT_EQ(clock.Now(), noon + absl::Minutes(1)) << "a deadline is at most twice as late";
  for (int i = 0; i < 3; ++i) {  // one microsecond at a time is not lost
    pass(absl::Microseconds(1));
    (void)clock.Now();
  }
  pass(absl::Microseconds(1));
  EXPECT_EQ(clock.Now(), noon + absl::Minutes(1) + absl::Microseconds(2));
  pass(absl::Hours(2));
  EXPECT_EQ(clock.Now(), machine.Now()) << "the machine has caught up";
  EXPECT_EQ(clock.Behind(), absl::ZeroDuration());
}

TEST(ForwardClockTest, IsNeverBeforeWhatItBeganWith) {
  testing::FakeClock machine(absl::FromUnixSeconds(1000));
  const ForwardClock clock(&machine, absl::FromUnixSeconds(5000), [] { return absl::Hours(1); });
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(5000));
  machine.Set(absl::FromUnixSeconds(5001));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(5001));
}

TEST(MetricsTextTest, IsWhatTheCollectorReads) {
  MetricsText metrics;
  metrics.Gauge("sluss_log_entries", "Entries of the log.", 1234567890);
  metrics.Begin("sluss_policy_info", MetricType::kGauge, "The version in force.");
  metrics.Add(1, {{"version", "a \"b\" \\ \n"}, {"x", "y"}});
  metrics.Counter("sluss_received_total", "Since the start.", 0.5);
  EXPECT_EQ(metrics.text(),
            "# HELP sluss_log_entries Entries of the log.\n"
            "# TYPE sluss_log_entries gauge\n"
            "sluss_log_entries 1234567890\n"
            "# HELP sluss_policy_info The version in force.\n"
            "# TYPE sluss_policy_info gauge\n"
            "sluss_policy_info{version=\"a \\\"b\\\" \\\\ \\n\",x=\"y\"} 1\n"
            "# HELP sluss_received_total Since the start.\n"
            "# TYPE sluss_received_total counter\n"
            "sluss_received_total 0.5\n");
}

TEST(MetricsFileTest, IsReplacedWholeAndReadableByTheGroupOnly) {
  const std::string path = ::testing::TempDir() + "/metrics_file_test.prom";
  ASSERT_OK(WriteMetricsFile(path, "a longer text that was there before\n"));
  ASSERT_OK(WriteMetricsFile(path, "new\n"));
  EXPECT_EQ(*ReadFile(path), "new\n");
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  EXPECT_NE(stat((path + ".part").c_str(), &info), 0);
  std::remove(path.c_str());
}

TEST(MetricsFileTest, ADirectoryThatIsNotThereIsNamedWithTheCure) {
  EXPECT_THAT(WriteMetricsFile("/nowhere/at/all.prom", "x"),
              StatusIs(absl::StatusCode::kUnavailable,
                       "metrics file `/nowhere/at/all.prom` cannot be written (No such file or "
                       "directory): let this user write its directory"));
}

TEST(HexTest, RoundTripAndRefusal) {
  EXPECT_EQ(ToHex(std::string("\x00\xff", 2)), "00ff");
  EXPECT_EQ(*FromHex("00FF"), std::string("\x00\xff", 2));
  EXPECT_THAT(FromHex("0"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("odd")));
  EXPECT_THAT(FromHex("0g"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("digit")));
}

TEST(AgencyIdTest, AcceptsKindSlashName) {
  EXPECT_EQ(AgencyKind(*ParseAgencyId("child-psychiatry/bup-ost")), "child-psychiatry");
  for (const char* bad : {"", "school", "/x", "school/", "School/x", "school/a/b", "school/å"}) {
    EXPECT_THAT(ParseAgencyId(bad),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("kind/name")))
        << bad;
  }
}

TEST(Id16Test, NamesTheFieldAndTheLength) {
  EXPECT_OK(ParseId16<MessageId>(std::string(16, 'x'), "message_id"));
  EXPECT_THAT(ParseId16<MessageId>("abc", "message_id"),
              StatusIs(absl::StatusCode::kInvalidArgument, "`message_id` must be 16 bytes, not 3"));
}

TEST(TextFileTest, NamesLineAndColumnOfASyntaxFault) {
  v1::GatewayConfig config;
  EXPECT_THAT(TextFile::Parse("gateway.txtpb", "name: \"x\"\nport: 1\n", &config),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("gateway.txtpb:2:")));
}

TEST(TextFileTest, RemembersWhereAFieldStood) {
  v1::GatewayConfig config;
  auto file = TextFile::Parse("g", "# comment\nagency: \"a/b\"\nagency: \"c/d\"\n", &config);
  ASSERT_OK(file);
  EXPECT_EQ(file->Where("agency", 1), "g:3:1");
  EXPECT_EQ(file->Where("listen"), "g");
}

}  // namespace
}  // namespace sluss
