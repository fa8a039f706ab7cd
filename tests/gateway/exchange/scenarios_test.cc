// The walks through the exchange that the project promises, one after the other.
#include <set>

#include "gateway/crypto/open.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Attest;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kChild;
using ::sluss::testing::kChildPsychiatry;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Noon;
using ::sluss::testing::Officer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::set<std::string> Permitted(const v1::Decision& decision) {
  std::set<std::string> permitted;
  for (const v1::CategoryDecision& category : decision.category()) {
    if (category.permitted()) permitted.insert(category.category());
  }
  return permitted;
}

std::set<std::string> Paragraphs(const v1::Decision& decision) {
  std::set<std::string> paragraphs;
  for (const v1::CategoryDecision& category : decision.category()) {
    paragraphs.insert(category.paragraph().begin(), category.paragraph().end());
  }
  return paragraphs;
}

class ScenariosTest : public ::testing::Test {
 protected:
  Opened Open(const AgencyId& agency, const v1::Notification& notification) {
    return Must(OpenNotification(notification, world_.parties().secrets(agency),
                                 world_.parties().directory()));
  }

  ExchangeWorld world_;
};

TEST_F(ScenariosTest, A_DutyReportIsDeliveredWithIdentityAndWithoutConsent) {
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, world_.DutyReport()));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT);
  EXPECT_FALSE(answer.duplicate());
  world_.CheckReceipt(answer.receipt());

  const v1::Delivery delivery = world_.Take(kSocialServices);
  world_.CheckReceipt(delivery.notification().receipt());
  const Opened opened = Open(kSocialServices, delivery.notification());
  EXPECT_EQ(opened.contents.at("IDENTITY"), "what IDENTITY");
  EXPECT_EQ(opened.withheld, 0);
  world_.CheckReceipt(Must(world_.Acknowledge(kSocialServices, delivery)).receipt());
  EXPECT_EQ(world_.StateOf(delivery.message_id()), v1::ACKNOWLEDGED);

  const v1::Delivery outcome = world_.Take(kSchool);
  EXPECT_EQ(outcome.outcome().state(), v1::ACKNOWLEDGED);
  EXPECT_EQ(outcome.message_id(), delivery.message_id());
  EXPECT_THAT(outcome.outcome().text_sv(), HasSubstr("tagit emot"));
  world_.CheckLog();
}

TEST_F(ScenariosTest, B_DutyReportDoesNotWaitForTheKeyHolderAndTheNymFollows) {
  world_.key_holder().SetAway(true);
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, world_.DutyReport()));
  const v1::Delivery delivery = world_.Take(kSocialServices);
  const Opened opened = Open(kSocialServices, delivery.notification());
  EXPECT_FALSE(opened.nym.has_value());
  ASSERT_TRUE(opened.pending.has_value());
  ASSERT_OK(world_.Acknowledge(kSocialServices, delivery));

  world_.key_holder().SetAway(false);
  const v1::Delivery update = world_.Take(kSocialServices);
  EXPECT_EQ(update.message_id(), delivery.message_id());
  const Nym nym =
      Must(RecoverNym(*opened.pending, update.pseudonym(),
                      world_.parties().secrets(kSocialServices), world_.parties().directory()));
  EXPECT_EQ(nym.value().size(), 32u);
  ASSERT_OK(world_.Acknowledge(kSocialServices, update));
  EXPECT_THAT(world_.Kinds(),
              ElementsAre(v1::DECISION, v1::DELIVERY, v1::ACKNOWLEDGEMENT, v1::PSEUDONYM));
}

// Scenarios that differ in what is sent and what comes of it.
struct Case {
  const char* name;
  AgencyId sender;
  AgencyId recipient;
  const char* purpose;
  const char* basis;
  std::vector<std::string> categories;
  std::vector<std::string> roles;
  bool weighing = false;
  uint32_t age_from = 12;
  uint32_t age_below = 15;
  // Expected:
  v1::Verdict verdict = v1::VERDICT_PERMIT;
  std::set<std::string> permitted;
  std::string paragraph;
};

