// Every template's cases notice every change of every rule that matters.
#include "policy/mutation/mutation.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/policy_cases.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::StatusIs;

const std::string kTemplates = SLUSS_SOURCE_DIR "/policy/templates";

std::vector<std::string> TemplateNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kTemplates)) {
    const std::string name = entry.path().filename().string();
    if (name.find(".txtpb") == name.find('.')) names.push_back(name.substr(0, name.find('.')));
  }
  std::sort(names.begin(), names.end());
  return names;
}

class MutationTest : public ::testing::TestWithParam<std::string> {};

TEST_P(MutationTest, EveryChangeOfARuleIsNoticed) {
  MutationInput input;
  input.catalogue = *ReadPolicySources(SLUSS_SOURCE_DIR "/policy/catalogue");
  input.policies = *ReadPolicySources(kTemplates);
  input.sha256 = testing::Sha256;
  const std::vector<std::string> paths = *FindPolicyCases(kTemplates);
  for (const std::string& path : paths) input.cases.push_back({path, *ReadFile(path)});
  size_t which = 0;
  while (input.policies[which].name != kTemplates + "/" + GetParam() + ".txtpb") ++which;
  const auto coverage = MeasureMutation(input, which);
  ASSERT_OK(coverage);
  RecordProperty("mutants", static_cast<int>(coverage->mutants()));
  EXPECT_GT(coverage->failed(), 0u);
  EXPECT_THAT(coverage->survivor(), IsEmpty());
  EXPECT_EQ(coverage->pinned(), coverage->rules());
}

INSTANTIATE_TEST_SUITE_P(Templates, MutationTest, ::testing::ValuesIn(TemplateNames()),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

MutationInput Small(const std::string& rules, const std::string& cases) {
  MutationInput input;
  input.catalogue = {{"small", testing::kSmallCatalogue}};
  input.policies = {{"p.txtpb", "id: \"p\" version: \"1\"" + rules}};
  input.cases = {{"p.cases.txtpb", cases}};
  input.sha256 = testing::Sha256;
  return input;
}

const char kPasses[] = R"(case { name: "passes" facts {
  sender: "school/ek" recipient: "social/sund" purpose: "CARE" legal_basis: "LAW-1" category: "A"
  officer_role: "clerk" day: "2025-06-30" age_from: 15 age_below: 16 }
  verdict: VERDICT_PERMIT permitted: "A" })";

TEST(MutationTest, WhatNoCaseNoticesIsNamed) {
  const auto coverage =
      MeasureMutation(Small(testing::Permit("one", "age { below: 18 }"), kPasses), 0);
  ASSERT_OK(coverage);
  EXPECT_THAT(coverage->survivor(),
              Contains(StartsWith("one: below 18 -> 19; it would show with sender: ")));
  EXPECT_THAT(coverage->survivor(), Contains(StartsWith("one: protected identity; ")));
  EXPECT_EQ(coverage->pinned(), 0u);
  EXPECT_EQ(coverage->failed(), 1u) << "deleting it fails the case";
}

TEST(MutationTest, AChangeThatDecidesNothingDifferentlyIsNoSurvivor) {
  const auto coverage = MeasureMutation(
      Small(testing::Permit("one", "age { below: 18 }") +
                testing::Permit("all",
                                "sender: \"*\" recipient: \"*\" purpose: \"ANY\" category: "
                                "\"ANY\" sender_role: [\"ANY\", \"UNKNOWN\"] age_unknown: "
                                "true protected_identity: true legal_basis: [\"LAW-1\", "
                                "\"UNKNOWN\"]"),
            kPasses),
      0);
  ASSERT_OK(coverage);
  EXPECT_GE(coverage->without_effect(), 5u);
  EXPECT_THAT(coverage->survivor(), ::testing::Not(Contains(HasSubstr("one: "))));
}

TEST(MutationTest, CasesThatFailAlreadyAreRefused) {
  EXPECT_THAT(MeasureMutation(Small(testing::Permit("one", "category: \"B\""), kPasses), 0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`passes`: the verdict is")));
}

}  // namespace
}  // namespace sluss
