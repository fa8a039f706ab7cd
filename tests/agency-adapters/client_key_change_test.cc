// An agency changes its keys over: what it sealed before is sent, what it gets is opened by the
// keys that it was sealed to, and its register finds the child as before.
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/agency-adapters/client_agency.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 1, 15, 9), absl::UTCTimeZone());

class KeyChangeTest : public ::testing::Test {
 protected:
  KeyChangeTest() {
    std::ofstream(csv_) << "number,case_ref\n" << kChild << ",SOC-17\n";
    social_.csv = csv_;
    social_.Restart();
    EXPECT_OK(social_.edge->Enrol());
  }
  ~KeyChangeTest() override { std::filesystem::remove(csv_); }

  void Send(const std::string& native_id) {
    school_.Drop(native_id + ".txt", DutyReport(native_id));
    school_.Look();
  }
  void ChangeOver(Agency& agency, const AgencyId& id) {
    agency.ChangeKeys(next_.ring(id, &parties_));
  }

  Parties parties_;
  Parties next_ = parties_.Next();
  FakeClock clock_{kNow};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
  Agency social_{kSocialServices, &parties_, &gateway_, &clock_};
  const std::string csv_ = ::testing::TempDir() + "register-" + ToHex(RandomBytes(8));
};

TEST_F(KeyChangeTest, WhatWasSealedBeforeIsSentAfterwards) {
  Send("FI-1");  // the age limits are known now, so that the next one may wait sealed
  gateway_.down = absl::UnavailableError("away");
  Send("FI-2");
  gateway_.down = absl::OkStatus();
  gateway_.ChangeKeys(next_, &parties_);
  ChangeOver(school_, kSchool);
  clock_.Advance(absl::Minutes(2));
  Send("FI-3");
  ASSERT_THAT(gateway_.accepted(), SizeIs(3)) << school_.log.str();
  EXPECT_EQ(gateway_.accepted()[1].directory(), parties_.directory().short_name());
  EXPECT_EQ(gateway_.accepted()[2].directory(), next_.directory().short_name());

  social_.ChangeKeys(parties_.ring(kSocialServices, &next_));  // has learnt, not changed over
  social_.Receive();
  EXPECT_THAT(social_.Files("/state/inbox/quarantine"), IsEmpty());
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(3));
  for (const auto& acknowledged : gateway_.acknowledged()) EXPECT_FALSE(acknowledged.refused);
  for (const auto& [path, bytes] : social_.Files("/out", "in.pb")) {
    v1::DeliveredNotification delivered;
    ASSERT_TRUE(delivered.ParseFromString(bytes));
    EXPECT_EQ(delivered.matched_case(), "SOC-17") << "the register was enrolled under the old keys";
  }
}

TEST_F(KeyChangeTest, WhatWasSealedWithKeysThatAreGoneIsHandedBack) {
  Send("FI-1");
  gateway_.down = absl::UnavailableError("away");
  Send("FI-2");
  gateway_.down = absl::OkStatus();
  gateway_.ChangeKeys(next_);
  school_.ChangeKeys(next_.ring(kSchool));
  clock_.Advance(absl::Minutes(2));
  school_.Look();
  EXPECT_THAT(school_.log.str(), HasSubstr("whose keys are not honoured here"));
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", ".error.txt"), HasSubstr("`directory` is "));
  Send("FI-3");
  EXPECT_EQ(gateway_.accepted().back().directory(), next_.directory().short_name());
}

TEST_F(KeyChangeTest, WhatCannotBeOpenedAnyMoreIsRefusedAndItsSenderHears) {
  Send("FI-1");
  social_.ChangeKeys(next_.ring(kSocialServices));
  social_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_TRUE(gateway_.acknowledged()[0].refused);
  EXPECT_EQ(gateway_.acknowledged()[0].reason_code, "directory");
  EXPECT_THAT(social_.Files("/out", "in.pb"), IsEmpty());
}

TEST_F(KeyChangeTest, APseudonymThatFollowsIsMadeByTheKeysOfItsMessage) {
  gateway_.keyholder_away = true;
  Send("FI-1");
  social_.Receive();
  gateway_.keyholder_away = false;
  gateway_.ChangeKeys(next_, &parties_);
  ChangeOver(social_, kSocialServices);
  gateway_.DeliverPseudonyms();
  social_.Receive();
  const auto update = nlohmann::json::parse(social_.OnlyFile("/out", ".pseudonym.json"));
  EXPECT_EQ(update["fault"], "");
  EXPECT_EQ(update["matchedCase"], "SOC-17");
}

TEST_F(KeyChangeTest, APseudonymByKeysThatAreGoneIsSaidSoOnce) {
  gateway_.keyholder_away = true;
  Send("FI-1");
  social_.Receive();
  gateway_.keyholder_away = false;
  social_.ChangeKeys(next_.ring(kSocialServices));
  gateway_.DeliverPseudonyms();
  social_.Receive();
  const auto update = nlohmann::json::parse(social_.OnlyFile("/out", ".pseudonym.json"));
  EXPECT_EQ(update["fault"], "directory");
}

TEST_F(KeyChangeTest, OfficersAreCertifiedAnewAndTheGatewayHearsOfItFirst) {
  const size_t before = gateway_.registers(kSchool).size();
  gateway_.ChangeKeys(next_, &parties_);
  ChangeOver(school_, kSchool);
  Send("FI-1");
  const auto registers = gateway_.registers(kSchool);
  ASSERT_THAT(registers, SizeIs(before + 1));
  EXPECT_GT(registers.back().version(), registers.front().version());
  EXPECT_OK(CheckCertificate(registers.back().officer(0), *next_.directory().FindAgency(kSchool)));
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
}

TEST_F(KeyChangeTest, WhoComesLaterIsEnrolledUnderTheNewKeysWithTheSameNym) {
  gateway_.ChangeKeys(next_);
  social_.ChangeKeys(next_.ring(kSocialServices));
  Agency again(kSocialServices, &next_, &gateway_, &clock_);  // a disk that has seen nothing yet
  again.csv = csv_;
  again.Restart();
  ASSERT_OK(again.edge->Enrol());
  EXPECT_EQ(again.Files("/state", "register-1.log"), social_.Files("/state", "register-1.log"));
  EXPECT_THAT(again.Files("/state", "register-1.log"), Not(IsEmpty()));
}

}  // namespace
}  // namespace sluss::testing
