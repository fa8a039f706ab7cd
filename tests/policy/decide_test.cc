// The semantics, sentences 1 to 6; what is said with a decision: explanation_test.cc.
#include "policy/decide.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "policy/policy_set.h"
#include "tests/policy/policy_texts.h"
#include "tests/policy/small_decisions.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::DecideWith;
using ::testing::ElementsAre;
using testing::Facts;
using testing::Forbid;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LoadSmall;
using ::testing::Pair;
using testing::Passed;
using testing::Permit;
using testing::StatusIs;
using testing::VerdictOf;

// ---- 1: facts are of the vocabulary
// ---------------------------------------------------------------

TEST(DecideTest, FactsOutsideTheVocabularyAreNamedAndDenied) {
  const auto set = LoadSmall(Permit("p"));
  ASSERT_OK(set);
  const struct {
    void (*spoil)(v1::Facts*);
    const char* error;
  } cases[] = {
      {[](v1::Facts* f) { f->set_sender("School"); }, "`sender`: an agency is written"},
      {[](v1::Facts* f) { f->clear_recipient(); }, "`recipient`: an agency is written"},
      {[](v1::Facts* f) { f->set_recipient("socal/sund"); },
       "`recipient`: unknown agency kind `socal`: did you mean `social`?"},
      {[](v1::Facts* f) { f->set_purpose("CARES"); },
       "`purpose`: unknown purpose `CARES`: did you mean `CARE`?"},
      {[](v1::Facts* f) { f->clear_purpose(); }, "`purpose`: unknown purpose ``"},
      {[](v1::Facts* f) { f->set_legal_basis("LAW-9"); }, "`legal_basis`: unknown legal basis"},
      {[](v1::Facts* f) { f->add_category("Z"); }, "`category`: unknown category `Z`"},
      {[](v1::Facts* f) { f->clear_category(); }, "`category`: name at least one"},
      {[](v1::Facts* f) { f->add_consent_category("Z"); }, "`consent_category`: unknown category"},
      {[](v1::Facts* f) { f->add_officer_role("boss"); }, "`officer_role`: unknown role `boss`"},
      {[](v1::Facts* f) { f->set_age_from(16); }, "`age_from`: no age lies from 16 to below 16"},
      {[](v1::Facts* f) { f->set_age_below(300); }, "`age_from`: no age lies from 15 to below 300"},
      {[](v1::Facts* f) { f->set_consent(static_cast<v1::ConsentState>(77)); },
       "`consent`: no state of a consent"},
      {[](v1::Facts* f) { f->set_day("2025-06-31"); }, "`day`: `2025-06-31` is not a day"},
      {[](v1::Facts* f) { f->clear_day(); }, "`day`: `` is not a day"},
      {[](v1::Facts* f) {
         for (int i = 0; i < 16; ++i) f->add_officer_role("clerk");
       },
       "`officer_role`: more than 16 officers"},
  };
  EXPECT_OK(CheckFacts(**set, Facts()));
  for (const auto& spoilt : cases) {
    v1::Facts facts = Facts();
    spoilt.spoil(&facts);
    EXPECT_THAT(CheckFacts(**set, facts),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(spoilt.error)));
    const v1::Decision decision = Decide(**set, facts);
    EXPECT_EQ(decision.verdict(), v1::VERDICT_DENY);
    EXPECT_EQ(decision.reason_code(), "invalid-facts");
    EXPECT_THAT(decision.reason_sv(), HasSubstr(spoilt.error));
    EXPECT_THAT(decision.category(), IsEmpty()) << "nothing that is unknown is repeated";
  }
}

// ---- 2: UNKNOWN
// -----------------------------------------------------------------------------------

