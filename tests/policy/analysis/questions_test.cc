// Matrix and invariants of one set.
#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "policy/analysis/invariants.h"
#include "policy/analysis/matrix.h"
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
using testing::LoadRules;
using testing::LoadSmall;
using testing::Permit;
using testing::RandomPolicies;
using testing::RandomRules;

v1::InvariantResult Check(const std::string& rules, const std::string& invariant) {
  const auto set = LoadSmall(rules);
  EXPECT_OK(set);
  const auto parsed = ParseInvariants(
      **set, {"i.txtpb", "invariant { id: \"i\" sentence_sv: \"aldrig\" sentence_en: \"never\" " +
                             invariant + " }"});
  EXPECT_OK(parsed);
  if (!parsed.ok()) return {};
  const auto report = CheckInvariants(**set, *parsed);
  EXPECT_OK(report);
  return report.ok() ? report->result(0) : v1::InvariantResult();
}

TEST(InvariantsTest, HoldOrShowAWitness) {
  const std::string rules = Permit("p", "recipient: \"police/*\" attestation { officers: 2 }");
  EXPECT_TRUE(Check(rules, "recipient: \"police/*\" without { officers: 2 }").holds());
  EXPECT_TRUE(Check(rules, "recipient: \"school/*\"").holds());
  const v1::InvariantResult broken =
      Check(rules, "recipient: \"police/*\" without { officers: 2 weighing: true }");
  EXPECT_FALSE(broken.holds());
  EXPECT_EQ(broken.lacks(), "weighing");
  EXPECT_THAT(broken.rule(), ElementsAre("p"));
  EXPECT_FALSE(broken.witness().weighing());
  EXPECT_EQ(broken.sentence_en(), "Broken: never");
}

TEST(InvariantsTest, AForbidMakesThemHold) {
  const std::string invariant = "recipient: \"club/*\" category: \"AB\"";
  EXPECT_FALSE(Check(Permit("p"), invariant).holds());
  EXPECT_FALSE(
      Check(Permit("p") + Forbid("f", "recipient: \"club/*\" category: \"A\""), invariant).holds());
  EXPECT_TRUE(
      Check(Permit("p") + Forbid("f", "recipient: \"club/*\" category: [\"A\", \"B\"]"), invariant)
          .holds());
}

TEST(InvariantsTest, MaySpeakOfACitedParagraph) {
  const std::string rules = Permit("p", "legal_basis: \"LAW-1\"") +
                            Permit("q", "legal_basis: \"LAW-3\" attestation { officers: 2 }");
  EXPECT_TRUE(Check(rules, "legal_basis: \"LAW-3\" without { officers: 2 }").holds());
  EXPECT_FALSE(Check(rules, "legal_basis: \"LAW-1\" without { officers: 2 }").holds());
}

TEST(InvariantsTest, ShippedOnesHoldForTheShippedPolicies) {
  const auto set = testing::LoadShipped();
  ASSERT_OK(set);
  const auto file = ReadPolicySources(SLUSS_SOURCE_DIR "/policy/invariants.txtpb");
  ASSERT_OK(file);
  const auto invariants = ParseInvariants(**set, file->front());
  ASSERT_OK(invariants);
  const auto report = CheckInvariants(**set, *invariants);
  ASSERT_OK(report);
  EXPECT_GE(report->result_size(), 5);
  for (const v1::InvariantResult& result : report->result()) {
    EXPECT_TRUE(result.holds()) << result.DebugString();
  }
}

// One agency that no rule names is a place of its own.
TEST(InvariantsTest, SpeakOfAgenciesThatNoRuleNames) {
  const std::string rules = Permit("p", "sender: \"school/ek\"");
  EXPECT_TRUE(Check(rules, "sender: \"school/alm\"").holds());
  EXPECT_FALSE(Check(rules, "sender: \"school/ek\"").holds());
  EXPECT_FALSE(Check(Permit("p", "sender: \"school/*\""), "sender: \"school/alm\"").holds());
}

// Breaks exactly where some question of the domain passes without the need, as far as the sample
// of questions reaches; every witness is one.
TEST(InvariantsTest, AgreeWithTheOracle) {
  const std::vector<std::string> texts = {
      "recipient: \"club/*\"",
      "purpose: \"CARE\" category: \"A\" without { consent: true }",
      "recipient_cover: \"WEAK\" without { officers: 1 reason: true }",
      "age { below: 9 } without { weighing: true }",
      "valid { from: \"2025-07-01\" } without { legal_basis: [\"LAW-1\", \"LAW-3\"] }",
      "sender: \"carers\" without { sender_role: \"ANY\" not_protected: true }"};
  int held = 0, broken = 0;
  for (uint32_t seed = 700; seed < 730; ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules = RandomRules(&random, 1 + random.Below(5));
    const auto set = LoadRules(rules);
    std::string text;
    for (size_t i = 0; i < texts.size(); ++i) {
      text += "invariant { id: \"" + std::to_string(i) +
              "\" sentence_sv: \"s\" sentence_en: \"s\" " + texts[i] + " }\n";
    }
    const auto invariants = ParseInvariants(*set, {"i", text});
    ASSERT_OK(invariants);
    const auto report = CheckInvariants(*set, *invariants);
    ASSERT_OK(report);
    const auto breaks = [&](size_t i, const v1::Facts& facts) {
      if (testing::Outcome(*set, rules, facts).empty()) return false;
      const std::string kind = facts.recipient().substr(0, facts.recipient().find('/'));
      const std::string from = facts.sender().substr(0, facts.sender().find('/'));
      const bool unknown_age = facts.age_from() == 0 && facts.age_below() == 0;
      const bool unknown_role = facts.officer_role().empty() || facts.officer_role(0).empty();
      switch (i) {
        case 0:
          return kind == "club";
        case 1:
          return facts.purpose() == "CARE" && facts.category(0) == "A" &&
                 (facts.consent() != v1::VALID || facts.consent_category().empty());
        case 2:
          return kind == "school" && (facts.officer_role().empty() || !facts.reason());
        case 3:
          return (unknown_age || facts.age_from() < 9) && !facts.weighing();
        case 4:
          return facts.day() >= "2025-07-01" && facts.legal_basis() != "LAW-1" &&
                 facts.legal_basis() != "LAW-3";
        default:
          return (from == "social" || from == "bup") &&
                 (unknown_role || facts.protected_identity());
      }
    };
    for (size_t i = 0; i < texts.size(); ++i) {
      const v1::InvariantResult& result = report->result(static_cast<int>(i));
      if (!result.holds()) {
        EXPECT_TRUE(breaks(i, result.witness())) << texts[i] << "\n" << result.DebugString();
        ++broken;
        continue;
      }
      ++held;
      for (const v1::Facts& facts : AllQuestions(seed)) {
        ASSERT_FALSE(breaks(i, facts)) << texts[i] << "\n" << facts.DebugString();
      }
    }
  }
  EXPECT_GT(held, 20);
  EXPECT_GT(broken, 50);
}

