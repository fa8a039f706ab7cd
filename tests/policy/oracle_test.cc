// The engine against the oracle on random sets, and what must hold between neighbouring sets.
#include "tests/policy/oracle.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "policy/decide.h"
#include "policy/policy_set.h"
#include "tests/policy/policy_texts.h"
#include "tests/policy/random_policies.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::AskOracle;
using testing::OracleDecision;
using testing::RandomPolicies;

std::shared_ptr<const PolicySet> Load(const std::vector<v1::Rule>& rules) {
  v1::Policy policy;
  for (const v1::Rule& rule : rules) *policy.add_rule() = rule;
  std::string text;
  google::protobuf::TextFormat::PrintToString(policy, &text);
  const auto set = testing::LoadSmall(text);
  EXPECT_OK(set) << text;
  return set.ok() ? *set : nullptr;
}

std::set<std::string> Passed(const v1::Decision& decision) {
  std::set<std::string> passed;
  for (const v1::CategoryDecision& category : decision.category()) {
    if (category.permitted()) passed.insert(category.category());
  }
  return passed;
}

bool Includes(const std::set<std::string>& wide, const std::set<std::string>& narrow) {
  return std::includes(wide.begin(), wide.end(), narrow.begin(), narrow.end());
}

// Verdict, categories, and the determining rules of each.
void ExpectAgreement(const OracleDecision& oracle, const v1::Decision& decision) {
  EXPECT_EQ(v1::Verdict_Name(decision.verdict()), v1::Verdict_Name(oracle.verdict));
  EXPECT_EQ(Passed(decision), oracle.passed);
  for (const v1::CategoryDecision& category : decision.category()) {
    const std::string& name = category.category();
    const std::set<std::string> rules(category.rule().begin(), category.rule().end());
    const std::set<std::string> overridden(category.overridden().begin(),
                                           category.overridden().end());
    const auto of = [&name](const auto& voices) {
      const auto at = voices.find(name);
      return at == voices.end() ? std::set<std::string>() : at->second;
    };
    if (!of(oracle.forbids).empty()) {
      EXPECT_EQ(rules, of(oracle.forbids));
      EXPECT_EQ(overridden, of(oracle.permits));
    } else if (category.permitted()) {
      EXPECT_EQ(rules, of(oracle.permits));
    } else {
      EXPECT_EQ(rules, std::set<std::string>());
    }
    EXPECT_EQ(category.missing().empty(), !of(oracle.forbids).empty() ||
                                              !of(oracle.permits).empty() ||
                                              category.reason_code() == "no-permit");
    EXPECT_FALSE(category.reason_code().empty());
    EXPECT_FALSE(category.reason_sv().empty());
    EXPECT_FALSE(category.reason_en().empty());
  }
}

// How many questions engine and oracle are asked: millions in a nightly run, by the environment.
int Comparisons() {
  const char* const text = std::getenv("SLUSS_ORACLE_COMPARISONS");
  int count = 300'000;
  if (text != nullptr && (!absl::SimpleAtoi(text, &count) || count < 1)) {
    ADD_FAILURE() << "SLUSS_ORACLE_COMPARISONS is a number of questions, not `" << text << "`";
  }
  return count;
}

TEST(OracleTest, EngineAndOracleAgree) {
  constexpr int kQuestionsOfASet = 200;
  const int sets = std::max(1, Comparisons() / kQuestionsOfASet);
  std::map<v1::Verdict, int> seen;
  for (uint32_t seed = 0; seed < static_cast<uint32_t>(sets); ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules =
        random.Rules(1 + random.Below(80), /*permits_list_unknown=*/true);
    const auto set = Load(rules);
    ASSERT_NE(set, nullptr);
    for (int i = 0; i < kQuestionsOfASet; ++i) {
      const v1::Facts facts = random.Facts();
      const OracleDecision oracle = AskOracle(set->bundle().vocabulary(), rules, facts);
      ExpectAgreement(oracle, Decide(*set, facts));
      ++seen[oracle.verdict];
      ASSERT_FALSE(HasFailure()) << "seed " << seed << "\n" << facts.DebugString();
    }
  }
  // The comparison means something only where all answers occur often.
  EXPECT_GT(seen[v1::VERDICT_PERMIT], sets * kQuestionsOfASet / 25);
  EXPECT_GT(seen[v1::VERDICT_PARTIAL], sets * kQuestionsOfASet / 100);
  EXPECT_GT(seen[v1::VERDICT_DENY], sets * kQuestionsOfASet / 25);
}