class DecisionScenarioTest : public ScenariosTest, public ::testing::WithParamInterface<Case> {};

TEST_P(DecisionScenarioTest, IsDecidedAndOnlyWhatIsPermittedLeaves) {
  const Case& c = GetParam();
  Outgoing outgoing =
      world_.Message(c.recipient, c.purpose, c.basis, c.categories, c.roles.front());
  outgoing.header.clear_attestation();
  for (const std::string& role : c.roles) {
    *outgoing.header.add_attestation() =
        Attest("officer " + std::to_string(outgoing.header.attestation_size()), role);
    if (c.weighing)
      outgoing.header.mutable_attestation()->rbegin()->set_weighing_digest(Officer("w"));
  }
  outgoing.header.mutable_age()->set_from(c.age_from);
  outgoing.header.mutable_age()->set_below(c.age_below);
  const v1::SubmitResponse answer = Must(world_.Submit(c.sender, outgoing));
  EXPECT_EQ(answer.decision().verdict(), c.verdict) << answer.decision().reason_en();
  EXPECT_EQ(Permitted(answer.decision()), c.permitted);
  EXPECT_TRUE(Paragraphs(answer.decision()).contains(c.paragraph) ||
              answer.decision().reason_sv().find(c.paragraph) != std::string::npos)
      << answer.decision().DebugString();
  world_.CheckReceipt(answer.receipt());
  if (c.verdict == v1::VERDICT_DENY) {
    EXPECT_TRUE(world_.NothingFor(c.recipient));
    EXPECT_THAT(world_.Kinds(), ElementsAre(v1::DECISION));
    return;
  }
  const v1::Delivery delivery = world_.Take(c.recipient);
  const Opened opened = Open(c.recipient, delivery.notification());
  std::set<std::string> arrived;
  for (const auto& [category, content] : opened.contents) arrived.insert(category);
  EXPECT_EQ(arrived, c.permitted);
  EXPECT_EQ(opened.withheld, static_cast<int>(c.categories.size() - c.permitted.size()));
  EXPECT_TRUE(opened.nym.has_value());
  world_.CheckLog();
}