TEST(DecideTest, APermitMatchesUnknownOnlyWhereItListsIt) {
  v1::Facts no_basis = Facts(), no_role = Facts(), no_officer = Facts(), no_age = Facts();
  no_basis.clear_legal_basis();
  no_role.set_officer_role(0, "");
  no_officer.clear_officer_role();
  no_age.clear_age_from();
  no_age.clear_age_below();
  const std::string any = Permit("p", "age_unknown: false");
  for (const v1::Facts& facts : {no_basis, no_role, no_officer, no_age}) {
    EXPECT_EQ(VerdictOf(any, facts), v1::VERDICT_DENY) << facts.DebugString();
  }
  EXPECT_EQ(VerdictOf(Permit("p", "legal_basis: [\"LAW-1\", \"UNKNOWN\"]"), no_basis),
            v1::VERDICT_PERMIT);
  EXPECT_EQ(VerdictOf(Permit("p", "sender_role: [\"ANY\", \"UNKNOWN\"]"), no_role),
            v1::VERDICT_PERMIT);
  EXPECT_EQ(VerdictOf(Permit("p", "sender_role: [\"ANY\", \"UNKNOWN\"]"), no_officer),
            v1::VERDICT_PERMIT);
  EXPECT_EQ(VerdictOf(Permit("p", "age_unknown: true"), no_age), v1::VERDICT_PERMIT);
}

TEST(DecideTest, AForbidThatRestrictsAColumnStrikesUnknown) {
  v1::Facts unknown = Facts();
  unknown.clear_legal_basis();
  unknown.clear_officer_role();
  unknown.clear_age_from();
  unknown.clear_age_below();
  unknown.clear_consent();
  const std::string all =
      Permit("p", "legal_basis: [\"LAW-1\", \"UNKNOWN\"] sender_role: [\"ANY\", \"UNKNOWN\"]");
  EXPECT_EQ(VerdictOf(all, unknown), v1::VERDICT_PERMIT);
  const std::string forbids[] = {
      Forbid("f", "cited_basis: \"LAW-2\""), Forbid("f", "except_legal_basis: \"LAW-1\""),
      Forbid("f", "sender_role: \"chief\""), Forbid("f", "age { from: 90 }"),
      Forbid("f", "consent_state: EXPIRED"),
  };
  for (const std::string& forbid : forbids) {
    EXPECT_EQ(VerdictOf(all + forbid, unknown), v1::VERDICT_DENY) << forbid;
    EXPECT_EQ(VerdictOf(all + forbid, Facts()), v1::VERDICT_PERMIT) << forbid;
  }
}

TEST(DecideTest, APermitNeedsTheWholeAgeIntervalAForbidAnyPart) {
  const std::string permit = Permit("p", "age { from: 12 below: 18 }");
  const std::string forbid = Permit("p") + Forbid("f", "age { from: 12 below: 18 }");
  const struct {
    uint32_t from, below;
    v1::Verdict permitted, forbidden;
  } cases[] = {
      {12, 18, v1::VERDICT_PERMIT, v1::VERDICT_DENY},
      {11, 18, v1::VERDICT_DENY, v1::VERDICT_DENY},
      {12, 19, v1::VERDICT_DENY, v1::VERDICT_DENY},
      {17, 18, v1::VERDICT_PERMIT, v1::VERDICT_DENY},
      {18, 19, v1::VERDICT_DENY, v1::VERDICT_PERMIT},
      {11, 12, v1::VERDICT_DENY, v1::VERDICT_PERMIT},
      {0, 12, v1::VERDICT_DENY, v1::VERDICT_PERMIT},
      {0, 13, v1::VERDICT_DENY, v1::VERDICT_DENY},
      {18, 0, v1::VERDICT_DENY, v1::VERDICT_PERMIT},
      {17, 0, v1::VERDICT_DENY, v1::VERDICT_DENY},
  };
  for (const auto& one : cases) {
    v1::Facts facts = Facts();
    facts.set_age_from(one.from);
    facts.set_age_below(one.below);
    EXPECT_EQ(VerdictOf(permit, facts), one.permitted) << one.from << " " << one.below;
    EXPECT_EQ(VerdictOf(forbid, facts), one.forbidden) << one.from << " " << one.below;
  }
}

// ---- 3: per category
// ------------------------------------------------------------------------------

