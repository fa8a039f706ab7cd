// The catalogue's matrix of who may tell whom, held against templates and walls cell by cell.
//
// For every pair of kinds of a cell, each permit of the templates is asked with the facts that suit
// it best; what passes about a child must rest on a paragraph of the cell, and every way of the
// cell that is called open must let something pass.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/decide.h"
#include "policy/policy_set.h"
#include "policy/suiting_facts.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

const char kDay[] = "2026-02-10";

class LawMatrixTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto set = testing::LoadShipped();
    ASSERT_OK(set);
    set_ = *set;
  }
  const v1::Vocabulary& vocabulary() const { return set_->bundle().vocabulary(); }

  // Paragraphs on which the templates let something about a child pass.
  std::set<std::string> OpenBetween(const std::string& from, const std::string& to) const;
  void Collect(const v1::Facts& facts, std::set<std::string>* open) const;

  std::shared_ptr<const PolicySet> set_;
};

void LawMatrixTest::Collect(const v1::Facts& facts, std::set<std::string>* open) const {
  // One category a question: a purpose that is whole would deny all for one.
  for (const std::string& category : facts.category()) {
    if (category == "ANONYMOUS") continue;
    v1::Facts one = facts;
    one.clear_category();
    one.add_category(category);
    const v1::Decision answer = Decide(*set_, one);
    for (const v1::CategoryDecision& decision : answer.category()) {
      if (!decision.permitted()) continue;
      const auto& named = decision.paragraph();
      // A duty passes whatever is cited; another rule rests on what was.
      const bool cited = absl::c_linear_search(named, facts.legal_basis());
      if (cited) open->insert(facts.legal_basis());
      if (!cited) open->insert(named.begin(), named.end());
    }
  }
}

std::set<std::string> LawMatrixTest::OpenBetween(const std::string& from,
                                                 const std::string& to) const {
  std::set<std::string> open;
  for (const v1::Policy& policy : set_->bundle().policy()) {
    for (const v1::Rule& rule : policy.rule()) {
      if (rule.effect() != v1::PERMIT) continue;
      for (const std::string& sender : ExampleAgencies(vocabulary(), rule.sender())) {
        for (const std::string& recipient : ExampleAgencies(vocabulary(), rule.recipient())) {
          if (!absl::StartsWith(sender, from + "/") || !absl::StartsWith(recipient, to + "/")) {
            continue;
          }
          for (const v1::Facts& facts : SuitingFacts(*set_, rule, sender, recipient, kDay)) {
            Collect(facts, &open);
          }
        }
      }
    }
  }
  return open;
}

TEST_F(LawMatrixTest, TemplatesAndWallsAgreeWithEveryCell) {
  ASSERT_EQ(vocabulary().matrix_size(), 23);
  for (const v1::MatrixCell& cell : vocabulary().matrix()) {
    std::set<std::string> lawful, called_open, open;
    for (const v1::MatrixWay& way : cell.way()) {
      lawful.insert(way.paragraph().begin(), way.paragraph().end());
      if (way.open()) called_open.insert(way.paragraph().begin(), way.paragraph().end());
    }
    for (const std::string& from : cell.from()) {
      for (const std::string& to : cell.to()) open.merge(OpenBetween(from, to));
    }
    EXPECT_EQ(open, called_open) << "cell " << cell.id();
    EXPECT_TRUE(absl::c_includes(lawful, open)) << "cell " << cell.id();
  }
}

TEST_F(LawMatrixTest, EveryPairOfTheFiveHasACell) {
  const std::vector<std::string> from = {"school",          "school-medical", "child-psychiatry",
                                         "social-services", "police",         "leisure",
                                         "youth-coach"};
  const std::vector<std::string> to = {"social-services", "police",           "school",
                                       "school-welfare",  "child-psychiatry", "leisure",
                                       "youth-coach"};
  for (const std::string& a : from) {
    for (const std::string& b : to) {
      const bool own =
          (a == "police" && b == "police") ||
          ((a == "leisure" || a == "youth-coach") && (b == "leisure" || b == "youth-coach"));
      const auto cells = std::count_if(
          vocabulary().matrix().begin(), vocabulary().matrix().end(), [&](const auto& cell) {
            return absl::c_linear_search(cell.from(), a) && absl::c_linear_search(cell.to(), b);
          });
      EXPECT_EQ(cells, own ? 0 : 1) << a << " to " << b;
    }
  }
}

// The least condition of a cell is what its paragraphs say of themselves.
TEST_F(LawMatrixTest, ConditionsAgreeWithTheParagraphs) {
  for (const v1::MatrixCell& cell : vocabulary().matrix()) {
    for (const v1::MatrixWay& way : cell.way()) {
      for (const std::string& id : way.paragraph()) {
        const auto at =
            std::find_if(vocabulary().paragraph().begin(), vocabulary().paragraph().end(),
                         [&](const auto& one) { return one.id() == id; });
        ASSERT_NE(at, vocabulary().paragraph().end());
        EXPECT_EQ(way.condition() == v1::BY_CONSENT, at->consent() == v1::REQUIRED)
            << cell.id() << " " << id;
        if (way.condition() == v1::BY_DUTY && id != "OSL-26-9A") {
          EXPECT_EQ(at->law_effect(), v1::OBLIGES) << cell.id() << " " << id;
        }
      }
    }
  }
}

}  // namespace
}  // namespace sluss
