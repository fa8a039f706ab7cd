// The sliced table against each row asked alone, over random sets small enough for single rows and
// large enough for many slices.
#include "policy/outcome.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "policy/decide.h"
#include "policy/rule_table.h"
#include "tests/policy/policy_texts.h"
#include "tests/policy/random_policies.h"
#include "tests/policy/small_decisions.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::ElementsAreArray;

struct RowByRow {
  std::vector<uint32_t> permits, forbids;
  std::vector<NearMiss> nearest;
};

// Sentences 3 and 7 for one category.
RowByRow AskEachRow(const RuleTable& table, const Question& question, uint32_t category) {
  RowByRow asked;
  table.ForEachOfPair(question, [&](uint32_t number) {
    const Row& row = table.rule(number).row;
    const uint32_t failing =
        table.FailingColumns(number, question) | FailingForCategory(row, question, category);
    if (failing == 0) {
      (row.forbid ? asked.forbids : asked.permits).push_back(number);
    } else if (!row.forbid) {
      asked.nearest.push_back({number, failing});
    }
  });
  std::sort(asked.permits.begin(), asked.permits.end());
  std::sort(asked.forbids.begin(), asked.forbids.end());
  const auto rank = [](const NearMiss& near) {
    return std::make_tuple(std::popcount(near.failing), near.failing & kLegalBasisColumn,
                           near.failing & kPurposeColumn, near.rule);
  };
  std::sort(asked.nearest.begin(), asked.nearest.end(),
            [&](const NearMiss& a, const NearMiss& b) { return rank(a) < rank(b); });
  size_t kept = 0;
  while (kept < asked.nearest.size() && kept < Nearest::kMost &&
         std::popcount(asked.nearest[kept].failing) == std::popcount(asked.nearest[0].failing)) {
    ++kept;
  }
  asked.nearest.resize(kept);
  return asked;
}

void ExpectAsRowByRow(const PolicySet& set, const v1::Facts& facts, const Judgement& judgement) {
  for (const CategoryOutcome& category : judgement.outcome.categories) {
    const RowByRow asked = AskEachRow(set.table(), judgement.question, category.category);
    const auto permits = judgement.outcome.Permits(category);
    const auto forbids = judgement.outcome.Forbids(category);
    ASSERT_THAT(std::vector<uint32_t>(permits.begin(), permits.end()),
                ElementsAreArray(asked.permits));
    ASSERT_THAT(std::vector<uint32_t>(forbids.begin(), forbids.end()),
                ElementsAreArray(asked.forbids));
    if (category.verdict != CategoryVerdict::kNoPermit) continue;
    ASSERT_EQ(category.nearest_count, asked.nearest.size()) << facts.ShortDebugString();
    for (size_t i = 0; i < asked.nearest.size(); ++i) {
      ASSERT_EQ(category.nearest[i].rule, asked.nearest[i].rule) << facts.ShortDebugString();
      ASSERT_EQ(category.nearest[i].failing, asked.nearest[i].failing) << facts.ShortDebugString();
    }
  }
}

TEST(OutcomeTest, SlicesAnswerAsEachRowAlone) {
  Judgement judgement;  // used again, as it is meant to be
  for (uint32_t seed = 0; seed < 60; ++seed) {
    testing::RandomPolicies random(seed);
    const int sizes[] = {2, 20, 70, 130, 1500};
    v1::Policy policy;
    for (const v1::Rule& rule : random.Rules(sizes[seed % 5], seed % 2 == 0)) {
      *policy.add_rule() = rule;
    }
    std::string text;
    google::protobuf::TextFormat::PrintToString(policy, &text);
    const auto set = testing::LoadSmall(text);
    ASSERT_OK(set);
    for (int i = 0; i < 60; ++i) {
      const v1::Facts facts = random.Facts();
      ASSERT_OK(Judge(**set, facts, &judgement));
      ExpectAsRowByRow(**set, facts, judgement);
      const Answer answer = (*set)->table().Evaluate(judgement.question);
      EXPECT_EQ(answer.verdict, judgement.outcome.answer.verdict);
      EXPECT_EQ(answer.passed, judgement.outcome.answer.passed);
      EXPECT_EQ(answer.duty, judgement.outcome.answer.duty);
      EXPECT_EQ(InWords(**set, judgement).SerializeAsString(),
                Decide(**set, facts).SerializeAsString());
    }
    if (HasFatalFailure()) return;
  }
}

TEST(OutcomeTest, OnlyRulesOfWhatPassesBringObligations) {
  const auto set = testing::LoadSmall(
      testing::Permit("a", "category: \"A\" obligation { retain { days: 30 } }") +
      testing::Permit("b",
                      "category: \"B\" obligation { retain { days: 10 } } "
                      "obligation { review: true }") +
      testing::Forbid("f", "category: \"B\""));
  ASSERT_OK(set);
  Judgement judgement;
  ASSERT_OK(Judge(**set, testing::Facts("category: [\"A\", \"B\"]"), &judgement));
  EXPECT_EQ(judgement.outcome.obligations.retain_days, 30u);
  EXPECT_FALSE(judgement.outcome.obligations.review);
}

TEST(OutcomeTest, FactsThatCannotBeJudgedGiveTheirFault) {
  const auto set = testing::LoadSmall(testing::Permit("a"));
  ASSERT_OK(set);
  Judgement judgement;
  EXPECT_EQ(Judge(**set, testing::Facts("category: \"D\""), &judgement),
            CheckFacts(**set, testing::Facts("category: \"D\"")));
}

}  // namespace
}  // namespace sluss
