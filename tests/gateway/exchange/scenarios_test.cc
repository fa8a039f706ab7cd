// The walks through the exchange that the project promises, one after the other.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gateway/crypto/open.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Attest;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kChildPsychiatry;
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

// Scenarios that differ in what is sent and what comes of it. Lists are words in one string.
struct Case {
  const char* name;
  AgencyId sender;
  AgencyId recipient;
  const char* header;  // text format
  const char* categories;
  const char* roles;  // of the attesting officers
  bool weighing;
  v1::Verdict verdict;
  const char* permitted;
  const char* paragraph;  // named by a category or in the reason
};

std::vector<std::string> Words(const char* text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

class DecisionScenarioTest : public ScenariosTest, public ::testing::WithParamInterface<Case> {
 protected:
  Outgoing Sent(const Case& c) {
    Outgoing outgoing = world_.Message(c.recipient, "", "", Words(c.categories), "");
    outgoing.header.clear_attestation();
    outgoing.header.clear_age();
    EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(c.header, &outgoing.header));
    for (const std::string& role : Words(c.roles)) {
      *outgoing.header.add_attestation() = Attest("officer, " + role, role);
    }
    if (c.weighing) outgoing.header.mutable_attestation(0)->set_weighing_digest(Officer("text"));
    return outgoing;
  }

  static bool Names(const v1::Decision& decision, const std::string& paragraph) {
    return Paragraphs(decision).contains(paragraph) ||
           decision.reason_sv().find(paragraph) != std::string::npos;
  }
};

TEST_P(DecisionScenarioTest, IsDecidedAndOnlyWhatIsPermittedLeaves) {
  const Case& c = GetParam();
  const std::vector<std::string> words = Words(c.permitted);
  const std::set<std::string> permitted(words.begin(), words.end());
  const v1::SubmitResponse answer = Must(world_.Submit(c.sender, Sent(c)));
  EXPECT_EQ(answer.decision().verdict(), c.verdict) << answer.decision().reason_en();
  EXPECT_EQ(Permitted(answer.decision()), permitted);
  EXPECT_TRUE(Names(answer.decision(), c.paragraph)) << answer.decision().DebugString();
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
  EXPECT_EQ(arrived, permitted);
  EXPECT_EQ(opened.withheld, static_cast<int>(Words(c.categories).size() - permitted.size()));
  EXPECT_TRUE(opened.nym.has_value());
  world_.CheckLog();
}

constexpr char kCareAt15[] =
    "purpose: 'CARE_AND_SUPPORT' legal_basis: 'OSL-25-12' age { from: 15 below: 18 }";
constexpr char kCareAt19[] =
    "purpose: 'CARE_AND_SUPPORT' legal_basis: 'OSL-25-12' age { from: 18 below: 21 }";
constexpr char kPreventionAt20[] =
    "purpose: 'CRIME_PREVENTION' legal_basis: 'OSL-10-18A' age { from: 18 below: 21 }";
constexpr char kPreventionAt21[] =
    "purpose: 'CRIME_PREVENTION' legal_basis: 'OSL-10-18A' age { from: 21 }";
constexpr char kWallAt16[] =
    "purpose: 'CRIME_PREVENTION' legal_basis: 'OSL-10-15A' age { from: 15 below: 18 }";
constexpr char kLaw170At16[] =
    "purpose: 'LAW_ENFORCEMENT' legal_basis: 'LAG-2025-170-7' age { from: 15 below: 18 }";

INSTANTIATE_TEST_SUITE_P(
    All, DecisionScenarioTest,
    ::testing::Values(
        Case{"C_HealthByCareNeedAt15", kChildPsychiatry, kSocialServices, kCareAt15,
             "CONTACT HEALTH", "psychologist", false, v1::VERDICT_PERMIT, "CONTACT HEALTH",
             "OSL-25-12"},
        Case{"D_HealthByCareNeedAt19", kChildPsychiatry, kSocialServices, kCareAt19,
             "CONTACT HEALTH", "psychologist", false, v1::VERDICT_DENY, "", "25 kap. 12 §"},
        Case{"E_SocialToPoliceTwoOfficersAt20", kSocialServices, kPolice, kPreventionAt20,
             "CONTACT NARRATIVE HEALTH SOCIAL_DECISIONS", "case-worker group-leader", true,
             v1::VERDICT_PARTIAL, "CONTACT NARRATIVE", "OSL-10-18A"},
        Case{"F_SocialToPoliceOneOfficer", kSocialServices, kPolice, kPreventionAt20,
             "CONTACT NARRATIVE", "case-worker", true, v1::VERDICT_DENY, "", "10 kap. 18 a §"},
        Case{"F_SocialToPoliceAt21", kSocialServices, kPolice, kPreventionAt21, "CONTACT NARRATIVE",
             "case-worker group-leader", true, v1::VERDICT_DENY, "", "10 kap. 18 a §"},
        Case{"G_SchoolToPoliceByPrincipal", kSchool, kPolice, kLaw170At16, "CONTACT CRIME",
             "principal", false, v1::VERDICT_PERMIT, "CONTACT CRIME", "LAG-2025-170-7"},
        Case{"G_SchoolToPoliceByTeacher", kSchool, kPolice, kLaw170At16, "CONTACT CRIME", "teacher",
             false, v1::VERDICT_DENY, "", "7 §"},
        Case{"H_TheHealthWallStands", kChildPsychiatry, kPolice, kWallAt16, "CONTACT",
             "physician psychologist", true, v1::VERDICT_DENY, "", "OSL-25-1"}),
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

  outgoing.parts["CONTACT"] = "anything more";
  const v1::SubmitResponse more =
      Must(world_.exchange().Feedback(kSocialServices, world_.Seal(kSocialServices, outgoing)));
  EXPECT_EQ(more.decision().verdict(), v1::VERDICT_DENY);
}

TEST_F(ScenariosTest, N_TheLawOfTheDayDecides) {
  ExchangeWorld world(nullptr, {}, Noon(2025, 6, 30));
  Outgoing outgoing = world.DutyReport();
  outgoing.header.set_legal_basis("SOL-2001-14-1");
  const v1::SubmitResponse before = Must(world.Submit(kSchool, outgoing));
  EXPECT_THAT(Paragraphs(before.decision()), ElementsAre("SOL-2001-14-1"));
  EXPECT_EQ(before.decision().decision_day(), "2025-06-30");

  world.clock().Set(Noon(2025, 7, 1));
  const v1::SubmitResponse after = Must(world.Submit(kSchool, world.DutyReport()));
  EXPECT_THAT(Paragraphs(after.decision()), ElementsAre("SOL-2025-19-1"));

  // The first one is still queued: it leaves under the law of today.
  const v1::Delivery delivery = world.Take(kSocialServices);
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
  world_.clock().Advance(absl::Hours(24 * 30));  // longer than a new message may have waited
  EXPECT_TRUE(Must(world_.exchange().Submit(kSchool, envelope)).duplicate());
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