TEST(OracleTest, OrderAndDuplicatesDoNotMatter) {
  for (uint32_t seed = 1000; seed < 1100; ++seed) {
    RandomPolicies random(seed);
    std::vector<v1::Rule> rules = random.Rules(12, /*permits_list_unknown=*/true);
    const auto set = Load(rules);
    const size_t count = rules.size();
    for (size_t i = 0; i < count; ++i) {
      v1::Rule again = rules[i];
      again.set_id("again-" + again.id());
      rules.push_back(again);
    }
    std::reverse(rules.begin(), rules.end());
    const auto doubled = Load(rules);
    for (int i = 0; i < 100; ++i) {
      const v1::Facts facts = random.Facts();
      v1::Facts doubled_facts = facts;
      doubled_facts.mutable_category()->MergeFrom(facts.category());
      const v1::Decision first = Decide(*set, facts), second = Decide(*doubled, doubled_facts);
      ASSERT_EQ(first.verdict(), second.verdict());
      ASSERT_EQ(Passed(first), Passed(second));
    }
  }
}

TEST(OracleTest, APermitNeverTakesAndAForbidNeverGives) {
  for (uint32_t seed = 2000; seed < 2200; ++seed) {
    RandomPolicies random(seed);
    std::vector<v1::Rule> rules = random.Rules(10, /*permits_list_unknown=*/true);
    const auto set = Load(rules);
    rules.push_back(random.Permit("new", /*permits_list_unknown=*/true));
    const auto wider = Load(rules);
    rules.back() = random.Forbid("new");
    const auto narrower = Load(rules);
    for (int i = 0; i < 100; ++i) {
      const v1::Facts facts = random.Facts();
      const std::set<std::string> passed = Passed(Decide(*set, facts));
      ASSERT_TRUE(Includes(Passed(Decide(*wider, facts)), passed)) << facts.DebugString();
      ASSERT_TRUE(Includes(passed, Passed(Decide(*narrower, facts)))) << facts.DebugString();
    }
  }
}

TEST(OracleTest, HidingAnAttributeOnlyLoses) {
  int lost = 0;
  for (uint32_t seed = 3000; seed < 3200; ++seed) {
    RandomPolicies random(seed);
    const auto set = Load(random.Rules(20, /*permits_list_unknown=*/false));
    for (int i = 0; i < 200; ++i) {
      const v1::Facts facts = random.Facts();
      const v1::Facts hidden = random.Hide(facts);
      const std::set<std::string> before = Passed(Decide(*set, facts));
      const std::set<std::string> after = Passed(Decide(*set, hidden));
      ASSERT_TRUE(Includes(before, after)) << facts.DebugString() << "\n" << hidden.DebugString();
      lost += before != after;
    }
  }
  EXPECT_GT(lost, 500) << "hiding that never loses anything tests nothing";
}

TEST(OracleTest, TheSameFactsGetTheSameBytes) {
  RandomPolicies random(7);
  std::vector<v1::Rule> rules = random.Rules(30, /*permits_list_unknown=*/true);
  const auto set = Load(rules);
  std::reverse(rules.begin(), rules.end());
  const auto reversed = Load(rules);
  EXPECT_EQ(set->digest(), reversed->digest());
  for (int i = 0; i < 500; ++i) {
    const v1::Facts facts = random.Facts();
    EXPECT_EQ(Decide(*set, facts).SerializeAsString(),
              Decide(*reversed, facts).SerializeAsString());
  }
}

}  // namespace
}  // namespace sluss