TEST(DecideTest, NothingIsPermittedWithoutAPermit) {
  const v1::Decision decision = DecideWith("", Facts());
  EXPECT_EQ(decision.verdict(), v1::VERDICT_DENY);
  EXPECT_EQ(decision.reason_code(), "no-permit");
  EXPECT_EQ(decision.reason_sv(),
            "Nekas: ingen regel låter skolan lämna något till socialtjänsten");
  EXPECT_EQ(decision.reason_en(), "Denied: no rule lets school tell social services anything");
}

TEST(DecideTest, AForbidGoesBeforeAPermitAndNamesIt) {
  const v1::Decision decision =
      DecideWith(Permit("p") + Forbid("f", "category: \"B\" legal_basis: \"LAW-2\""),
                 Facts("category: [\"B\", \"A\", \"B\"]"));
  EXPECT_EQ(decision.verdict(), v1::VERDICT_PARTIAL);
  EXPECT_THAT(Passed(decision), ElementsAre("A"));
  ASSERT_EQ(decision.category_size(), 2);
  EXPECT_EQ(decision.category(0).reason_sv(), "Tillåts enligt 1 §");
  const v1::CategoryDecision& b = decision.category(1);
  EXPECT_EQ(b.reason_code(), "forbidden");
  EXPECT_THAT(b.rule(), ElementsAre("f"));
  EXPECT_THAT(b.paragraph(), ElementsAre("LAW-2"));
  EXPECT_THAT(b.overridden(), ElementsAre("p"));
  EXPECT_EQ(b.reason_sv(), "Nekas: det är förbjudet (f); det går före regeln `p`");
  EXPECT_EQ(decision.reason_code(), "partial");
  EXPECT_EQ(decision.reason_sv(), "Tillåts delvis enligt 1 §: uppgift a; hålls inne: uppgift b");
}

TEST(DecideTest, AgenciesMatchByNameKindGroupAndAll) {
  for (const char* sender : {"*", "school/*", "school/ek", "club/*\", \"school/ek"}) {
    EXPECT_EQ(VerdictOf(Permit("p", std::string("sender: [\"") + sender + "\"]"), Facts()),
              v1::VERDICT_PERMIT);
  }
  for (const char* sender : {"school/alm", "bup/*", "carers"}) {
    EXPECT_EQ(VerdictOf(Permit("p", std::string("sender: \"") + sender + "\""), Facts()),
              v1::VERDICT_DENY);
  }
  EXPECT_EQ(VerdictOf(Permit("p", "recipient: \"carers\""), Facts()), v1::VERDICT_PERMIT);
}

TEST(DecideTest, TheReceiversSecrecyIsLookedAt) {
  const std::string strong = Permit("p", "recipient_cover: \"STRONG\"");
  v1::Facts to_club = Facts();
  to_club.set_recipient("club/ik");
  EXPECT_EQ(VerdictOf(strong, Facts()), v1::VERDICT_PERMIT);
  const v1::Decision denied = DecideWith(strong, to_club);
  EXPECT_EQ(denied.reason_code(), "recipient-cover");
  EXPECT_EQ(VerdictOf(Permit("p") + Forbid("f", "recipient_cover: [\"WEAK\", \"NONE\"]"), to_club),
            v1::VERDICT_DENY);
}

TEST(DecideTest, AnExceptedParagraphOpensAForbid) {
  const std::string rules = Permit("p", "legal_basis: \"LAW-2\"") + Permit("p1") +
                            Forbid("f", "except_legal_basis: \"LAW-2\"");
  v1::Facts named = Facts();
  named.set_legal_basis("LAW-2");
  EXPECT_EQ(VerdictOf(rules, Facts()), v1::VERDICT_DENY);
  EXPECT_EQ(VerdictOf(rules, named), v1::VERDICT_PERMIT);
}

TEST(DecideTest, AProtectedIdentityNeedsARuleThatSaysSo) {
  v1::Facts facts = Facts("protected_identity: true");
  EXPECT_EQ(DecideWith(Permit("p"), facts).reason_code(), "protected-identity");
  EXPECT_EQ(VerdictOf(Permit("p", "protected_identity: true"), facts), v1::VERDICT_PERMIT);
  EXPECT_EQ(VerdictOf(Permit("p", "protected_identity: true") + Forbid("f"), facts),
            v1::VERDICT_DENY);
}

