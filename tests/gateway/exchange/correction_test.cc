// Corrections and retractions at the gateway: what may be corrected, what is answered where nothing
// can be, and what the log says.
#include <functional>

#include "absl/strings/str_cat.h"
#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

class CorrectionTest : public ::testing::Test {
 protected:
  CorrectionTest() { world_.key_holder().SetAway(true); }

  // A report that was admitted; its message id.
  std::string Report() {
    Outgoing report = world_.DutyReport();
    report.header.set_message_id(RandomBytes(16));
    EXPECT_OK(world_.Submit(kSchool, report));
    return report.header.message_id();
  }
  Outgoing Correction(const std::string& of, v1::CorrectionKind kind = v1::CORRECTION) {
    Outgoing correction = world_.DutyReport();
    correction.header.set_message_id(RandomBytes(16));
    correction.header.set_reply_to(of);
    correction.header.set_correction(kind);
    return correction;
  }

  ExchangeWorld world_;
};

TEST_F(CorrectionTest, TravelsLikeAnyNotificationAndTheLogNamesWhatItCorrects) {
  for (const auto& [kind, retracts] :
       {std::pair{v1::CORRECTION, false}, std::pair{v1::RETRACTION, true}}) {
    const std::string report = Report();
    const Outgoing correction = Correction(report, kind);
    const v1::SubmitResponse answer = Must(world_.Submit(kSchool, correction));
    EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT);
    const v1::AuditLeaf leaf = world_.Leaves().back();
    EXPECT_EQ(leaf.kind(), v1::DECISION);
    EXPECT_EQ(leaf.corrects(), report);
    EXPECT_EQ(leaf.retracts(), retracts);
    EXPECT_EQ(world_.StateOf(correction.header.message_id()), v1::QUEUED);
  }
  // In their order.
  EXPECT_TRUE(world_.Take(kSocialServices).has_notification());
  world_.CheckLog();
}

TEST_F(CorrectionTest, WhatWasAcknowledgedOrIsOutCanBeCorrected) {
  const std::string report = Report();
  const v1::Delivery delivery = world_.Take(kSocialServices);
  EXPECT_OK(world_.Submit(kSchool, Correction(report)));
  ASSERT_OK(world_.Acknowledge(kSocialServices, delivery));
  EXPECT_OK(world_.Submit(kSchool, Correction(report, v1::RETRACTION)));
}

struct Ended {
  const char* name;
  std::function<void(ExchangeWorld&, const std::string& message)> end;
  const char* why;
};

class EndedTest : public CorrectionTest, public ::testing::WithParamInterface<Ended> {};

TEST_P(EndedTest, IsAnsweredWithTheReasonAndRecorded) {
  const std::string report = Report();
  GetParam().end(world_, report);
  EXPECT_THAT(
      world_.Submit(kSchool, Correction(report)),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               absl::StrCat("`reply_to` names a message that ", GetParam().why,
                            ": the recipient has nothing to correct; send what is right anew")));
  EXPECT_EQ(world_.Leaves().back().kind(), v1::REJECTED);
  EXPECT_EQ(world_.Leaves().back().outcome(), "reply-to");
}

void Withdraw(ExchangeWorld& world, const std::string& message) {
  v1::WithdrawRequest request;
  request.set_message_id(message);
  request.set_officer(testing::Officer("the one who sent it"));
  request.set_on_behalf_of("party");
  ASSERT_OK(world.exchange().Withdraw(kSchool, request));
}

void Expire(ExchangeWorld& world, const std::string&) {
  world.clock().Advance(absl::Hours(73));
  ASSERT_OK(world.exchange().Sweep());
}

void Refuse(ExchangeWorld& world, const std::string&) {
  v1::AcknowledgeRequest request;
  request.set_delivery_id(world.Take(kSocialServices).delivery_id());
  request.set_refused(true);
  request.set_reason_code("seal");
  ASSERT_OK(world.exchange().Acknowledge(kSocialServices, request));
}