TEST(InvariantsTest, FaultsHaveTheirPlace) {
  const auto set = LoadSmall(Permit("p"));
  ASSERT_OK(set);
  const auto bad = ParseInvariants(
      **set, {"i.txtpb", "invariant {\n  id: \"i\"\n  category: \"D\"\n  sender: \"zoo/*\"\n}\n"});
  EXPECT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(bad.status().message()), HasSubstr("i.txtpb:3:3: unknown category `D`"));
  EXPECT_THAT(std::string(bad.status().message()),
              HasSubstr("i.txtpb:4:3: unknown agency kind `zoo`"));
  EXPECT_THAT(std::string(bad.status().message()),
              HasSubstr("i.txtpb:2:3: invariant `i` needs `sentence_sv` and `sentence_en`"));
  EXPECT_THAT(std::string(ParseInvariants(**set, {"e.txtpb", ""}).status().message()),
              HasSubstr("e.txtpb: holds no invariant"));
}

TEST(MatrixTest, ListsTheLeastConditionsOfTheDay) {
  const auto set =
      LoadSmall(Permit("easy",
                       "sender: \"school/*\" recipient: \"social/*\" purpose: \"CARE\" category: "
                       "\"A\" valid { from: \"2025-01-01\" }") +
                Permit("hard",
                       "sender: \"school/*\" recipient: \"social/*\" purpose: \"CARE\" category: "
                       "[\"A\", \"B\"] consent: REQUIRED attestation { officers: 2 }"));
  ASSERT_OK(set);
  const auto later = MakeMatrix(**set, "2025-06-01");
  ASSERT_OK(later);
  ASSERT_EQ(later->entry_size(), 2);
  EXPECT_EQ(later->entry(0).sender(), "school/*");
  EXPECT_EQ(later->entry(0).recipient(), "social/*");
  EXPECT_THAT(later->entry(0).category(), ElementsAre("A"));
  ASSERT_EQ(later->entry(0).least_size(), 1);
  EXPECT_EQ(later->entry(0).least(0).rule(), "easy");
  EXPECT_THAT(later->entry(1).category(), ElementsAre("B"));
  EXPECT_TRUE(later->entry(1).least(0).consent());
  const auto earlier = MakeMatrix(**set, "2024-06-01");
  ASSERT_OK(earlier);
  ASSERT_EQ(earlier->entry_size(), 1);
  EXPECT_THAT(earlier->entry(0).category(), ElementsAre("A", "B"));
  EXPECT_FALSE(MakeMatrix(**set, "yesterday").ok());
}

TEST(MatrixTest, WhatAForbidStrikesIsNotInIt) {
  const auto set = LoadSmall(Permit("p",
                                    "sender: \"school/*\" recipient: [\"club/*\", "
                                    "\"social/*\"] category: \"A\"") +
                             Forbid("f", "recipient: \"club/*\""));
  ASSERT_OK(set);
  const auto matrix = MakeMatrix(**set, "2025-06-01");
  ASSERT_OK(matrix);
  ASSERT_EQ(matrix->entry_size(), 1);
  EXPECT_EQ(matrix->entry(0).recipient(), "social/*");
}

// A category stands in the line of a pair exactly where some facts of the day let it pass.
TEST(MatrixTest, AgreesWithTheOracle) {
  int seen = 0;
  for (uint32_t seed = 800; seed < 815; ++seed) {
    RandomPolicies random(seed);
    const std::vector<v1::Rule> rules = RandomRules(&random, 8);
    const auto set = LoadRules(rules);
    const auto matrix = MakeMatrix(*set, "2025-06-30");
    ASSERT_OK(matrix);
    for (v1::Facts facts : AllQuestions(seed)) {
      facts.set_day("2025-06-30");
      if (testing::Outcome(*set, rules, facts).empty()) continue;
      ++seen;
      const auto named = [&](const std::string& party, const std::string& agency) {
        return party == agency || party == agency.substr(0, agency.find('/')) + "/*";
      };
      EXPECT_TRUE(std::any_of(matrix->entry().begin(), matrix->entry().end(),
                              [&](const v1::MatrixEntry& entry) {
                                return named(entry.sender(), facts.sender()) &&
                                       named(entry.recipient(), facts.recipient()) &&
                                       std::count(entry.category().begin(), entry.category().end(),
                                                  facts.category(0));
                              }))
          << facts.DebugString();
    }
  }
  EXPECT_GT(seen, 500);
}

}  // namespace
}  // namespace sluss
