// Corrections and retractions between two agencies: what the sender may correct, and how the
// receiver's earlier record is marked.
#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "gateway/base/hex.h"
#include "gateway/crypto/seal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/notification.pb.h"
#include "tests/agency-adapters/client_agency.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using namespace sluss::testing;  // NOLINT: the fixtures of these tests
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CorrectionTest : public ::testing::Test {
 protected:
  // The school's report FI-1, which social services have.
  void Report() {
    Send(DutyReport("FI-1"));
    social_.Receive();
  }
  void Send(const v1::NeutralNotification& notification) {
    school_.Drop(notification.native_id() + ".txt", notification);
    school_.Look();
  }
  static v1::NeutralNotification Correction(const std::string& native_id, v1::CorrectionKind kind,
                                            const std::string& of = "FI-1",
                                            const std::string& number = kChild) {
    v1::NeutralNotification correction = DutyReport(native_id, number);
    correction.set_reply_to(of);
    correction.set_correction(kind);
    return correction;
  }
  std::string Id(int index) { return ToHex(gateway_.accepted()[index].message_id()); }
  nlohmann::json Marking() {
    return nlohmann::json::parse(social_.OnlyFile("/out", ".marking.json"));
  }
  std::string Rejected() { return school_.OnlyFile("/drop/rejected", ".error.txt"); }

  Parties parties_;
  FakeClock clock_{FromSwedishTime(absl::CivilSecond(2026, 3, 2, 10, 0, 0))};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
  Agency social_{kSocialServices, &parties_, &gateway_, &clock_};
};

TEST_F(CorrectionTest, GoesWhereTheReportWentAndMarksIt) {
  Report();
  v1::NeutralNotification correction = Correction("FI-2", v1::CORRECTION);
  correction.clear_recipient();
  Send(correction);
  ASSERT_THAT(gateway_.accepted(), SizeIs(2));
  const v1::Header header = gateway_.accepted()[1];
  EXPECT_EQ(header.recipient(), kSocialServices.value());
  EXPECT_EQ(header.reply_to(), gateway_.accepted()[0].message_id());
  EXPECT_EQ(header.correction(), v1::CORRECTION);
  EXPECT_EQ(header.conversation(), gateway_.accepted()[0].conversation());

  social_.Receive();
  EXPECT_THAT(social_.Files("/out", Id(0) + ".marking.json"), SizeIs(1)) << "beside its files";
  EXPECT_EQ(Marking(), nlohmann::json({{"message", Id(0)},
                                       {"known", true},
                                       {"case", ""},
                                       {"from", "school/ekbacken"},
                                       {"status", "corrected"},
                                       {"markings",
                                        {{{"by", Id(1)},
                                          {"kind", "correction"},
                                          {"received", "2026-03-02T10:00:00"},
                                          {"statements", nlohmann::json::array()}}}}}));
  v1::DeliveredNotification written;
  for (const auto& [path, bytes] : social_.Files("/out", "in.pb")) {
    if (absl::StrContains(path, Id(1))) {
      EXPECT_TRUE(written.ParseFromString(bytes));
    }
  }
  EXPECT_EQ(written.notification().correction(), v1::CORRECTION);
  EXPECT_EQ(written.notification().reply_to(), Id(0));
  EXPECT_THAT(social_.log.str(), HasSubstr("\"event\":\"marked\""));
}

