// The officers of an agency at its edge: who signs, who may not, and what the gateway is told.
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_agency.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using namespace sluss::testing;  // NOLINT: the fixtures of these tests
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class OfficerTest : public ::testing::Test {
 protected:
  void Send(const v1::NeutralNotification& notification) {
    school_.Drop(notification.native_id() + ".txt", notification);
    school_.Look();
  }

  Parties parties_;
  FakeClock clock_{absl::FromCivil(absl::CivilHour(2026, 1, 15, 9), absl::UTCTimeZone())};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
};

TEST_F(OfficerTest, TheGatewayHasTheRegisterBeforeAnythingIsSent) {
  school_.Look();
  ASSERT_THAT(gateway_.registers(kSchool), SizeIs(1));
  EXPECT_EQ(gateway_.registers(kSchool)[0].officer_size(), 2);
  EXPECT_THAT(gateway_.wire(), Not(HasSubstr("Eva Ek")));
  Send(DutyReport("FI-1"));
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_THAT(gateway_.registers(kSchool), SizeIs(1)) << "told once";
}

struct BadAct {
  const char* name;
  void (*change)(v1::NeutralNotification& notification);
  const char* text;
};

class BadActTest : public OfficerTest, public ::testing::WithParamInterface<BadAct> {};

TEST_P(BadActTest, IsHandedBackWithItsFieldAndTheFileIsKept) {
  school_.EnrolOfficer("Retired Since New Year", {"principal"}, "2025-01-01", "2026-01-15");
  school_.EnrolOfficer("From Tomorrow", {"principal"}, "2026-01-16", "2027-01-01");
  v1::NeutralNotification report = DutyReport("FI-1");
  GetParam().change(report);
  Send(report);
  EXPECT_THAT(gateway_.accepted(), IsEmpty());
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", ".error.txt"), HasSubstr(GetParam().text));
  EXPECT_EQ(school_.OnlyFile("/drop/rejected", "FI-1.txt"), report.SerializeAsString());
}

void AddSecond(const char* name, v1::NeutralNotification& report) {
  v1::OfficerAct* const second = report.add_officer();
  *second = report.officer(0);
  second->set_name(name);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadActTest,
    ::testing::Values(
        BadAct{"NotEnrolled", [](auto& r) { r.mutable_officer(0)->set_name("Nils Ny"); },
               "`officer[0].name`: is not enrolled as an officer of this agency"},
        BadAct{"WithoutTheRole", [](auto& r) { r.mutable_officer(0)->set_role("nurse"); },
               "`officer[0].role`: is not a role that the officer is enrolled with"},
        BadAct{"Expired", [](auto& r) { r.mutable_officer(0)->set_name("Retired Since New Year"); },
               "`officer[0].name`: the officer's enrolment is not in force today"},
        BadAct{"NotYet", [](auto& r) { r.mutable_officer(0)->set_name("From Tomorrow"); },
               "`officer[0].name`: the officer's enrolment is not in force today"},
        BadAct{"TheSamePersonTwice", [](auto& r) { AddSecond("Eva Ek", r); },
               "`officer[1].name`: is the same person again"},
        BadAct{"TheSecondNotEnrolled", [](auto& r) { AddSecond("Nils Ny", r); },
               "`officer[1].name`: is not enrolled"}),
    [](const ::testing::TestParamInfo<BadAct>& one) { return one.param.name; });

TEST_F(OfficerTest, AnotherSpellingIsTheSamePerson) {
  v1::OfficerList list = school_.OfficersOnDisk();
  list.mutable_officer(0)->add_also("Ek, Eva");
  ASSERT_OK(SaveOfficerList(list, school_.officers_dir()));
  v1::NeutralNotification report = DutyReport("FI-1");
  report.mutable_officer(0)->set_name("Ek, Eva");
  Send(report);
  Send(DutyReport("FI-2"));
  ASSERT_THAT(gateway_.accepted(), SizeIs(2));
  EXPECT_EQ(gateway_.accepted()[0].attestation(0).officer(),
            gateway_.accepted()[1].attestation(0).officer());
  v1::NeutralNotification twice = DutyReport("FI-3");
  AddSecond("Ek, Eva", twice);
  Send(twice);
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", ".error.txt"), HasSubstr("the same person again"));
}

