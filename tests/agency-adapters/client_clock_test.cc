// The law's deadlines at the agency that receives: started by the decision's obligations, stopped
// by what the agency says, told when they pass.
#include <string>
#include <vector>

#include "agency-adapters/client/clock_file.h"
#include "gateway/base/hex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/agency-adapters/client_agency.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using namespace sluss::testing;  // NOLINT: the fixtures of these tests
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

absl::Time Swedish(int year, int month, int day, int hour = 0, int minute = 0) {
  return FromSwedishTime(absl::CivilSecond(year, month, day, hour, minute));
}

// "code due overdue", as the agency's own system reads them.
std::vector<std::string> Lines(const Agency& agency) {
  std::vector<std::string> lines;
  const nlohmann::json list = nlohmann::json::parse(agency.OnlyFile("/out", "clocks.open.json"));
  for (const auto& clock : list.at("clocks")) {
    lines.push_back(absl::StrCat(clock.at("clock").get<std::string>(), " ",
                                 clock.at("due").get<std::string>(),
                                 clock.at("overdue").get<bool>() ? " overdue" : ""));
  }
  return lines;
}

class ClockTest : public ::testing::Test {
 protected:
  ClockTest() {
    gateway_.obligations.emplace_back().mutable_protection_assessment()->set_decide_days(14);
    gateway_.obligations.emplace_back().mutable_feedback()->set_days(7);
  }

  // A duty report that social services have received; their time is 10:00.
  void Report() {
    school_.Drop("r.txt", DutyReport("FI-1"));
    school_.Look();
    social_.Receive();
    social_.Look();
  }
  std::string MessageId() { return gateway_.accepted()[0].message_id(); }
  // `more`: further properties, each with the comma before it.
  void Say(const char* event, const char* more = "") {
    social_.Drop(absl::StrCat(event, ".clock.json"),
                 absl::StrCat(R"({"message": ")", ToHex(MessageId()), R"(", "event": ")", event,
                              R"(")", more, "}"));
    social_.Look();
  }
  std::string Rejection() { return social_.OnlyFile("/drop/rejected", ".error.txt"); }
  int Told(const Agency& agency, const char* what) {
    int count = 0;
    const std::string log = agency.log.str();
    for (size_t at = log.find(what); at != std::string::npos; at = log.find(what, at + 1)) ++count;
    return count;
  }

  Parties parties_;
  FakeClock clock_{Swedish(2026, 10, 20, 10)};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
  Agency social_{kSocialServices, &parties_, &gateway_, &clock_};
};

TEST_F(ClockTest, AReportIsToBeAssessedAtOnceAndDecidedInFourteenDays) {
  Report();
  // Summer time ends on the way; days are Swedish days all the same.
  EXPECT_THAT(Lines(social_), ElementsAre("assess-protection 2026-10-21T10:00:00",
                                          "decide-investigation 2026-11-04T00:00:00"));
  EXPECT_THAT(school_.Files("/out", "clocks.open.json"), IsEmpty());
}

TEST_F(ClockTest, EachStepStopsItsClockAndStartsTheNext) {
  Report();
  Say("assessed");
  EXPECT_THAT(Lines(social_), ElementsAre("decide-investigation 2026-11-04T00:00:00"));
  clock_.Set(Swedish(2026, 10, 31, 9));
  Say("opened");
  EXPECT_THAT(Lines(social_), ElementsAre("answer-reporter 2026-11-08T00:00:00",
                                          "finish-investigation 2027-03-01T00:00:00"))
      << "four months after the 31st of October is the last of February";
  Say("finished");
  EXPECT_THAT(Lines(social_), ElementsAre("answer-reporter 2026-11-08T00:00:00"));
}

TEST_F(ClockTest, FeedbackSaysWhatWasDecidedAndAnswersTheReporter) {
  Report();
  social_.Drop("f.txt", FeedbackTo(MessageId(), v1::INVESTIGATION_NOT_OPENED));
  social_.Look();
  EXPECT_THAT(Lines(social_), IsEmpty());
}