TEST_F(CorrectionTest, NamesSingleStatementsByTheirIds) {
  v1::NeutralNotification report = DutyReport("FI-1");
  (*report.mutable_compartment())["NARRATIVE"].mutable_narrative()->add_statement()->set_text("b");
  (*report.mutable_compartment())["HEALTH"].mutable_text()->add_statement()->set_text("asthma");
  Send(report);
  social_.Receive();
  const v1::DeliveredNotification delivered = social_.Delivered();
  const auto& parts = delivered.notification().compartment();
  EXPECT_EQ(parts.at("NARRATIVE").narrative().statement(0).id(), "1");
  EXPECT_EQ(parts.at("NARRATIVE").narrative().statement(1).id(), "2");
  EXPECT_EQ(parts.at("HEALTH").text().statement(0).id(), "1");

  v1::NeutralNotification correction = Correction("FI-2", v1::CORRECTION);
  v1::Narrative* narrative = (*correction.mutable_compartment())["NARRATIVE"].mutable_narrative();
  narrative->mutable_statement(0)->set_corrects("2");
  v1::Statement* taken_back =
      (*correction.mutable_compartment())["HEALTH"].mutable_text()->add_statement();
  taken_back->set_corrects("1");
  taken_back->set_retracted(true);
  Send(correction);
  social_.Receive();
  EXPECT_EQ(Marking()["markings"][0]["statements"],
            nlohmann::json({{{"category", "HEALTH"}, {"id", "1"}, {"retracted", true}},
                            {{"category", "NARRATIVE"}, {"id", "2"}, {"retracted", false}}}));
}

TEST_F(CorrectionTest, ARetractionOutlastsALaterCorrection) {
  Report();
  Send(Correction("FI-2", v1::RETRACTION));
  social_.Receive();
  EXPECT_EQ(Marking()["status"], "retracted");
  Send(Correction("FI-3", v1::CORRECTION));
  social_.Receive();
  EXPECT_EQ(Marking()["status"], "retracted");
  ASSERT_THAT(Marking()["markings"], SizeIs(2));
  EXPECT_EQ(Marking()["markings"][1]["by"], Id(2));
}

TEST_F(CorrectionTest, StartsNoClocksOfItsOwnAndShowsInTheReports) {
  gateway_.obligations.emplace_back().mutable_protection_assessment()->set_decide_days(14);
  Report();
  clock_.Advance(absl::Hours(2));
  Send(Correction("FI-2", v1::RETRACTION));
  social_.Receive();
  social_.Look();
  const auto clocks =
      nlohmann::json::parse(social_.OnlyFile("/out", "clocks.open.json")).at("clocks");
  ASSERT_THAT(clocks, SizeIs(2)) << "assess and decide, of the report";
  for (const auto& clock : clocks) {
    EXPECT_EQ(clock.at("message"), Id(0));
    EXPECT_EQ(clock.at("received"), "2026-03-02T10:00:00");
    EXPECT_EQ(clock.at("marked"), "retracted");
  }
}

TEST_F(CorrectionTest, OfWhatNeverCameIsTakenAndSaysSo) {
  gateway_.tamper_delivery = [](v1::Delivery* delivery) {
    delivery->mutable_notification()->clear_signature();
  };
  Report();  // refused here
  gateway_.tamper_delivery = [](v1::Delivery*) {};
  Send(Correction("FI-2", v1::CORRECTION));
  social_.Receive();
  EXPECT_EQ(Marking()["known"], false);
  EXPECT_THAT(social_.Files("/out", "in.pb"), SizeIs(1));
}

TEST_F(CorrectionTest, AboutAnotherChildIsRefused) {
  Report();
  Send(Correction("FI-2", v1::CORRECTION, "FI-1", kOtherChild));
  social_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(2));
  EXPECT_TRUE(gateway_.acknowledged()[1].refused);
  EXPECT_EQ(gateway_.acknowledged()[1].reason_code, "correction-mismatch");
  EXPECT_THAT(social_.Files("/out", ".marking.json"), IsEmpty());
}

TEST_F(CorrectionTest, AboutAnotherChildIsFoundOutWhenThePseudonymFollows) {
  Report();
  gateway_.keyholder_away = true;
  Send(Correction("FI-2", v1::CORRECTION, "FI-1", kOtherChild));
  social_.Receive();
  gateway_.DeliverPseudonyms();
  social_.Receive();
  EXPECT_EQ(gateway_.acknowledged().back().reason_code, "correction-mismatch");
  EXPECT_EQ(Marking()["status"], "") << "what was marked before is unmarked";
  EXPECT_THAT(Marking()["markings"], IsEmpty());
}