// ---- 4: days
// --------------------------------------------------------------------------------------

TEST(DecideTest, RulesAndParagraphsAreInForceOnHalfOpenDays) {
  const std::string rules =
      Permit("p", "legal_basis: [\"LAW-1\", \"LAW-2\"] valid { from: \"2025-06-29\" }");
  const struct {
    const char* day;
    v1::Verdict verdict;
  } cases[] = {{"2025-06-28", v1::VERDICT_DENY},
               {"2025-06-29", v1::VERDICT_PERMIT},
               {"2025-06-30", v1::VERDICT_PERMIT},
               {"2025-07-01", v1::VERDICT_DENY}};
  for (const auto& one : cases) {
    v1::Facts facts = Facts();
    facts.set_day(one.day);
    const v1::Decision decision = DecideWith(rules, facts);
    EXPECT_EQ(decision.verdict(), one.verdict) << one.day;
    EXPECT_EQ(decision.decision_day(), one.day);
  }
  v1::Facts early = Facts("day: \"2025-06-28\""), late = Facts("day: \"2025-07-01\"");
  EXPECT_EQ(DecideWith(rules, early).reason_sv(),
            "Nekas: delning enligt 1 § och 2 § gäller från 2025-06-29; beslutsdagen är 2025-06-28");
  EXPECT_EQ(DecideWith(rules, late).reason_sv(),
            "Nekas: delning enligt 1 § och 2 § gällde till och med 2025-06-30; beslutsdagen är "
            "2025-07-01");
}

TEST(DecideTest, NamesPolicyVocabularyAndDigest) {
  const auto set = LoadSmall(Permit("p"));
  ASSERT_OK(set);
  const v1::Decision decision = Decide(**set, Facts());
  EXPECT_EQ(decision.policy_version(), "7");
  EXPECT_EQ(decision.vocabulary_version(), "v1");
  EXPECT_EQ(decision.policy_digest(), (*set)->digest());
}

// ---- 5: the notification
// --------------------------------------------------------------------------

TEST(DecideTest, APurposeMayDenyTheWhole) {
  const std::string rules = Permit("p", "category: \"A\"");
  const v1::Decision decision =
      DecideWith(rules, Facts("purpose: \"ALL\" category: [\"A\", \"B\"]"));
  EXPECT_EQ(decision.verdict(), v1::VERDICT_DENY);
  EXPECT_THAT(Passed(decision), IsEmpty());
  EXPECT_EQ(decision.category(0).reason_code(), "whole");
  EXPECT_EQ(decision.category(1).reason_code(), "category");
  EXPECT_EQ(decision.reason_code(), "category");
  EXPECT_EQ(VerdictOf(rules, Facts("purpose: \"ALL\" category: \"A\"")), v1::VERDICT_PERMIT);
}

TEST(DecideTest, APurposeMayNeedACategory) {
  const v1::Decision absent = DecideWith(Permit("p"), Facts("purpose: \"NEED\" category: \"B\""));
  EXPECT_EQ(absent.verdict(), v1::VERDICT_DENY);
  EXPECT_EQ(absent.reason_code(), "needs-category");
  EXPECT_EQ(absent.reason_sv(), "Nekas: ändamålet behov kräver uppgift a, som saknas");
  EXPECT_THAT(Passed(absent), IsEmpty());
  EXPECT_EQ(VerdictOf(Permit("p") + Forbid("f", "category: \"A\""),
                      Facts("purpose: \"NEED\" category: [\"A\", \"B\"]")),
            v1::VERDICT_DENY);
  EXPECT_EQ(VerdictOf(Permit("p") + Forbid("f", "category: \"B\""),
                      Facts("purpose: \"NEED\" category: [\"A\", \"B\"]")),
            v1::VERDICT_PARTIAL);
}