TEST_F(ClockTest, FeedbackThatIsDeniedLeavesTheReporterToBeAnswered) {
  Report();
  gateway_.verdict = v1::VERDICT_DENY;
  social_.Drop("f.txt", FeedbackTo(MessageId(), v1::INVESTIGATION_OPENED));
  social_.Look();
  EXPECT_THAT(Lines(social_), ElementsAre("answer-reporter 2026-10-28T00:00:00",
                                          "finish-investigation 2027-02-21T00:00:00"));
}

TEST_F(ClockTest, WhatIsOverdueIsToldOnceAndStandsInTheListThroughARestart) {
  Report();
  clock_.Set(Swedish(2026, 10, 21, 10));
  social_.Look();
  EXPECT_THAT(Lines(social_), ElementsAre("assess-protection 2026-10-21T10:00:00 overdue",
                                          "decide-investigation 2026-11-04T00:00:00"));
  clock_.Set(Swedish(2026, 11, 4));
  social_.Restart();
  social_.Look();
  social_.Look();
  EXPECT_THAT(Lines(social_), ElementsAre("assess-protection 2026-10-21T10:00:00 overdue",
                                          "decide-investigation 2026-11-04T00:00:00 overdue"));
  EXPECT_EQ(Told(social_, R"("clock-overdue")"), 2);
}

TEST_F(ClockTest, TheTimesAreThoseOfTheRule) {
  auto* owed = gateway_.obligations[0].mutable_protection_assessment();
  owed->set_assess_hours(6);
  owed->set_decide_days(10);
  owed->set_finish_months(2);
  Report();
  EXPECT_THAT(Lines(social_), ElementsAre("assess-protection 2026-10-20T16:00:00",
                                          "decide-investigation 2026-10-31T00:00:00"));
  owed->set_finish_months(9);  // what is in force later changes nothing
  Say("opened");
  EXPECT_THAT(Lines(social_), ElementsAre("answer-reporter 2026-10-28T00:00:00",
                                          "finish-investigation 2026-12-21T00:00:00"));
}

TEST_F(ClockTest, MoreTimeToDecideIsShownWithTheDayBefore) {
  Report();
  clock_.Set(Swedish(2026, 11, 5));
  social_.Look();
  Say("extended", R"(, "until": "2026-11-20")");
  EXPECT_THAT(Lines(social_), ElementsAre("assess-protection 2026-10-21T10:00:00 overdue",
                                          "decide-investigation 2026-11-21T00:00:00"));
  EXPECT_THAT(social_.OnlyFile("/out", "clocks.open.json"),
              HasSubstr(R"("extendedFrom": "2026-11-04T00:00:00")"));
  Say("extended", R"(, "until": "2026-11-20")");  // said again: as once
  EXPECT_THAT(social_.Files("/drop/rejected", ".error.txt"), IsEmpty());
  clock_.Set(Swedish(2026, 11, 21));
  social_.Look();
  EXPECT_EQ(Told(social_, R"("clock":"decide-investigation")"), 2) << "it is overdue anew";
}

TEST_F(ClockTest, NoTimeIsAddedToADecisionThatIsMade) {
  Report();
  Say("not-opened");
  Say("extended", R"(, "until": "2026-11-20")");
  EXPECT_THAT(Rejection(), HasSubstr("no decision about this notification is awaited"));
}

TEST_F(ClockTest, AnExtensionIsNoShortening) {
  Report();
  Say("extended", R"(, "until": "2026-11-03")");
  EXPECT_THAT(Rejection(), HasSubstr("`until`"));
}

// ---- what may be kept for a time only

class RetentionTest : public ClockTest {
 protected:
  void ReportKept(uint32_t identity_days, uint32_t narrative_days) {
    gateway_.obligations.clear();
    gateway_.retain_days = {{"IDENTITY", identity_days}, {"NARRATIVE", narrative_days}};
    Report();
  }
  std::string List() { return social_.OnlyFile("/out", "clocks.open.json"); }
};