TEST_F(CorrectionTest, FromAnotherAgencyIsRefused) {
  Report();
  Agency police(kPolice, &parties_, &gateway_, &clock_);
  v1::NeutralNotification forged = DutyReport("P-1");
  // The police adapter would not compose it; a malicious one may.
  police.Drop("p.txt", forged);
  police.Look();
  const std::string report = gateway_.accepted()[0].message_id();
  Outgoing outgoing;
  outgoing.header = gateway_.accepted()[1];
  outgoing.header.set_message_id(std::string(16, 'm'));
  outgoing.header.clear_attestation();
  outgoing.header.set_reply_to(report);
  outgoing.header.set_correction(v1::RETRACTION);
  outgoing.number = Must(CanonicalNumber::Parse(kChild));
  v1::CompartmentContent content;
  content.mutable_narrative()->set_why_now("all of it was made up");
  outgoing.parts["NARRATIVE"] = content.SerializeAsString();
  v1::SubmitRequest request;
  *request.mutable_envelope() =
      Must(SealEnvelope(outgoing, parties_.secrets(kPolice), *parties_.shared_directory()));
  ASSERT_OK(gateway_.LinkFor(kPolice)->Submit(request));
  social_.Receive();
  EXPECT_EQ(gateway_.acknowledged().back().reason_code, "correction");
  EXPECT_THAT(social_.Files("/out", ".marking.json"), IsEmpty());
}

TEST_F(CorrectionTest, EveryFaultOnTheWayInEndsInOneMarking) {
  for (const FaultForm form : kAllFaultForms) {
    for (int at = 0; at < 14; ++at) {
      SCOPED_TRACE(absl::StrCat("step ", at, " form ", static_cast<int>(form)));
      FakeGateway gateway(&parties_);
      Agency school(kSchool, &parties_, &gateway, &clock_);
      Agency social(kSocialServices, &parties_, &gateway, &clock_);
      school.Drop("a.txt", DutyReport("FI-1"));
      school.Look();
      social.Receive();
      school.Drop("b.txt", Correction("FI-2", v1::CORRECTION));
      school.Look();
      social.disk.FailAt(at, form);
      social.Receive();
      if (form == FaultForm::kPowerLoss || form == FaultForm::kPowerLossPersisted) social.Restart();
      social.Receive();
      social.Restart();
      const auto marking = nlohmann::json::parse(social.OnlyFile("/out", ".marking.json"));
      EXPECT_THAT(marking["markings"], SizeIs(1));
      EXPECT_EQ(marking["known"], true);
    }
  }
}

// ---- What the sender may correct ---------------------------------------------------------------

TEST_F(CorrectionTest, OfWhatWasDeniedComesBackWithTheReason) {
  gateway_.verdict = v1::VERDICT_DENY;
  Send(DutyReport("FI-1"));
  gateway_.verdict = v1::VERDICT_PERMIT;
  Send(Correction("FI-2", v1::CORRECTION));
  EXPECT_THAT(gateway_.accepted(), SizeIs(1)) << "nothing was sent";
  EXPECT_THAT(Rejected(), HasSubstr("`reply_to`: that message was denied; the recipient has "
                                    "nothing to correct: send what is right anew"));
}

struct Ended {
  const char* name;
  v1::MessageState state;
  const char* why;
};

class EndedTest : public CorrectionTest, public ::testing::WithParamInterface<Ended> {};

