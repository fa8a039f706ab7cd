// Dead rules, conflicts and gaps of one set, each against what can be counted by hand.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/analysis/conflicts.h"
#include "policy/analysis/dead_rules.h"
#include "policy/analysis/diff.h"
#include "policy/analysis/gaps.h"
#include "tests/policy/analysis/small_domain.h"
#include "tests/policy/oracle.h"
#include "tests/policy/policy_texts.h"
#include "tests/policy/random_policies.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::AllQuestions;
using ::testing::ElementsAre;
using testing::Forbid;
using ::testing::HasSubstr;
using testing::InBox;
using ::testing::IsEmpty;
using testing::LoadRules;
using testing::LoadSmall;
using testing::Permit;
using testing::RandomPolicies;
using testing::RandomRules;

v1::DeadRules DeadIn(const std::string& rules, const std::string& more = "") {
  const auto set = LoadSmall(rules, more);
  EXPECT_OK(set);
  if (!set.ok()) return {};
  const auto dead = FindDeadRules(**set);
  EXPECT_OK(dead);
  return dead.ok() ? *dead : v1::DeadRules();
}

bool Alike(const std::vector<v1::Rule>& a, const std::vector<v1::Rule>& b) {
  const auto diff = DiffPolicies(*LoadRules(a), *LoadRules(b));
  EXPECT_OK(diff);
  return diff.ok() && diff->newly_permitted().situations() + diff->newly_denied().situations() +
                              diff->terms_changed().situations() ==
                          0;
}

std::vector<v1::Rule> Without(std::vector<v1::Rule> rules, const std::string& id) {
  rules.erase(std::remove_if(rules.begin(), rules.end(),
                             [&](const v1::Rule& rule) { return rule.id() == id; }),
              rules.end());
  return rules;
}

// A rule that no difference misses is dead, and no other.
TEST(DeadRulesTest, AreThoseWithoutWhichNothingChanges) {
  std::map<v1::DeadRule::Why, int> seen;
  int alive = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    RandomPolicies random(seed);
    std::vector<v1::Rule> rules = RandomRules(&random, 14);
    rules.push_back(random.Permit("copied", true));
    v1::Rule companion = rules.back();  // again, or struck wherever it is alone
    companion.set_id("companion");
    if (seed % 2 == 1) {
      companion = random.Forbid("companion");
      companion.clear_valid();
      companion.clear_age();
      companion.clear_except_legal_basis();
      companion.clear_cited_basis();
      companion.clear_consent_state();
      companion.clear_recipient_cover();
      *companion.mutable_legal_basis() = rules.back().legal_basis();
      *companion.mutable_sender() = rules.back().sender();
      *companion.mutable_recipient() = rules.back().recipient();
      *companion.mutable_purpose() = rules.back().purpose();
      *companion.mutable_category() = rules.back().category();
      *companion.mutable_sender_role() = rules.back().sender_role();
      const auto& bases = rules.back().legal_basis();
      if (std::find(bases.begin(), bases.end(), "UNKNOWN") != bases.end()) {
        companion.clear_legal_basis();
        companion.add_legal_basis("LAW-1");
      }
    }
    rules.push_back(companion);
    const auto dead = FindDeadRules(*LoadRules(rules));
    ASSERT_OK(dead);
    EXPECT_EQ(dead->rules(), rules.size());
    std::map<std::string, v1::DeadRule> by_id;
    for (const v1::DeadRule& rule : dead->rule()) by_id[rule.rule()] = rule;
    for (const v1::Rule& rule : rules) {
      const auto found = by_id.find(rule.id());
      EXPECT_EQ(found != by_id.end(), Alike(rules, Without(rules, rule.id())))
          << rule.DebugString();
      if (found == by_id.end()) {
        ++alive;
        continue;
      }
      ++seen[found->second.why()];
      if (found->second.why() == v1::DeadRule::NEVER_MATCHES) continue;
      // The reasons suffice by themselves.
      std::vector<v1::Rule> because;
      for (const v1::Rule& other : rules) {
        const auto& ids = found->second.because();
        const bool permit_struck =
            found->second.why() == v1::DeadRule::IDLE && other.effect() == v1::PERMIT;
        if (permit_struck || std::find(ids.begin(), ids.end(), other.id()) != ids.end()) {
          because.push_back(other);
        }
      }
      std::vector<v1::Rule> with = because;
      with.push_back(rule);
      if (because.empty()) continue;
      EXPECT_TRUE(Alike(with, because)) << found->second.DebugString();
    }
  }
  EXPECT_GT(alive, 300);
  EXPECT_GT(seen[v1::DeadRule::STRUCK], 5);
  EXPECT_GT(seen[v1::DeadRule::REDUNDANT], 5);
  EXPECT_GT(seen[v1::DeadRule::IDLE], 5);
  EXPECT_GT(seen[v1::DeadRule::NEVER_MATCHES], 0);
}