TEST_F(RetentionTest, EachCategoryIsErasedOnItsOwnDay) {
  ReportKept(365, 90);
  EXPECT_THAT(Lines(social_),
              ElementsAre("erase-data 2027-01-19T00:00:00", "erase-data 2027-10-21T00:00:00"));
  clock_.Set(Swedish(2027, 1, 19));
  social_.Look();
  EXPECT_EQ(Told(social_, R"("clock":"erase-data")"), 1);
  Say("erased");
  EXPECT_THAT(Lines(social_), ElementsAre("erase-data 2027-10-21T00:00:00"))
      << "what is not due yet runs on";
  EXPECT_THAT(List(), Not(HasSubstr("NARRATIVE")));
}

TEST_F(RetentionTest, WhatIsErasedBeforeItsDayIsNamed) {
  ReportKept(90, 90);
  EXPECT_THAT(Lines(social_), ElementsAre("erase-data 2027-01-19T00:00:00"));
  Say("erased", R"(, "categories": ["NARRATIVE"])");
  EXPECT_THAT(List(), Not(HasSubstr("NARRATIVE")));
  EXPECT_THAT(List(), HasSubstr("IDENTITY"));
  Say("erased", R"(, "categories": ["NARRATIVE"])");
  EXPECT_THAT(social_.Files("/drop/rejected", ".error.txt"), IsEmpty()) << "twice is as once";
  Say("erased", R"(, "categories": ["IDENTITY"])");
  EXPECT_THAT(Lines(social_), IsEmpty());
}

TEST_F(RetentionTest, WhatHasNoDayCannotBeErasedOnOne) {
  ReportKept(90, 90);
  const std::vector<std::string> before = Lines(social_);
  Say("erased", R"(, "categories": ["STATUS"])");
  EXPECT_THAT(Rejection(), HasSubstr("`categories`: STATUS"));
  EXPECT_EQ(Lines(social_), before);
}

TEST_F(ClockTest, WhatWasOverdueStaysSoWhenTheClockIsSetBack) {
  Report();
  clock_.Set(Swedish(2026, 10, 21, 10));
  social_.Look();
  clock_.Set(Swedish(2026, 10, 20, 11));
  Say("not-requested");  // the list is written anew
  EXPECT_THAT(Lines(social_), ElementsAre("assess-protection 2026-10-21T10:00:00 overdue",
                                          "decide-investigation 2026-11-04T00:00:00"));
  social_.Restart();
  social_.Look();
  EXPECT_THAT(Lines(social_), ElementsAre("assess-protection 2026-10-21T10:00:00 overdue",
                                          "decide-investigation 2026-11-04T00:00:00"));
  EXPECT_EQ(social_.edge->Clocks().at("assess-protection").overdue, 1u);
  EXPECT_EQ(Told(social_, R"("clock-overdue")"), 1);
}

TEST_F(ClockTest, ARecordThatWaitedIsTriedAgainWhenTheClockIsSetBack) {
  gateway_.down = absl::UnavailableError("away");
  school_.Drop("r.txt", DutyReport("FI-1"));
  school_.Look();
  gateway_.down = absl::OkStatus();
  clock_.Set(Swedish(2026, 10, 19));
  school_.Look();
  EXPECT_EQ(gateway_.accepted().size(), 1u) << "it does not wait a day for its next attempt";
}

TEST_F(ClockTest, WhenNobodyAsksForFeedbackTheClockIsStopped) {
  Report();
  Say("not-opened");
  EXPECT_THAT(Lines(social_), ElementsAre("answer-reporter 2026-10-28T00:00:00"));
  Say("not-requested");
  EXPECT_THAT(Lines(social_), IsEmpty());
}

TEST_F(ClockTest, WhatHasEndedIsForgottenAfterItsTimeAndNothingElse) {
  Report();
  school_.Drop("s.txt", DutyReport("FI-2", kOtherChild));
  school_.Look();
  social_.Receive();
  Say("not-opened");
  Say("not-requested");
  EXPECT_EQ(social_.Files("/state/clocks", ".rec").size(), 2u);
  clock_.Set(Swedish(2027, 10, 19));
  social_.Look();
  EXPECT_EQ(social_.Files("/state/clocks", ".rec").size(), 2u) << "not a year yet";
  clock_.Set(Swedish(2027, 10, 21));
  social_.Look();
  EXPECT_EQ(social_.Files("/state/clocks", ".rec").size(), 1u);
  EXPECT_THAT(Lines(social_), ElementsAre("assess-protection 2026-10-21T10:00:00 overdue",
                                          "decide-investigation 2026-11-04T00:00:00 overdue"));
  social_.Drop("late.clock.json",
               absl::StrCat(R"({"message": ")", ToHex(MessageId()), R"(", "event": "opened"})"));
  social_.Look();
  EXPECT_THAT(social_.OnlyFile("/drop/rejected", ".error.txt"),
              HasSubstr("no notification here whose clocks run"));
}