INSTANTIATE_TEST_SUITE_P(All, DecisionScenarioTest,
                         ::testing::Values(Case{"C_HealthByCareNeedAt15",
                                                kChildPsychiatry,
                                                kSocialServices,
                                                "CARE_AND_SUPPORT",
                                                "OSL-25-12",
                                                {"CONTACT", "HEALTH"},
                                                {"psychologist"},
                                                false,
                                                15,
                                                18,
                                                v1::VERDICT_PERMIT,
                                                {"CONTACT", "HEALTH"},
                                                "OSL-25-12"},
                                           Case{"D_HealthByCareNeedAt19",
                                                kChildPsychiatry,
                                                kSocialServices,
                                                "CARE_AND_SUPPORT",
                                                "OSL-25-12",
                                                {"CONTACT", "HEALTH"},
                                                {"psychologist"},
                                                false,
                                                18,
                                                21,
                                                v1::VERDICT_DENY,
                                                {},
                                                "25 kap. 12 §"},
                                           Case{"E_SocialToPoliceTwoOfficersAt20",
                                                kSocialServices,
                                                kPolice,
                                                "CRIME_PREVENTION",
                                                "OSL-10-18A",
                                                {"CONTACT", "NARRATIVE", "HEALTH",
                                                 "SOCIAL_DECISIONS"},
                                                {"case-worker", "group-leader"},
                                                true,
                                                18,
                                                21,
                                                v1::VERDICT_PARTIAL,
                                                {"CONTACT", "NARRATIVE"},
                                                "OSL-10-18A"},
                                           Case{"F_SocialToPoliceOneOfficer",
                                                kSocialServices,
                                                kPolice,
                                                "CRIME_PREVENTION",
                                                "OSL-10-18A",
                                                {"CONTACT", "NARRATIVE"},
                                                {"case-worker"},
                                                true,
                                                18,
                                                21,
                                                v1::VERDICT_DENY,
                                                {},
                                                "10 kap. 18 a §"},
                                           Case{"F_SocialToPoliceAt21",
                                                kSocialServices,
                                                kPolice,
                                                "CRIME_PREVENTION",
                                                "OSL-10-18A",
                                                {"CONTACT", "NARRATIVE"},
                                                {"case-worker", "group-leader"},
                                                true,
                                                21,
                                                99,
                                                v1::VERDICT_DENY,
                                                {},
                                                "10 kap. 18 a §"},
                                           Case{"G_SchoolToPoliceByPrincipal",
                                                kSchool,
                                                kPolice,
                                                "LAW_ENFORCEMENT",
                                                "LAG-2025-170-7",
                                                {"CONTACT", "CRIME"},
                                                {"principal"},
                                                false,
                                                15,
                                                18,
                                                v1::VERDICT_PERMIT,
                                                {"CONTACT", "CRIME"},
                                                "LAG-2025-170-7"},
                                           Case{"G_SchoolToPoliceByTeacher",
                                                kSchool,
                                                kPolice,
                                                "LAW_ENFORCEMENT",
                                                "LAG-2025-170-7",
                                                {"CONTACT", "CRIME"},
                                                {"teacher"},
                                                false,
                                                15,
                                                18,
                                                v1::VERDICT_DENY,
                                                {},
                                                "7 §"},
                                           Case{"H_TheHealthWallStandsAgainst1015A",
                                                kChildPsychiatry,
                                                kPolice,
                                                "CRIME_PREVENTION",
                                                "OSL-10-15A",
                                                {"CONTACT"},
                                                {"physician", "psychologist"},
                                                true,
                                                15,
                                                18,
                                                v1::VERDICT_DENY,
                                                {},
                                                "OSL-25-1"}),
                         [](const ::testing::TestParamInfo<Case>& one) { return one.param.name; });

TEST_F(ScenariosTest, I_SignalByConsentPassesPseudonymisedWithEscrowedIdentity) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, world_.Signal({consent})));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT) << answer.decision().reason_en();
  const Opened opened = Open(kPolice, world_.Take(kPolice).notification());
  EXPECT_TRUE(opened.nym.has_value());
  EXPECT_TRUE(opened.escrow.has_value());
  EXPECT_FALSE(opened.contents.contains("IDENTITY"));
}

struct ConsentCase {
  const char* name;
  const char* reason_code;
  const char* child;  // the consent's
  void (*change)(ExchangeWorld& world, v1::ConsentRecord& record) = nullptr;
  void (*after)(ExchangeWorld& world, const ConsentWitness& consent) = nullptr;
};

class ConsentScenarioTest : public ScenariosTest,
                            public ::testing::WithParamInterface<ConsentCase> {};

TEST_P(ConsentScenarioTest, J_DeniesWithItsOwnReason) {
  v1::ConsentRecord record = world_.Record();
  if (GetParam().change != nullptr) GetParam().change(world_, record);
  const ConsentWitness consent = world_.Register(record, GetParam().child);
  if (GetParam().after != nullptr) GetParam().after(world_, consent);
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, world_.Signal({consent})));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_DENY);
  EXPECT_EQ(answer.decision().reason_code(), GetParam().reason_code)
      << answer.decision().reason_en();
  EXPECT_TRUE(world_.NothingFor(kPolice));
}

v1::WithdrawRequest WithdrawalOf(const ConsentWitness& consent) {
  v1::WithdrawRequest request;
  request.set_consent_id(consent.consent_id().value());
  request.set_officer(Officer("officer"));
  request.set_on_behalf_of("guardian");
  return request;
}