TEST_P(EndedTest, ComesBackWithTheReason) {
  Send(DutyReport("FI-1"));
  gateway_.Tell(kSchool, gateway_.accepted()[0].message_id(), GetParam().state);
  school_.Receive();
  Send(Correction("FI-2", v1::RETRACTION));
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_THAT(Rejected(), HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    All, EndedTest,
    ::testing::Values(Ended{"Stopped", v1::STOPPED, "was stopped before it was handed out"},
                      Ended{"Denied", v1::DENIED_AT_DELIVERY, "was denied"},
                      Ended{"Recalled", v1::RECALLED, "was called back"},
                      Ended{"Expired", v1::EXPIRED_UNDELIVERED, "expired before it was fetched"},
                      Ended{"Refused", v1::REFUSED_BY_RECIPIENT, "was refused by the recipient"}),
    [](const auto& test) { return test.param.name; });

TEST_F(CorrectionTest, WhatTheGatewayRefusesComesBackWithItsWords) {
  Report();
  gateway_.submit_refusal = absl::FailedPreconditionError(
      "`reply_to` names a message that expired before it was fetched: the recipient has nothing to "
      "correct; send what is right anew");
  Send(Correction("FI-2", v1::CORRECTION));
  EXPECT_THAT(Rejected(), HasSubstr("expired before it was fetched"));
}

struct BadCorrection {
  const char* name;
  std::function<void(v1::NeutralNotification*)> change;
  const char* error;
};

class BadCorrectionTest : public CorrectionTest,
                          public ::testing::WithParamInterface<BadCorrection> {};

v1::Statement* FirstStatement(v1::NeutralNotification* notification) {
  return (*notification->mutable_compartment())["NARRATIVE"].mutable_narrative()->mutable_statement(
      0);
}

TEST_P(BadCorrectionTest, ComesBackWithItsField) {
  Report();
  v1::NeutralNotification correction = Correction("FI-2", v1::CORRECTION);
  GetParam().change(&correction);
  Send(correction);
  EXPECT_THAT(gateway_.accepted(), SizeIs(1)) << "nothing was sent";
  EXPECT_THAT(Rejected(), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadCorrectionTest,
    ::testing::Values(
        BadCorrection{"OfNothing", [](v1::NeutralNotification* n) { n->clear_reply_to(); },
                      "`reply_to`: is missing: it names the record that is corrected"},
        BadCorrection{"OfSomethingUnknown",
                      [](v1::NeutralNotification* n) { n->set_reply_to("FI-9"); },
                      "`reply_to`: is neither a message id"},
        BadCorrection{"OfAKindThatIsNotKnown",
                      [](v1::NeutralNotification* n) { n->set_correction(9); },
                      "`correction`: is of a kind that is not known here"},
        BadCorrection{"ToAnotherRecipient",
                      [](v1::NeutralNotification* n) { n->set_recipient(kPolice.value()); },
                      "`reply_to`: names a message to another recipient or for another purpose"},
        BadCorrection{"TakesBackNothing",
                      [](v1::NeutralNotification* n) { FirstStatement(n)->set_retracted(true); },
                      "one is `retracted` and does not say in `corrects` which one that was"},
        BadCorrection{"SameIdTwice",
                      [](v1::NeutralNotification* n) {
                        FirstStatement(n)->set_id("2");
                        (*n->mutable_compartment())["NARRATIVE"]
                            .mutable_narrative()
                            ->add_statement()
                            ->set_text("b");
                      },
                      "two statements have the same `id`"},
        BadCorrection{"AStatementInARetraction",
                      [](v1::NeutralNotification* n) {
                        n->set_correction(v1::RETRACTION);
                        FirstStatement(n)->set_corrects("1");
                      },
                      "but the record is no correction"}),
    [](const auto& test) { return test.param.name; });

TEST_F(CorrectionTest, NobodyCorrectsWhatItOnlyReceived) {
  Report();
  v1::NeutralNotification correction = DutyReport("SOC-1");
  correction.set_recipient(kSchool.value());
  correction.set_reply_to(Id(0));
  correction.set_correction(v1::CORRECTION);
  social_.Drop("s.txt", correction);
  social_.Look();
  EXPECT_THAT(social_.OnlyFile("/drop/rejected", ".error.txt"),
              HasSubstr("`reply_to`: names nothing that this agency sent"));
}

}  // namespace
}  // namespace sluss
