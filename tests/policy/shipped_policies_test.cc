// The catalogue and the templates as they are shipped: they load, and their own cases hold.
#include <string>
#include <vector>

#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/decide.h"
#include "policy/policy_cases.h"
#include "policy/policy_set.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::IsEmpty;

const std::string kTemplates = SLUSS_SOURCE_DIR "/policy/templates";

TEST(ShippedPoliciesTest, LoadWithoutFault) { EXPECT_OK(testing::LoadShipped()); }

TEST(ShippedPoliciesTest, EveryTemplateHasCasesAndTheyHold) {
  const auto set = testing::LoadShipped();
  ASSERT_OK(set);
  const auto paths = FindPolicyCases(kTemplates);
  ASSERT_OK(paths);
  int cases = 0;
  for (const std::string& path : *paths) {
    const auto text = ReadFile(path);
    ASSERT_OK(text);
    const auto report = RunPolicyCases(**set, {path, *text});
    ASSERT_OK(report);
    EXPECT_THAT(report->failures, IsEmpty());
    cases += report->cases;
  }
  EXPECT_GE(cases, 70);
  const auto templates = ReadPolicySources(kTemplates);
  ASSERT_OK(templates);
  EXPECT_EQ(paths->size(), templates->size() + 1) << "a case file each, and one for the walls";
}

}  // namespace
}  // namespace sluss