// A rule inside one wall does not load; one that a wall and a forbid strike together does.
TEST(DeadRulesTest, ALocalRuleThatAWallHelpsToStrikeNamesTheWall) {
  const std::string wall =
      "wall { id: \"wall-a\" effect: FORBID sender: \"bup/*\" recipient: \"police/*\" purpose: "
      "\"ANY\" legal_basis: \"LAW-1\" category: \"A\" sender_role: \"ANY\" reason_sv: \"nej\" "
      "reason_en: \"no\" }";
  const std::string between = "sender: \"bup/*\" recipient: \"police/*\" category: ";
  const v1::DeadRules dead =
      DeadIn(Permit("local", between + "\"AB\"") + Forbid("own", between + "\"B\""), wall);
  ASSERT_EQ(dead.rule_size(), 1);
  EXPECT_EQ(dead.rule(0).why(), v1::DeadRule::STRUCK);
  EXPECT_THAT(dead.rule(0).wall(), ElementsAre("wall-a"));
  EXPECT_THAT(dead.rule(0).sentence_en(), HasSubstr("the wall `wall-a`"));
  EXPECT_THAT(dead.rule(0).sentence_sv(), HasSubstr("skyddsmuren `wall-a`"));
}

TEST(DeadRulesTest, TwoForbidsTogetherStrikeWhatNeitherStrikesAlone) {
  const v1::DeadRules dead =
      DeadIn(Permit("p", "category: [\"A\", \"B\"]") + Forbid("f", "category: \"A\"") +
             Forbid("g", "category: \"B\"") + Forbid("h", "category: \"C\""));
  ASSERT_EQ(dead.rule_size(), 2);
  EXPECT_EQ(dead.rule(0).rule(), "h");
  EXPECT_EQ(dead.rule(0).why(), v1::DeadRule::IDLE);
  EXPECT_THAT(dead.rule(0).because(), IsEmpty());
  EXPECT_EQ(dead.rule(1).why(), v1::DeadRule::STRUCK);
  EXPECT_THAT(dead.rule(1).because(), ElementsAre("f", "g"));
}

TEST(DeadRulesTest, ARuleThatBringsAnObligationOfItsOwnIsAlive) {
  EXPECT_EQ(DeadIn(Permit("wide") + Permit("narrow", "category: \"A\"")).rule_size(), 1);
  EXPECT_EQ(DeadIn(Permit("wide") + Permit("narrow", "category: \"A\" obligation { review: true }"))
                .rule_size(),
            0);
}

TEST(DeadRulesTest, ARecipientWithoutTheCoverIsNeverMet) {
  const v1::DeadRules dead =
      DeadIn(Permit("p", "recipient: \"club/*\" recipient_cover: \"STRONG\""));
  ASSERT_EQ(dead.rule_size(), 1);
  EXPECT_EQ(dead.rule(0).why(), v1::DeadRule::NEVER_MATCHES);
}

TEST(ConflictsTest, AreExactlyWhereTheOracleSeesBothVoices) {
  int seen = 0;
  for (uint32_t seed = 500; seed < 512; ++seed) {
    RandomPolicies random(seed);
    std::vector<v1::Rule> rules = RandomRules(&random, 8);
    rules.push_back(random.Forbid("f1"));
    rules.push_back(random.Forbid("f2"));
    const auto set = LoadRules(rules);
    std::map<std::pair<std::string, std::string>, v1::Conflict> conflicts;
    const v1::Conflicts found = FindConflicts(*set);
    for (const v1::Conflict& conflict : found.conflict()) {
      conflicts[{conflict.permit(), conflict.forbid()}] = conflict;
    }
    EXPECT_EQ(found.pairs(), conflicts.size());
    for (const v1::Facts& facts : AllQuestions(seed)) {
      auto decision = testing::AskOracle(set->bundle().vocabulary(), rules, facts);
      const std::set<std::string>& permits = decision.permits[facts.category(0)];
      const std::set<std::string>& forbids = decision.forbids[facts.category(0)];
      for (const v1::Rule& permit : rules) {
        for (const v1::Rule& forbid : rules) {
          if (permit.effect() != v1::PERMIT || forbid.effect() != v1::FORBID) continue;
          const auto at = conflicts.find({permit.id(), forbid.id()});
          const bool both = permits.count(permit.id()) != 0 && forbids.count(forbid.id()) != 0;
          ASSERT_EQ(both, at != conflicts.end() && InBox(at->second.overlap(), facts))
              << permit.DebugString() << forbid.DebugString() << facts.DebugString();
          if (both && permits.count(permit.id()) != 0) ++seen;
          if (at != conflicts.end() && at->second.whole() && permits.count(permit.id()) != 0) {
            ASSERT_TRUE(both);
          }
        }
      }
    }
    for (const auto& [pair, conflict] : conflicts) {
      auto decision = testing::AskOracle(set->bundle().vocabulary(), rules, conflict.example());
      EXPECT_TRUE(decision.permits[conflict.example().category(0)].count(pair.first));
      EXPECT_TRUE(decision.forbids[conflict.example().category(0)].count(pair.second));
      EXPECT_LE(conflict.situations(), conflict.permit_situations());
    }
  }
  EXPECT_GT(seen, 200);
}

