// Sentence 7 of the semantics: what is said with a decision.
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/decide.h"
#include "tests/policy/policy_texts.h"
#include "tests/policy/small_decisions.h"

namespace sluss {
namespace {

using testing::DecideWith;
using ::testing::ElementsAre;
using testing::Facts;
using testing::Forbid;
using ::testing::HasSubstr;
using testing::Permit;

struct Lacking {
  const char* columns;  // of the permit
  const char* facts;
  const char* code;
  const char* column;
  const char* needed;
  const char* clause;  // Swedish, after "Nekas: "
};

TEST(ExplanationTest, ADefaultDenyNamesWhatTheNearestPermitLacks) {
  const Lacking cases[] = {
      {"age { below: 18 }", "age_from: 19 age_below: 20", "age", "age", "below 18",
       "1 § gäller barn under 18 år; uppgiften är att barnet är 19"},
      {"age { below: 21 }", "age_from: 21 age_below: 25", "age", "age", "below 21",
       "1 § gäller den som är under 21 år; uppgiften är att barnet är minst 21 men under 25"},
      {"age { from: 12 below: 18 }", "age_from: 11 age_below: 12", "age", "age", "from 12 below 18",
       "1 § gäller den som är 12 till och med 17 år; uppgiften är att barnet är 11"},
      {"age { from: 18 }", "", "age", "age", "from 18",
       "1 § gäller den som är 18 år eller äldre; uppgiften är att barnet är 15"},
      {"purpose: \"NEED\"", "", "purpose", "purpose", "NEED",
       "delning enligt 1 § gäller ändamålet behov; ändamålet här är vård"},
      {"legal_basis: \"LAW-2\"", "", "legal-basis", "legal_basis", "LAW-2",
       "regeln `p` kräver att 2 § åberopas; 1 § åberopas"},
      {"category: \"B\"", "", "category", "category", "B",
       "delning enligt 1 § omfattar inte uppgift a"},
      {"sender_role: \"chief\"", "", "sender-role", "sender_role", "chief",
       "1 § kräver att uppgiften lämnas av chef; den lämnas av handläggare"},
      {"attestation { officers: 2 }", "", "officers", "officers", "2",
       "delning enligt 1 § kräver att 2 handläggare intygar; 1 har intygat"},
      {"attestation { weighing: TEXT_REQUIRED }", "", "weighing", "weighing", "a written weighing",
       "delning enligt 1 § kräver en skriftlig intresseavvägning"},
      {"attestation { reason: TEXT_REQUIRED }", "", "reason", "reason", "a reason of every officer",
       "delning enligt 1 § kräver att varje handläggare anger skäl"},
      {"consent: REQUIRED", "", "consent-none-cited", "consent", "a valid consent that covers it",
       "delning enligt 1 § kräver samtycke; inget samtycke åberopas"},
      {"consent: REQUIRED", "consent: VALID consent_category: \"B\"",
       "consent-category-not-covered", "consent", "a valid consent that covers it",
       "delning enligt 1 § kräver samtycke; samtycket omfattar inte uppgift a"},
  };
  for (const Lacking& one : cases) {
    const v1::Decision decision = DecideWith(Permit("p", one.columns), Facts(one.facts));
    EXPECT_EQ(decision.verdict(), v1::VERDICT_DENY) << one.columns;
    EXPECT_EQ(decision.reason_code(), one.code) << one.columns;
    EXPECT_THAT(decision.reason_sv(), HasSubstr(std::string("Nekas: ") + one.clause));
    ASSERT_EQ(decision.category(0).missing_size(), 1) << one.columns;
    EXPECT_EQ(decision.category(0).missing(0).rule(), "p");
    EXPECT_EQ(decision.category(0).missing(0).column(), one.column);
    EXPECT_EQ(decision.category(0).missing(0).needed(), one.needed);
    EXPECT_EQ(decision.category(0).rule_size(), 0) << "no rule determined it";
    EXPECT_EQ(decision.category(0).paragraph_size(), 1) << "but its paragraph is named";
  }
}

TEST(ExplanationTest, TellsOnlyTheIntervalOfTheAge) {
  const std::string rules = Permit("p", "age { from: 12 below: 13 } age_unknown: false");
  const struct {
    uint32_t from, below;
    const char* words;
  } cases[] = {{0, 12, "the child is said to be under 12"},
               {18, 0, "the child is said to be at least 18"},
               {12, 18, "the child is said to be at least 12 but under 18"},
               {0, 0, "the age is not known"}};
  for (const auto& one : cases) {
    v1::Facts facts = Facts();
    facts.set_age_from(one.from);
    facts.set_age_below(one.below);
    EXPECT_THAT(DecideWith(rules, facts).reason_en(), HasSubstr(one.words));
  }
}

TEST(ExplanationTest, EachStateOfAConsentHasItsOwnReason) {
  std::set<std::string> codes, texts;
  for (int state = 0; state <= v1::ConsentState_MAX; ++state) {
    if (state == v1::VALID) continue;
    v1::Facts facts = Facts();
    facts.set_consent(static_cast<v1::ConsentState>(state));
    const v1::Decision decision = DecideWith(Permit("p", "consent: REQUIRED"), facts);
    EXPECT_EQ(decision.verdict(), v1::VERDICT_DENY);
    codes.insert(decision.reason_code());
    texts.insert(decision.reason_sv());
  }
  EXPECT_THAT(
      codes,
      ElementsAre("consent-child-missing", "consent-expired", "consent-guardian-missing",
                  "consent-none-cited", "consent-not-checked", "consent-not-yet-valid",
                  "consent-other-child", "consent-party-not-named", "consent-purpose-not-covered",
                  "consent-refused", "consent-unknown", "consent-withdrawn"));
  EXPECT_EQ(texts.size(), codes.size());
}

TEST(ExplanationTest, AForbidOverAStateOfConsentSaysWhich) {
  const v1::Decision decision =
      DecideWith(Permit("p") + Forbid("f", "consent_state: [OTHER_CHILD, EXPIRED]"),
                 Facts("consent: EXPIRED"));
  EXPECT_EQ(decision.reason_code(), "consent-expired");
  EXPECT_THAT(decision.category(0).rule(), ElementsAre("f"));
}

TEST(ExplanationTest, TheNearestIsTheOneWithFewestColumnsAmissThenTheOneCited) {
  const std::string rules = Permit("far", "age { below: 12 } sender_role: \"chief\"") +
                            Permit("near", "age { below: 15 }") +
                            Permit("a-near-uncited", "legal_basis: \"LAW-2\"");
  const v1::Decision decision = DecideWith(rules, Facts());
  const v1::CategoryDecision& category = decision.category(0);
  ASSERT_EQ(category.missing_size(), 2);
  EXPECT_EQ(category.missing(0).rule(), "near");
  EXPECT_EQ(category.missing(1).rule(), "a-near-uncited");
  EXPECT_EQ(decision.reason_code(), "age");
}

TEST(ExplanationTest, ADenialIsWordedByTheCategoryThatLacksLeast) {
  const std::string rules =
      Permit("p1", "category: \"A\" age { below: 12 } sender_role: \"chief\"") +
      Permit("p2", "category: \"B\" sender_role: \"chief\"");
  EXPECT_EQ(DecideWith(rules, Facts("category: [\"A\", \"B\"]")).reason_code(), "sender-role");
}

// What a sender can mend is told before what belongs to another errand, though that lacks less.
TEST(ExplanationTest, AReasonForThisPurposeGoesBeforeOneForAnother) {
  const std::string rules =
      Permit("here", "category: \"B\" consent: REQUIRED attestation { reason: TEXT_REQUIRED }") +
      Permit("elsewhere", "category: \"A\" purpose: \"ALL\"");
  const v1::Decision decision = DecideWith(rules, Facts("category: [\"A\", \"B\"]"));
  EXPECT_EQ(decision.category(0).reason_code(), "purpose");
  EXPECT_EQ(decision.category(1).missing(0).rule(), "here");
  EXPECT_EQ(decision.reason_code(), "consent-none-cited");
}

}  // namespace
}  // namespace sluss