INSTANTIATE_TEST_SUITE_P(
    All, ConsentScenarioTest,
    ::testing::Values(
        ConsentCase{"ExpiredYesterday", "consent-expired", kChild,
                    [](ExchangeWorld& world, v1::ConsentRecord& record) {
                      const absl::Time yesterday = world.clock().Now() - absl::Hours(24);
                      record.set_valid_from_us(absl::ToUnixMicros(yesterday - absl::Hours(99)));
                      record.set_valid_to_us(absl::ToUnixMicros(yesterday));
                    }},
        ConsentCase{"NotYetValid", "consent-not-yet-valid", kChild,
                    [](ExchangeWorld& world, v1::ConsentRecord& record) {
                      record.set_valid_from_us(
                          absl::ToUnixMicros(world.clock().Now() + absl::Hours(1)));
                    }},
        ConsentCase{"Withdrawn", "consent-withdrawn", kChild, nullptr,
                    [](ExchangeWorld& world, const ConsentWitness& consent) {
                      EXPECT_OK(world.exchange().Withdraw(kPolice, WithdrawalOf(consent)));
                    }},
        ConsentCase{"GuardianMissing", "consent-guardian-missing", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_grant()->DeleteSubrange(0, 1);
                    }},
        ConsentCase{"ChildMissing", "consent-child-missing", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_grant()->RemoveLast();
                      record.mutable_child_age()->set_from(15);
                      record.mutable_child_age()->set_below(18);
                    }},
        ConsentCase{"Refused", "consent-refused", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_grant(1)->set_granted(false);
                    }},
        ConsentCase{"OfAnotherChild", "consent-other-child", kOtherChild},
        ConsentCase{"PartyNotNamed", "consent-party-not-named", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_party()->RemoveLast();
                    }},
        ConsentCase{"FunctionNotNamed", "consent-party-not-named", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_party(0)->set_function(0, "principal");
                    }},
        ConsentCase{"PurposeNotCovered", "consent-purpose-not-covered", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.set_purpose("CARE_AND_SUPPORT");
                    }}),
    [](const ::testing::TestParamInfo<ConsentCase>& one) { return one.param.name; });

TEST_F(ScenariosTest, J_AConsentWithoutRecordIsUnknown) {
  const SealedConsent unregistered = world_.Deposit(world_.Record());
  Outgoing outgoing = world_.Signal({unregistered.witness});
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, outgoing));
  EXPECT_EQ(answer.decision().reason_code(), "consent-unknown");
}

TEST_F(ScenariosTest, K_WithdrawalStopsWhatIsQueuedAndSaysSo) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::Envelope envelope = world_.Seal(kSchool, world_.Signal({consent}));
  ASSERT_OK(world_.exchange().Submit(kSchool, envelope));
  const v1::WithdrawResponse answer =
      Must(world_.exchange().Withdraw(kSocialServices, WithdrawalOf(consent)));
  ASSERT_EQ(answer.stopped_size(), 1);
  EXPECT_EQ(answer.stopped(0).state(), v1::STOPPED);
  EXPECT_EQ(answer.already_gone_size(), 0);
  EXPECT_EQ(answer.text_sv(),
            "1 meddelande stoppades och lämnas aldrig ut. 0 meddelanden hade "
            "redan lämnats ut.");
  EXPECT_EQ(answer.text_en(),
            "1 message was stopped and will never be handed out. 0 messages had "
            "already been handed out.");
  world_.CheckReceipt(answer.receipt());
  EXPECT_EQ(world_.StateOf(answer.stopped(0).message_id()), v1::STOPPED);
  EXPECT_TRUE(world_.NothingFor(kPolice));
  EXPECT_EQ(world_.Take(kSchool).outcome().state(), v1::STOPPED);
}

TEST_F(ScenariosTest, L_ConsultationPassesWithAnonymousDataOnly) {
  Outgoing outgoing =
      world_.Message(kSocialServices, "CONSULTATION", "", {"ANONYMOUS"}, "counsellor");
  outgoing.number.reset();
  outgoing.header.clear_age();
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, outgoing));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT) << answer.decision().reason_en();
  const Opened opened = Open(kSocialServices, world_.Take(kSocialServices).notification());
  EXPECT_EQ(opened.contents.size(), 1u);

  outgoing.parts["NARRATIVE"] = "more than may be told";
  const v1::SubmitResponse more = Must(world_.Submit(kSchool, outgoing));
  EXPECT_EQ(more.decision().verdict(), v1::VERDICT_DENY);
}

