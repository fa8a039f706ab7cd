#include "policy/analysis/diff.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/policy/analysis/small_domain.h"
#include "tests/policy/policy_texts.h"
#include "tests/policy/random_policies.h"
#include "tests/policy/small_decisions.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::AllQuestions;
using ::testing::ElementsAre;
using testing::Forbid;
using ::testing::HasSubstr;
using testing::InBox;
using testing::LoadRules;
using testing::LoadSmall;
using testing::Outcome;
using testing::Permit;
using testing::RandomEdit;
using testing::RandomPolicies;
using testing::RandomRules;

v1::PolicyDiff Diff(const PolicySet& before, const PolicySet& after) {
  DiffOptions options;
  options.most_boxes = 100'000;
  const auto diff = DiffPolicies(before, after, options);
  EXPECT_OK(diff);
  return diff.ok() ? *diff : v1::PolicyDiff();
}

v1::PolicyDiff DiffOf(const std::string& before, const std::string& after) {
  const auto was = LoadSmall(before), is = LoadSmall(after);
  EXPECT_OK(was);
  EXPECT_OK(is);
  return was.ok() && is.ok() ? Diff(**was, **is) : v1::PolicyDiff();
}

bool InAny(const v1::ChangeList& list, const v1::Facts& facts) {
  return std::any_of(list.change().begin(), list.change().end(),
                     [&](const v1::Change& change) { return InBox(change.box(), facts); });
}

bool Empty(const v1::PolicyDiff& diff) {
  return diff.newly_permitted().situations() + diff.newly_denied().situations() +
             diff.terms_changed().situations() ==
         0;
}

// Which list the oracle puts the facts in.
int Expected(const std::string& before, const std::string& after) {
  if (before.empty() != after.empty()) return before.empty() ? 1 : 2;
  return before == after ? 0 : 3;
}

TEST(DiffTest, BoxesHoldExactlyWhatTheOracleDecidesOtherwise) {
  std::vector<int> seen(4);
  for (uint32_t seed = 0; seed < 24; ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules = RandomRules(&random, 2 + random.Below(14));
    const std::vector<v1::Rule> edited = RandomEdit(&random, rules);
    const auto before = LoadRules(rules), after = LoadRules(edited);
    ASSERT_TRUE(before != nullptr && after != nullptr);
    const v1::PolicyDiff diff = Diff(*before, *after);
    EXPECT_EQ(diff.newly_permitted().situations_unlisted(), 0u);
    for (const v1::Facts& facts : AllQuestions(seed)) {
      const int expected = Expected(Outcome(*before, rules, facts), Outcome(*after, edited, facts));
      ASSERT_EQ(InAny(diff.newly_permitted(), facts), expected == 1) << facts.DebugString();
      ASSERT_EQ(InAny(diff.newly_denied(), facts), expected == 2) << facts.DebugString();
      ASSERT_EQ(InAny(diff.terms_changed(), facts), expected == 3) << facts.DebugString();
      ++seen[expected];
    }
  }
  for (const int count : seen) EXPECT_GT(count, 200);
}

// Widening any column of any box takes in something that is not changed in that way.
TEST(DiffTest, BoxesAreMaximal) {
  int widened = 0;
  for (uint32_t seed = 100; seed < 106; ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules = RandomRules(&random, 4);
    const std::vector<v1::Rule> edited = RandomEdit(&random, rules);
    const auto before = LoadRules(rules), after = LoadRules(edited);
    const v1::PolicyDiff diff = Diff(*before, *after);
    std::vector<std::pair<v1::Facts, int>> answers;
    for (uint32_t more = 0; more < 3; ++more) {
      for (const v1::Facts& facts : AllQuestions(seed + more)) {
        answers.emplace_back(
            facts, Expected(Outcome(*before, rules, facts), Outcome(*after, edited, facts)));
      }
    }
    for (const v1::Change& change : diff.newly_permitted().change()) {
      for (int column = 0; column < testing::kBoxColumns; ++column) {
        v1::Box wide = change.box();
        if (!testing::FreeColumn(column, &wide)) continue;
        std::vector<v1::Facts> gained;
        for (const auto& [facts, answer] : answers) {
          if (InBox(wide, facts) && !InBox(change.box(), facts)) gained.push_back(facts);
        }
        if (gained.empty()) continue;  // the sample has nothing there
        ++widened;
        EXPECT_TRUE(std::any_of(
            answers.begin(), answers.end(),
            [&](const auto& answer) { return answer.second != 1 && InBox(wide, answer.first); }))
            << column << "\n"
            << change.DebugString();
      }
    }
  }
  EXPECT_GT(widened, 30);
}

