#include "policy/policy_cases.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::StatusIs;

const char kBase[] = R"(base {
  sender: "school/ek" recipient: "social/sund" purpose: "CARE" legal_basis: "LAW-1"
  category: ["A", "B"] officer_role: "clerk" day: "2025-06-30" age_from: 15 age_below: 16
}
)";

absl::StatusOr<CaseReport> RunCases(absl::string_view cases) {
  const auto set = testing::LoadSmall(testing::Permit("p", "age { below: 18 }") +
                                      testing::Forbid("f", "category: \"C\""));
  EXPECT_OK(set);
  return RunPolicyCases(**set, {"x.cases.txtpb", absl::StrCat(kBase, cases)});
}

TEST(PolicyCasesTest, ACaseThatHoldsSaysNothing) {
  const auto report = RunCases(R"(case {
    name: "as the base" verdict: VERDICT_PERMIT permitted: ["B", "A"] paragraph: "LAW-1" rule: "p"
    reason_code: "permitted" reason_has: "1 §" })");
  ASSERT_OK(report);
  EXPECT_EQ(report->cases, 1);
  EXPECT_THAT(report->failures, IsEmpty());
}

TEST(PolicyCasesTest, EveryUnmetExpectationIsALineWithItsPlace) {
  const auto report = RunCases(R"(case {
    name: "all wrong" verdict: VERDICT_DENY permitted: "A" paragraph: "LAW-2" rule: "q"
    reason_code: "age" reason_has: "2 §" })");
  ASSERT_OK(report);
  EXPECT_THAT(
      report->failures,
      ElementsAre("x.cases.txtpb:5:1: `all wrong`: the verdict is VERDICT_PERMIT, not "
                  "VERDICT_DENY (Permitted under 1 §)",
                  "x.cases.txtpb:5:1: `all wrong`: permitted are [A, B], not [A]",
                  "x.cases.txtpb:5:1: `all wrong`: paragraph `LAW-2` is not named, but [LAW-1]",
                  "x.cases.txtpb:5:1: `all wrong`: rule `q` is not named, but [p]",
                  "x.cases.txtpb:5:1: `all wrong`: the reason code is `permitted`, not `age`",
                  "x.cases.txtpb:5:1: `all wrong`: the reason `Tillåts enligt 1 §` does not hold "
                  "`2 §`"));
}

TEST(PolicyCasesTest, ACaseReplacesListsAndUnsetsFieldsOfTheBase) {
  const auto report = RunCases(R"(
case { facts { category: "C" } verdict: VERDICT_DENY rule: "f" }
case { unset: ["age_from", "age_below"] facts { category: "B" } verdict: VERDICT_PERMIT permitted: "B" }
case { facts { age_from: 18 age_below: 19 } verdict: VERDICT_DENY reason_code: "age" })");
  ASSERT_OK(report);
  EXPECT_EQ(report->cases, 3);
  EXPECT_THAT(report->failures, IsEmpty());
}

TEST(PolicyCasesTest, AnUnknownFieldToUnsetIsAFailure) {
  const auto report = RunCases("case { name: \"x\" unset: \"colour\" }");
  ASSERT_OK(report);
  EXPECT_THAT(report->failures,
              ElementsAre("x.cases.txtpb:5:1: `x`: `unset`: facts have no `colour`"));
}

TEST(PolicyCasesTest, WhatIsOwedIsComparedWhereItIsNamed) {
  const auto set = testing::LoadSmall(
      testing::Permit("p", "obligation { retain { days: 9 } } obligation { review: true }"));
  ASSERT_OK(set);
  const auto report = RunPolicyCases(**set, {"x.cases.txtpb", absl::StrCat(kBase, R"(
case { name: "all" verdict: VERDICT_PERMIT permitted: ["A", "B"]
       obligation { review: true } obligation { retain { days: 9 } } }
case { name: "less" verdict: VERDICT_PERMIT permitted: ["A", "B"] obligation { review: true } }
case { name: "none" verdict: VERDICT_PERMIT permitted: ["A", "B"] no_obligation: true })")});
  ASSERT_OK(report);
  EXPECT_THAT(report->failures,
              ElementsAre("x.cases.txtpb:8:1: `less`: owed is [retain { days: 9 }, review: true], "
                          "not [review: true]",
                          "x.cases.txtpb:9:1: `none`: owed is [retain { days: 9 }, review: true], "
                          "not []"));
}

TEST(PolicyCasesTest, CasesAreAlsoReadAsJson) {
  const auto set = testing::LoadSmall(testing::Permit("p"));
  ASSERT_OK(set);
  const std::string json = R"({"base": {"sender": "school/ek", "recipient": "social/sund",
    "purpose": "CARE", "legalBasis": "LAW-1", "category": ["A"], "officerRole": ["clerk"],
    "day": "2025-06-30", "ageFrom": 15, "ageBelow": 16},
    "case": [{"name": "one", "verdict": "VERDICT_PERMIT", "permitted": ["A"]},
             {"name": "two", "verdict": "VERDICT_DENY"}]})";
  const auto report = RunPolicyCases(**set, {"x.json", json});
  ASSERT_OK(report);
  EXPECT_EQ(report->cases, 2);
  ASSERT_EQ(report->failures.size(), 2u);
  EXPECT_THAT(report->failures[0],
              HasSubstr("x.json: case 2: `two`: the verdict is VERDICT_PERMIT"));
  EXPECT_THAT(RunPolicyCases(**set, {"x.json", "{\"cases\": []}"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x.json: ")));
}

TEST(PolicyCasesTest, AFileNamesItsSetFromWhereItStands) {
  const auto named =
      SetNamedBy({"/a/b/x.cases.txtpb", "catalogue: \"../law\" policies: [\"p.txtpb\", \"more\"]"});
  ASSERT_OK(named);
  EXPECT_EQ(named->catalogue, "/a/law");
  EXPECT_THAT(named->policies, ElementsAre("/a/b/p.txtpb", "/a/b/more"));
  EXPECT_THAT(SetNamedBy({"x", "case { }"})->policies, IsEmpty());
}

TEST(PolicyCasesTest, AFileThatChecksNothingIsAFault) {
  EXPECT_THAT(RunCases(""),
              StatusIs(absl::StatusCode::kInvalidArgument, "x.cases.txtpb: holds no `case`"));
  EXPECT_THAT(RunCases("case { verdict: 7x }"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x.cases.txtpb:5:")));
}

}  // namespace
}  // namespace sluss