TEST_F(ScenariosTest, M_FeedbackGoesBackTheWayTheReportCame) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const v1::Delivery report = world_.Take(kSocialServices);
  ASSERT_OK(world_.Acknowledge(kSocialServices, report));
  Outgoing outgoing =
      world_.Message(kSchool, "FEEDBACK", "SOL-2025-19-6", {"STATUS"}, "case-worker");
  outgoing.number.reset();
  outgoing.header.clear_age();
  outgoing.header.set_reply_to(report.message_id());
  const v1::SubmitResponse answer =
      Must(world_.exchange().Feedback(kSocialServices, world_.Seal(kSocialServices, outgoing)));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT) << answer.decision().reason_en();
  EXPECT_EQ(world_.Take(kSchool).outcome().state(), v1::ACKNOWLEDGED);
  EXPECT_TRUE(world_.Take(kSchool).has_notification());

  outgoing.parts["NARRATIVE"] = "anything more";
  const v1::SubmitResponse more =
      Must(world_.exchange().Feedback(kSocialServices, world_.Seal(kSocialServices, outgoing)));
  EXPECT_EQ(more.decision().verdict(), v1::VERDICT_DENY);
}

TEST_F(ScenariosTest, N_TheLawOfTheDayDecides) {
  world_.clock().Set(Noon(2025, 6, 30));
  Outgoing outgoing = world_.DutyReport();
  outgoing.header.set_legal_basis("SOL-2001-14-1");
  const v1::SubmitResponse before = Must(world_.Submit(kSchool, outgoing));
  EXPECT_THAT(Paragraphs(before.decision()), ElementsAre("SOL-2001-14-1"));
  EXPECT_EQ(before.decision().decision_day(), "2025-06-30");

  world_.clock().Set(Noon(2025, 7, 1));
  const v1::SubmitResponse after = Must(world_.Submit(kSchool, world_.DutyReport()));
  EXPECT_THAT(Paragraphs(after.decision()), ElementsAre("SOL-2025-19-1"));

  // The first one is still queued: it leaves under the law of today.
  const v1::Delivery delivery = world_.Take(kSocialServices);
  EXPECT_THAT(Paragraphs(delivery.notification().decision()), ElementsAre("SOL-2025-19-1"));
  EXPECT_EQ(delivery.notification().decision().decision_day(), "2025-07-01");
}

TEST_F(ScenariosTest, O_TheSameMessageTwiceIsOneMessage) {
  world_.key_holder().SetAway(true);  // no pseudonym follows
  const v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  const v1::SubmitResponse first = Must(world_.exchange().Submit(kSchool, envelope));
  world_.clock().Advance(absl::Hours(2));  // an outbox tries again whatever its clock says
  const v1::SubmitResponse again = Must(world_.exchange().Submit(kSchool, envelope));
  EXPECT_TRUE(again.duplicate());
  EXPECT_EQ(again.decision().SerializeAsString(), first.decision().SerializeAsString());
  EXPECT_EQ(again.receipt().leaf(), first.receipt().leaf());
  world_.CheckReceipt(again.receipt());
  world_.Take(kSocialServices);
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
}

TEST_F(ScenariosTest, P_EverythingArrivesOnceThroughARestart) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const v1::Delivery before = world_.Take(kSocialServices);
  world_.Restart();
  const v1::Delivery after = world_.Take(kSocialServices);
  EXPECT_EQ(after.delivery_id(), before.delivery_id());
  EXPECT_EQ(after.message_id(), before.message_id());
  ASSERT_OK(world_.Acknowledge(kSocialServices, after));
  world_.Restart();
  while (!world_.NothingFor(kSocialServices)) {
  }
  EXPECT_EQ(world_.StateOf(after.message_id()), v1::ACKNOWLEDGED);
  world_.CheckLog();
}

}  // namespace
}  // namespace sluss