TEST_F(ClockTest, AnOldLawsClocksAreThoseOfTheDecision) {
  gateway_.obligations.clear();
  Report();
  EXPECT_THAT(social_.Files("/out", "clocks.open.json"), IsEmpty());
}

TEST_F(ClockTest, ADiskThatFailsLosesNoClockAndDoublesNone) {
  for (const FaultForm form : kAllFaultForms) {
    for (int at = 0; at < 12; ++at) {
      SCOPED_TRACE(absl::StrCat("step ", at, " form ", static_cast<int>(form)));
      FakeGateway gateway(&parties_);
      gateway.obligations = gateway_.obligations;
      Agency school(kSchool, &parties_, &gateway, &clock_);
      Agency social(kSocialServices, &parties_, &gateway, &clock_);
      school.Drop("a.txt", DutyReport("FI-1"));
      school.Look();
      social.disk.FailAt(at, form);
      social.Receive();
      social.Look();
      if (form == FaultForm::kPowerLoss || form == FaultForm::kPowerLossPersisted) social.Restart();
      social.Receive();
      social.Restart();
      social.Look();
      EXPECT_THAT(Lines(social), ElementsAre("assess-protection 2026-10-21T10:00:00",
                                             "decide-investigation 2026-11-04T00:00:00"));
    }
  }
}

struct BadFile {
  const char* text;
  const char* error;
};

class BadClockFileTest : public ClockTest, public ::testing::WithParamInterface<BadFile> {};

TEST_P(BadClockFileTest, IsHandedBackWithItsField) {
  Report();
  const std::vector<std::string> before = Lines(social_);
  social_.Drop("x.clock.json", GetParam().text);
  social_.Look();
  EXPECT_THAT(social_.OnlyFile("/drop/rejected", ".error.txt"), HasSubstr(GetParam().error));
  EXPECT_EQ(Lines(social_), before);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadClockFileTest,
    ::testing::Values(
        BadFile{"{", "the record is not JSON"},
        BadFile{R"({"message": "12", "event": "opened"})", "`message`: must be 32 hex digits"},
        BadFile{R"({"message": "00112233445566778899aabbccddeeff", "event": "opened"})",
                "`message` names no notification here"},
        BadFile{R"({"message": "00112233445566778899aabbccddeeff", "event": "closed"})", "`event`"},
        BadFile{R"({"message": "00112233445566778899aabbccddeeff", "event": "opened",
                    "at": "yesterday"})",
                "`at`: must be a time with its zone"},
        BadFile{R"({"message": "00112233445566778899aabbccddeeff", "event": "opened",
                    "at": "2030-01-01T00:00:00+01:00"})",
                "`at`: lies in the future"},
        BadFile{R"({"message": "00112233445566778899aabbccddeeff", "event": "extended"})",
                "`until`"},
        BadFile{R"({"message": "00112233445566778899aabbccddeeff", "event": "extended",
                    "until": "in May"})",
                "`until`: must be a day"},
        BadFile{R"({"message": "00112233445566778899aabbccddeeff", "event": "opened",
                    "until": "2027-01-01"})",
                "`until`: goes with"},
        BadFile{R"({"message": "00112233445566778899aabbccddeeff", "event": "opened",
                    "categories": ["CONTACT"]})",
                "`categories`: goes with"},
        BadFile{R"({"message": "00112233445566778899aabbccddeeff", "event": "opened",
                    "who": "me"})",
                "`who`"}));

}  // namespace
}  // namespace sluss