TEST(ConflictsTest, CountsWhatItDoesNotList) {
  const auto set = LoadSmall(Permit("p") + Forbid("f") + Forbid("g", "category: \"A\""));
  ASSERT_OK(set);
  const v1::Conflicts conflicts = FindConflicts(**set, /*most_listed=*/1);
  EXPECT_EQ(conflicts.pairs(), 2u);
  ASSERT_EQ(conflicts.conflict_size(), 1);
  EXPECT_TRUE(conflicts.conflict(0).whole());
  EXPECT_EQ(conflicts.conflict(0).sentence_en().substr(0, 40),
            "`p` permits and `f` forbids: everybody m");
}

// Every triple against the boxes of all that is permitted, which the oracle has checked.
TEST(GapsTest, AreExactlyTheTriplesThatNothingPermits) {
  int gaps = 0, others = 0;
  for (uint32_t seed = 600; seed < 640; ++seed) {
    RandomPolicies random(seed);
    std::vector<v1::Rule> rules = RandomRules(&random, 6);
    std::vector<v1::Rule> nothing = {random.Forbid("nothing")};
    const auto set = LoadRules(rules), empty = LoadRules(nothing);
    DiffOptions options;
    options.most_boxes = 100'000;
    const auto permitted = DiffPolicies(*empty, *set, options);
    ASSERT_OK(permitted);
    const auto found = FindGaps(*set);
    ASSERT_OK(found);
    for (const char* recipient :
         {"school/ek", "school/x", "social/sund", "social/x", "club/ik", "club/x", "police/x"}) {
      for (const char* purpose : {"CARE", "ALL", "NEED"}) {
        for (const char* category : {"A", "B", "C"}) {
          v1::Facts facts;
          facts.set_sender("school/x");
          facts.set_recipient(recipient);
          facts.set_purpose(purpose);
          facts.add_category(category);
          const auto holds = [&](v1::Box box) {
            v1::Box triple;
            *triple.mutable_recipient() = box.recipient();
            *triple.mutable_recipient_except() = box.recipient_except();
            *triple.mutable_purpose() = box.purpose();
            *triple.mutable_category() = box.category();
            return InBox(triple, facts);
          };
          const bool passes =
              std::any_of(permitted->newly_permitted().change().begin(),
                          permitted->newly_permitted().change().end(),
                          [&](const v1::Change& change) { return holds(change.box()); });
          const bool gap = std::any_of(found->gap().begin(), found->gap().end(),
                                       [&](const v1::Gap& g) { return holds(g.box()); });
          EXPECT_NE(passes, gap) << facts.DebugString();
          ++(gap ? gaps : others);
        }
      }
    }
    for (const v1::Facts& facts : AllQuestions(seed)) {
      if (testing::Outcome(*set, rules, facts).empty()) continue;
      for (const v1::Gap& gap : found->gap()) ASSERT_FALSE(InBox(gap.box(), facts));
    }
  }
  EXPECT_GT(gaps, 200);
  EXPECT_GT(others, 200);
}

TEST(GapsTest, OfTheShippedPoliciesAreFound) {
  const auto set = testing::LoadShipped();
  ASSERT_OK(set);
  const auto gaps = FindGaps(**set);
  ASSERT_OK(gaps);
  EXPECT_GT(gaps->triples(), 0u);
  EXPECT_LT(gaps->triples(), gaps->all_triples());
  const auto dead = FindDeadRules(**set);
  ASSERT_OK(dead);
  EXPECT_THAT(dead->rule(), IsEmpty()) << dead->DebugString();
}

}  // namespace
}  // namespace sluss
