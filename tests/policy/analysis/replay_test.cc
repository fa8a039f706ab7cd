// What really happened, and the test cases, held against a set.
#include "policy/analysis/replay.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/delimited_message_util.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "policy/analysis/coverage.h"
#include "policy/analysis/recorded_file.h"
#include "policy/decide.h"
#include "tests/policy/analysis/small_domain.h"
#include "tests/policy/oracle.h"
#include "tests/policy/policy_texts.h"
#include "tests/policy/random_policies.h"
#include "tests/policy/small_decisions.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::ElementsAre;
using testing::Facts;
using testing::Forbid;
using ::testing::HasSubstr;
using testing::LoadRules;
using testing::LoadSmall;
using testing::Permit;
using testing::RandomEdit;
using testing::RandomPolicies;
using testing::RandomRules;

v1::RecordedDecision Record(const PolicySet& set, const v1::Facts& facts, const std::string& id) {
  v1::RecordedDecision recorded;
  recorded.set_id(id);
  *recorded.mutable_facts() = facts;
  *recorded.mutable_decision() = Decide(set, facts);
  return recorded;
}

TEST(ReplayTest, AgainstTheSameVersionIsByteIdentical) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    RandomPolicies random(seed);
    const auto set = LoadRules(RandomRules(&random, 25));
    Replayer with_bytes(*set, {}), without(*set, {.most_listed = 10, .bytes = false});
    for (int i = 0; i < 200; ++i) {
      const v1::RecordedDecision recorded = Record(*set, random.Facts(), "x");
      with_bytes.Add(recorded);
      without.Add(recorded);
    }
    EXPECT_EQ(with_bytes.Result().identical(), 200u);
    EXPECT_EQ(without.Result().identical(), 0u);
    EXPECT_EQ(without.Result().alike(), 200u) << without.Result().DebugString();
    EXPECT_TRUE(with_bytes.Result().difference().empty());
  }
}

TEST(ReplayTest, ARecordThatTheSameSetDoesNotRepeatIsShown) {
  const auto set = LoadSmall(Permit("p"));
  v1::RecordedDecision recorded = Record(**set, Facts(), "m1");
  recorded.mutable_decision()->mutable_category(0)->set_reason_en("forged");
  Replayer replayer(**set, {});
  replayer.Add(recorded);
  ASSERT_EQ(replayer.Result().difference_size(), 1);
  EXPECT_TRUE(replayer.Result().difference(0).bytes());
  EXPECT_EQ(replayer.Result().identical(), 0u);
}

// Each count against what Decide says in full.
TEST(ReplayTest, CountsWhatADraftChanges) {
  v1::Replay all;
  for (uint32_t seed = 100; seed < 220; ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules = RandomRules(&random, 20);
    const auto set = LoadRules(rules), draft = LoadRules(RandomEdit(&random, rules));
    Replayer replayer(*draft, {});
    v1::Replay expected;
    for (int i = 0; i < 300; ++i) {
      const v1::Facts facts = random.Facts();
      const v1::RecordedDecision recorded = Record(*set, facts, std::to_string(i));
      replayer.Add(recorded);
      const v1::Decision now = Decide(*draft, facts);
      bool more = false, less = false;
      for (int c = 0; c < now.category_size(); ++c) {
        const bool was = recorded.decision().category(c).permitted(),
                   is = now.category(c).permitted();
        more |= is && !was;
        less |= was && !is;
      }
      v1::Decision a, b;
      *a.mutable_obligation() = now.obligation();
      *b.mutable_obligation() = recorded.decision().obligation();
      const bool terms = a.SerializeAsString() != b.SerializeAsString();
      expected.set_other(expected.other() + (more && less));
      expected.set_more(expected.more() + (more && !less));
      expected.set_less(expected.less() + (less && !more));
      expected.set_terms(expected.terms() + (!more && !less && terms));
      expected.set_alike(expected.alike() + (!more && !less && !terms));
    }
    const v1::Replay found = replayer.Result();
    EXPECT_EQ(found.other(), expected.other());
    EXPECT_EQ(found.more(), expected.more());
    EXPECT_EQ(found.less(), expected.less());
    EXPECT_EQ(found.terms(), expected.terms());
    EXPECT_EQ(found.alike(), expected.alike());
    EXPECT_EQ(found.difference_size() + found.differences_unlisted(), 300 - found.alike());
    all.set_more(all.more() + found.more());
    all.set_less(all.less() + found.less());
    all.set_terms(all.terms() + found.terms());
  }
  EXPECT_GT(all.more(), 30u);
  EXPECT_GT(all.less(), 30u);
  EXPECT_GT(all.terms(), 15u);
}