TEST(DiffTest, ExamplesLieInTheirBoxAndAreDecidedOtherwise) {
  int seen = 0;
  for (uint32_t seed = 200; seed < 300; ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules = RandomRules(&random, 20);
    const std::vector<v1::Rule> edited = RandomEdit(&random, rules);
    const auto before = LoadRules(rules), after = LoadRules(edited);
    const v1::PolicyDiff diff = Diff(*before, *after);
    const auto check = [&](const v1::ChangeList& list, int expected) {
      for (const v1::Change& change : list.change()) {
        const v1::Facts& facts = change.example();
        const std::string was = Outcome(*before, rules, facts);
        const std::string is = Outcome(*after, edited, facts);
        EXPECT_TRUE(InBox(change.box(), facts)) << change.DebugString();
        EXPECT_EQ(Expected(was, is), expected) << change.DebugString();
        EXPECT_EQ(change.has_before(), !was.empty());
        EXPECT_EQ(change.has_after(), !is.empty());
        EXPECT_FALSE(change.sentence_sv().empty());
        EXPECT_FALSE(change.sentence_en().empty());
        ++seen;
      }
    };
    check(diff.newly_permitted(), 1);
    check(diff.newly_denied(), 2);
    check(diff.terms_changed(), 3);
  }
  EXPECT_GT(seen, 500);
}

TEST(DiffTest, TheOtherWayRoundIsTheMirrorImage) {
  for (uint32_t seed = 300; seed < 360; ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules = RandomRules(&random, 20);
    const auto before = LoadRules(rules), after = LoadRules(RandomEdit(&random, rules));
    const v1::PolicyDiff there = Diff(*before, *after), back = Diff(*after, *before);
    const auto same = [](const v1::ChangeList& a, const v1::ChangeList& b) {
      ASSERT_EQ(a.change_size(), b.change_size());
      EXPECT_EQ(a.situations(), b.situations());
      for (int i = 0; i < a.change_size(); ++i) {
        EXPECT_EQ(a.change(i).box().SerializeAsString(), b.change(i).box().SerializeAsString());
        EXPECT_EQ(a.change(i).before().SerializeAsString(),
                  b.change(i).after().SerializeAsString());
      }
    };
    same(there.newly_permitted(), back.newly_denied());
    same(there.newly_denied(), back.newly_permitted());
    same(there.terms_changed(), back.terms_changed());
  }
}

TEST(DiffTest, SplittingDoublingAndReorderingChangeNothing) {
  for (uint32_t seed = 400; seed < 460; ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules = RandomRules(&random, 15);
    std::vector<v1::Rule> split;
    for (const v1::Rule& rule : rules) {
      if (rule.sender_size() < 2 || rule.category_size() < 2) {
        split.push_back(rule);
        continue;
      }
      for (int half = 0; half < 4; ++half) {
        v1::Rule part = rule;
        part.set_id(rule.id() + "-" + std::to_string(half));
        part.clear_sender();
        part.add_sender(rule.sender(half % 2));
        part.clear_category();
        part.add_category(rule.category(half / 2));
        split.push_back(part);
      }
    }
    split.push_back(split[0]);
    split.back().set_id("again");
    std::reverse(split.begin(), split.end());
    const v1::PolicyDiff diff = Diff(*LoadRules(rules), *LoadRules(split));
    EXPECT_TRUE(Empty(diff)) << diff.DebugString();
    EXPECT_THAT(diff.summary_en(), HasSubstr("Nothing changes"));
  }
}

TEST(DiffTest, TheSameSetsGiveTheSameBytes) {
  RandomPolicies random(17);
  const std::vector<v1::Rule> rules = RandomRules(&random, 40);
  std::vector<v1::Rule> edited = RandomEdit(&random, rules);
  const std::string first = Diff(*LoadRules(rules), *LoadRules(edited)).SerializeAsString();
  std::reverse(edited.begin(), edited.end());
  EXPECT_EQ(first, Diff(*LoadRules(rules), *LoadRules(edited)).SerializeAsString());
}

