#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/ids.h"
#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/config.pb.h"
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