INSTANTIATE_TEST_SUITE_P(
    All, EndedTest,
    ::testing::Values(Ended{"Stopped", Withdraw, "was stopped before it was handed out"},
                      Ended{"Expired", Expire, "expired before it was fetched"},
                      Ended{"Refused", Refuse, "was refused by the recipient"}),
    [](const auto& test) { return test.param.name; });

TEST_F(CorrectionTest, OfWhatWasDeniedIsAnsweredWithTheReason) {
  // Only the principal may tell the police.
  Outgoing denied =
      world_.Message(kPolice, "LAW_ENFORCEMENT", "LAG-2025-170-7", {"CONTACT"}, "teacher");
  denied.header.set_message_id(RandomBytes(16));
  ASSERT_EQ(Must(world_.Submit(kSchool, denied)).decision().verdict(), v1::VERDICT_DENY);
  Outgoing correction =
      world_.Message(kPolice, "LAW_ENFORCEMENT", "LAG-2025-170-7", {"CONTACT"}, "teacher");
  correction.header.set_reply_to(denied.header.message_id());
  correction.header.set_correction(v1::CORRECTION);
  EXPECT_THAT(world_.Submit(kSchool, correction),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("was denied")));
}

struct BadCorrection {
  const char* name;
  std::function<void(ExchangeWorld&, Outgoing*)> change;
  const char* text;
};

class BadCorrectionTest : public CorrectionTest,
                          public ::testing::WithParamInterface<BadCorrection> {};

TEST_P(BadCorrectionTest, IsRefusedByItsField) {
  Outgoing correction = Correction(Report());
  GetParam().change(world_, &correction);
  EXPECT_THAT(world_.Submit(kSchool, correction),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().text)));
  EXPECT_EQ(world_.Leaves().back().kind(), v1::REJECTED);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadCorrectionTest,
    ::testing::Values(
        BadCorrection{"OfNothing", [](ExchangeWorld&, Outgoing* o) { o->header.clear_reply_to(); },
                      "`reply_to` is missing: it names what is corrected"},
        BadCorrection{
            "OfAnUnknownMessage",
            [](ExchangeWorld&, Outgoing* o) { o->header.set_reply_to(std::string(16, 'x')); },
            "`reply_to` names no message that this sender sent to this recipient"},
        BadCorrection{"OfAKindThatIsNotKnown",
                      [](ExchangeWorld&, Outgoing* o) {
                        o->header.set_correction(static_cast<v1::CorrectionKind>(7));
                      },
                      "`correction` is of a kind that is not known here"},
        BadCorrection{"ForAnotherPurpose",
                      [](ExchangeWorld& world, Outgoing* o) {
                        const std::string earlier = o->header.reply_to();
                        *o = world.Message(kSocialServices, "INVESTIGATION", "SOL-2025-20-6",
                                           {"NARRATIVE"}, "counsellor");
                        o->header.set_reply_to(earlier);
                        o->header.set_correction(v1::CORRECTION);
                      },
                      "for this purpose"},
        BadCorrection{"ToAnotherRecipient",
                      [](ExchangeWorld& world, Outgoing* o) {
                        const std::string earlier = o->header.reply_to();
                        *o = world.Message(kPolice, "LAW_ENFORCEMENT", "LAG-2025-170-7",
                                           {"CONTACT"}, "principal");
                        o->header.set_reply_to(earlier);
                        o->header.set_correction(v1::CORRECTION);
                      },
                      "`reply_to` names no message that this sender sent to this recipient"}),
    [](const auto& test) { return test.param.name; });

TEST_F(CorrectionTest, NobodyCorrectsWhatAnotherAgencyTold) {
  const std::string report = Report();
  Outgoing correction = Correction(report);
  correction.header.set_sender(kPolice.value());
  EXPECT_THAT(world_.Submit(kPolice, correction),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("names no message that this sender sent")));
}

}  // namespace
}  // namespace sluss