TEST(ReplayTest, FactsThatADraftDoesNotUnderstandAreCounted) {
  const auto set = LoadSmall(Permit("p"), "category { id: \"D\" name_sv: \"d\" name_en: \"d\" }");
  const auto draft = LoadSmall(Permit("p"));
  Replayer replayer(**draft, {});
  replayer.Add(Record(**set, Facts("category: \"D\""), "m1"));
  EXPECT_EQ(replayer.Result().invalid(), 1u);
  EXPECT_EQ(replayer.Result().less(), 1u);
  EXPECT_THAT(replayer.Result().difference(0).less(), ElementsAre("D"));
  EXPECT_THAT(replayer.Result().summary_en(), HasSubstr("1 where less passes"));
}

TEST(RecordedFileTest, BothFormatsHoldTheSame) {
  const auto set = LoadSmall(Permit("p"));
  const std::string base = ::testing::TempDir() + "/recorded-decisions-" + std::to_string(getpid());
  std::ofstream lines(base + ".jsonl"), binary(base + ".binpb", std::ios::binary);
  for (const char* id : {"a", "b"}) {
    const v1::RecordedDecision recorded = Record(**set, Facts(), id);
    std::string json;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(recorded, &json).ok());
    lines << json << "\n\n";
    ASSERT_TRUE(google::protobuf::util::SerializeDelimitedToOstream(recorded, &binary));
  }
  lines.close();
  binary.close();
  for (const char* ending : {".jsonl", ".binpb"}) {
    std::string ids;
    Replayer replayer(**set, {});
    EXPECT_OK(ReadRecorded(base + ending, [&](const v1::RecordedDecision& recorded) {
      ids += recorded.id();
      replayer.Add(recorded);
    }));
    EXPECT_EQ(ids, "ab");
    EXPECT_EQ(replayer.Result().identical(), 2u);
  }
  std::filesystem::resize_file(base + ".binpb", std::filesystem::file_size(base + ".binpb") - 1);
  const auto ignore = [](const v1::RecordedDecision&) {};
  EXPECT_THAT(std::string(ReadRecorded(base + ".binpb", ignore).message()),
              HasSubstr("message 2 is not a RecordedDecision or is cut short"));
  std::ofstream(base + ".jsonl", std::ios::app) << "{\"id\": 5, \"child\": \"x\"}\n";
  const std::string error(ReadRecorded(base + ".jsonl", ignore).message());
  EXPECT_THAT(error, HasSubstr(".jsonl:5: not a RecordedDecision as JSON"));
  EXPECT_EQ(ReadRecorded("/nowhere", ignore).code(), absl::StatusCode::kNotFound);
}

TEST(CoverageTest, CountsTheRulesThatDetermine) {
  const auto set = LoadSmall(Permit("p", "category: \"A\"") + Permit("q", "category: \"B\"") +
                             Forbid("f", "category: \"B\"") + Permit("r", "category: \"C\""));
  const std::vector<v1::Facts> cases = {Facts("category: [\"A\", \"B\"]"),
                                        Facts("category: \"A\"")};
  const std::vector<v1::Facts> history = {Facts("category: \"C\""), Facts("sender: \"zoo/x\"")};
  const v1::Coverage coverage = MeasureCoverage(**set, cases, history);
  ASSERT_EQ(coverage.rule_size(), 4);
  EXPECT_EQ(coverage.rule(0).rule(), "f");
  EXPECT_EQ(coverage.rule(0).cases(), 1u);
  EXPECT_EQ(coverage.rule(1).cases(), 2u);
  EXPECT_EQ(coverage.rule(2).cases(), 0u) << "what a forbid overrides determines nothing";
  EXPECT_EQ(coverage.rule(3).recorded(), 1u);
  EXPECT_EQ(coverage.rules_by_cases(), 2u);
  EXPECT_EQ(coverage.rules_by_history(), 1u);
  EXPECT_EQ(coverage.recorded(), 2u);
}

TEST(CoverageTest, AgreesWithTheOracle) {
  for (uint32_t seed = 200; seed < 220; ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules = RandomRules(&random, 15);
    const auto set = LoadRules(rules);
    std::vector<v1::Facts> facts;
    std::map<std::string, uint64_t> expected;
    for (int i = 0; i < 200; ++i) {
      facts.push_back(random.Facts());
      const auto decision = testing::AskOracle(set->bundle().vocabulary(), rules, facts.back());
      std::set<std::string> determining;
      for (const auto& [category, ids] : decision.forbids)
        determining.insert(ids.begin(), ids.end());
      for (const auto& [category, ids] : decision.permits) {
        if (decision.forbids.count(category) == 0) determining.insert(ids.begin(), ids.end());
      }
      for (const std::string& id : determining) ++expected[id];
    }
    const v1::Coverage coverage = MeasureCoverage(*set, facts, {});
    for (const v1::RuleCoverage& rule : coverage.rule()) {
      EXPECT_EQ(rule.cases(), expected[rule.rule()]);
    }
  }
}

}  // namespace
}  // namespace sluss