TEST(DecideTest, ADutyIsMarkedAndTakesAnyCitation) {
  const std::string duty =
      "sender: \"*\" recipient: \"*\" purpose: \"CARE\" legal_basis: \"LAW-1\" category: \"A\" "
      "sender_role: [\"ANY\", \"UNKNOWN\"] consent: NOT_REQUIRED age_unknown: true "
      "protected_identity: true effect: PERMIT duty: true }";
  const auto set = LoadSmall("rule { id: \"d\" " + duty + Permit("p", "category: \"B\""),
                             "duty { id: \"the-duty\" " + duty);
  ASSERT_OK(set);
  for (const char* basis : {"LAW-1", "LAW-2", ""}) {
    v1::Facts facts = Facts("category: [\"A\", \"C\"]");
    facts.set_legal_basis(basis);
    const v1::Decision decision = Decide(**set, facts);
    EXPECT_EQ(decision.verdict(), v1::VERDICT_PARTIAL);
    EXPECT_TRUE(decision.duty());
    EXPECT_THAT(decision.category(0).paragraph(), ElementsAre("LAW-1"));
  }
  EXPECT_FALSE(Decide(**set, Facts("category: \"B\"")).duty());
}

// ---- 6: obligations
// -------------------------------------------------------------------------------

TEST(DecideTest, ObligationsOfAllMatchingPermitsMerge) {
  const std::string rules =
      Permit("p1",
             "category: \"A\" obligation { retain { days: 90 } } obligation { review: true } "
             "obligation { feedback { days: 7 } } "
             "obligation { notify_guardian { unless: \"RISK_TO_CHILD\" } }") +
      Permit("p2",
             "category: \"A\" obligation { retain { days: 30 } } "
             "obligation { acknowledge_within { minutes: 60 } } "
             "obligation { protection_assessment { decide_days: 14 assess_hours: 12 } }") +
      Permit("p3",
             "category: \"B\" obligation { acknowledge_within { minutes: 30 } } "
             "obligation { feedback { days: 9 } } "
             "obligation { protection_assessment { decide_days: 10 assess_hours: 24 finish_months: "
             "4 } }") +
      Permit("elsewhere", "category: \"C\" obligation { retain { days: 1 } }");
  const v1::Decision decision = DecideWith(rules, Facts("category: [\"A\", \"B\"]"));
  v1::Decision expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "obligation { notify_guardian { unless: \"RISK_TO_CHILD\" } } "
      "obligation { retain { days: 30 } } obligation { review: true } "
      "obligation { protection_assessment { decide_days: 10 assess_hours: 12 finish_months: 4 } } "
      "obligation { feedback { days: 7 } } obligation { acknowledge_within { minutes: 30 } }",
      &expected));
  ASSERT_EQ(decision.obligation_size(), expected.obligation_size());
  for (int i = 0; i < expected.obligation_size(); ++i) {
    EXPECT_EQ(decision.obligation(i).DebugString(), expected.obligation(i).DebugString());
  }
}

TEST(DecideTest, EachCategoryIsKeptAsLongAsTheShortestOfItsOwnRules) {
  const v1::Decision decision =
      DecideWith(Permit("p1", "category: \"A\" obligation { retain { days: 90 } }") +
                     Permit("p2", "category: [\"A\", \"B\"] obligation { retain { days: 120 } }") +
                     Permit("p3", "category: \"C\""),
                 Facts("category: [\"A\", \"B\", \"C\"]"));
  std::map<std::string, uint32_t> days;
  for (const auto& one : decision.category()) days[one.category()] = one.retain_days();
  EXPECT_THAT(days, ElementsAre(Pair("A", 90u), Pair("B", 120u), Pair("C", 0u)));
}

TEST(DecideTest, ADenialBringsNoObligation) {
  const v1::Decision decision =
      DecideWith(Permit("p", "category: \"A\" obligation { review: true }"),
                 Facts("purpose: \"ALL\" category: [\"A\", \"B\"]"));
  EXPECT_THAT(decision.obligation(), IsEmpty());
}

}  // namespace
}  // namespace sluss