TEST_F(OfficerTest, WhoIsStruckOffSignsNothingMoreAndTheGatewayIsToldAtOnce) {
  Send(DutyReport("FI-1"));
  ASSERT_THAT(gateway_.accepted(), SizeIs(1));
  school_.StrikeOff("Eva Ek");
  school_.edge->Look();
  ASSERT_THAT(gateway_.registers(kSchool), SizeIs(2));
  EXPECT_EQ(gateway_.registers(kSchool)[1].officer_size(), 1);
  EXPECT_GT(gateway_.registers(kSchool)[1].version(), gateway_.registers(kSchool)[0].version());
  Send(DutyReport("FI-2"));
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", ".error.txt"), HasSubstr("is not enrolled"));
}

TEST_F(OfficerTest, AfterARestartTheSameRegisterIsSentAgain) {
  school_.Look();
  school_.Restart();
  school_.Look();
  ASSERT_THAT(gateway_.registers(kSchool), SizeIs(2));
  EXPECT_EQ(gateway_.registers(kSchool)[0].SerializeAsString(),
            gateway_.registers(kSchool)[1].SerializeAsString())
      << "the gateway knows it again and writes no second entry";
}

TEST_F(OfficerTest, AClockThatWasSetBackGivesAGreaterVersionAllTheSame) {
  school_.Look();
  clock_.Advance(-absl::Hours(24));
  school_.StrikeOff("Siv Dahl");
  school_.Look();
  ASSERT_THAT(gateway_.registers(kSchool), SizeIs(2));
  EXPECT_GT(gateway_.registers(kSchool)[1].version(), gateway_.registers(kSchool)[0].version());
}

TEST_F(OfficerTest, NothingAttestedIsSubmittedBeforeTheGatewayKnowsWhoAttests) {
  gateway_.officers_down = absl::UnavailableError("no log");
  school_.Restart();
  Send(DutyReport("FI-1"));
  EXPECT_EQ(gateway_.submissions(), 0u);
  EXPECT_THAT(school_.Files("/drop/done"), SizeIs(1)) << "sealed, and waiting";
  EXPECT_THAT(school_.log.str(), HasSubstr("\"event\":\"officers-waiting\""));
  gateway_.officers_down = absl::OkStatus();
  clock_.Advance(absl::Minutes(2));
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
}

TEST_F(OfficerTest, ARegisterThatTheGatewayWillNotTakeBouncesNoRecord) {
  gateway_.officers_down = absl::InvalidArgumentError("`officers` has no version");
  school_.Restart();
  Send(DutyReport("FI-1"));
  EXPECT_THAT(school_.Files("/drop/rejected"), IsEmpty());
  EXPECT_THAT(school_.log.str(), HasSubstr("did not take the register of officers"));
}

TEST_F(OfficerTest, AListThatCannotBeReadLeavesTheOneBefore) {
  school_.Look();
  std::ofstream(school_.officers_dir() + "/officers.txtpb") << "officer { nam";
  Send(DutyReport("FI-1"));
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_THAT(school_.log.str(), HasSubstr("\"event\":\"officers-failed\""));
}

TEST_F(OfficerTest, AnAgencyWithoutOfficersSendsNothing) {
  school_.StrikeOff("Eva Ek");
  school_.StrikeOff("Siv Dahl");
  school_.Restart();
  Send(DutyReport("FI-1"));
  ASSERT_THAT(gateway_.registers(kSchool), SizeIs(2));
  EXPECT_EQ(gateway_.registers(kSchool)[1].officer_size(), 0);
  EXPECT_THAT(gateway_.accepted(), IsEmpty());
  EXPECT_THAT(school_.Files("/drop/rejected", "FI-1.txt"), SizeIs(1));
}

TEST_F(OfficerTest, TheRecipientRefusesWhatNoOfficerSigned) {
  Agency social{kSocialServices, &parties_, &gateway_, &clock_};
  gateway_.tamper_delivery = [](v1::Delivery* delivery) {
    delivery->mutable_notification()->clear_attested_by();
  };
  Send(DutyReport("FI-1"));
  social.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_EQ(gateway_.acknowledged()[0].reason_code, "attested-by");
  EXPECT_THAT(social.Files("/out", "in.pb"), IsEmpty());
}

}  // namespace
}  // namespace sluss