TEST(DiffTest, SaysWhatAnEditMeansInAFewSentences) {
  const std::string before = Permit("p",
                                    "sender: \"school/*\" recipient: \"social/*\" purpose: "
                                    "\"CARE\" category: \"A\" age { below: 18 }");
  const std::string after = Permit("p",
                                   "sender: \"school/*\" recipient: \"social/*\" purpose: "
                                   "\"CARE\" category: \"A\" age { below: 21 }");
  const v1::PolicyDiff diff = DiffOf(before, after);
  ASSERT_EQ(diff.newly_permitted().change_size(), 1);
  EXPECT_TRUE(diff.newly_denied().change().empty());
  EXPECT_TRUE(diff.terms_changed().change().empty());
  EXPECT_THAT(diff.rule_changed(), ElementsAre("p"));
  EXPECT_EQ(diff.newly_permitted().change(0).sentence_en(),
            "Newly permitted: school may now tell social services item a for care, citing 1 §, "
            "with 18-20 as the highest possible age, by somebody of known role, about a person who "
            "is not protected.");
  EXPECT_EQ(diff.newly_permitted().change(0).sentence_sv(),
            "Nytt tillåtet: skolan får nu lämna uppgift a till socialtjänsten för vård, med stöd "
            "av 1 §, med 18-20 år som högsta möjliga ålder, av någon med känd roll, om den som "
            "inte har skyddade personuppgifter.");
}

TEST(DiffTest, CountsRecordedNotificationsInEachBox) {
  const auto before = LoadSmall(Permit("p", "category: \"A\""));
  const auto after = LoadSmall(Permit("p", "category: [\"A\", \"B\"]"));
  std::vector<v1::Facts> recorded = {
      testing::Facts("category: [\"A\", \"B\"]"), testing::Facts("category: \"B\""),
      testing::Facts("category: \"A\""), testing::Facts("sender: \"nobody/x\" category: \"B\"")};
  DiffOptions options;
  options.recorded = recorded;
  const auto diff = DiffPolicies(**before, **after, options);
  ASSERT_OK(diff);
  ASSERT_EQ(diff->newly_permitted().change_size(), 1);
  EXPECT_EQ(diff->newly_permitted().change(0).recorded(), 2u);
  EXPECT_EQ(diff->newly_permitted().recorded(), 2u);
  EXPECT_EQ(diff->newly_denied().recorded(), 0u);
  EXPECT_EQ(diff->recorded(), 4u);
}

TEST(DiffTest, CountsWhatIsNotListed) {
  const auto before = LoadSmall(Permit("p", "category: \"C\""));
  const auto after = LoadSmall(Permit("p", "category: \"C\"") +
                               Permit("q", "category: \"A\" sender: \"school/*\"") +
                               Permit("r", "category: \"B\" sender: \"bup/*\""));
  DiffOptions options;
  options.most_boxes = 1;
  const auto diff = DiffPolicies(**before, **after, options);
  ASSERT_OK(diff);
  const v1::ChangeList& list = diff->newly_permitted();
  ASSERT_EQ(list.change_size(), 1);
  EXPECT_EQ(list.change(0).situations() + list.situations_unlisted(), list.situations());
  EXPECT_GT(list.situations_unlisted(), 0u);
  EXPECT_THAT(diff->summary_en(), HasSubstr("not complete"));
}

// A value that only one vocabulary knows is denied by the other set: as if no rule named it.
TEST(DiffTest, ComparesSetsOfDifferentVocabularies) {
  const auto before = LoadSmall(Permit("p"));
  const auto after =
      LoadSmall(Permit("p"),
                "category { id: \"AA\" name_sv: \"ny\" name_en: \"the new one\" }\n"
                "purpose { id: \"LATER\" name_sv: \"sen\" name_en: \"later\" whole: true }\n");
  const auto diff = DiffPolicies(**before, **after);
  ASSERT_OK(diff);
  ASSERT_EQ(diff->newly_permitted().change_size(), 2);
  EXPECT_THAT(diff->newly_permitted().change(0).sentence_en(), HasSubstr("the new one"));
  EXPECT_THAT(diff->newly_permitted().change(1).box().purpose(), ElementsAre("LATER"));
  EXPECT_TRUE(diff->newly_denied().change().empty());
  ASSERT_EQ(diff->purpose_size(), 1);
  EXPECT_EQ(diff->purpose(0).sentence_en(), "The purpose later is new.");
  const auto back = DiffPolicies(**after, **before);
  ASSERT_OK(back);
  EXPECT_EQ(back->newly_denied().change_size(), 2);
}

// Nobody can have a role where no officer attests, so this edit changes nothing that can occur.
TEST(DiffTest, WhatCannotOccurIsNoChange) {
  const std::string role = "sender_role: \"clerk\" ";
  EXPECT_TRUE(Empty(DiffOf(Permit("p", role), Permit("p", role + "attestation { officers: 1 }"))));
  EXPECT_FALSE(Empty(DiffOf(Permit("p", role), Permit("p", role + "attestation { officers: 2 }"))));
}

}  // namespace
}  // namespace sluss
