// The catalogue and the templates as they are shipped: they load, and their own cases hold.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/bounds.h"
#include "policy/policy_cases.h"
#include "policy/policy_set.h"
#include "proto/config.pb.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

const std::string kTemplates = SLUSS_SOURCE_DIR "/policy/templates";

// The cases of every file of a directory, all of which hold.
int CasesThatHold(const PolicySet& set, const std::vector<std::string>& paths) {
  int cases = 0;
  for (const std::string& path : paths) {
    const auto text = ReadFile(path);
    EXPECT_OK(text);
    const auto report = RunPolicyCases(set, {path, text.value_or("")});
    EXPECT_OK(report);
    if (!report.ok()) continue;
    EXPECT_THAT(report->failures, IsEmpty());
    cases += report->cases;
  }
  return cases;
}

TEST(ShippedPoliciesTest, LoadWithoutFault) { EXPECT_OK(testing::LoadShipped()); }

TEST(ShippedPoliciesTest, EveryTemplateHasCasesAndTheyHold) {
  const auto set = testing::LoadShipped();
  ASSERT_OK(set);
  const auto paths = FindPolicyCases(kTemplates);
  ASSERT_OK(paths);
  EXPECT_GE(CasesThatHold(**set, *paths), 1300);
  const auto templates = ReadPolicySources(kTemplates);
  ASSERT_OK(templates);
  for (const PolicySource& source : *templates) {
    const std::string own = source.name.substr(0, source.name.rfind(".txtpb")) + ".cases.txtpb";
    EXPECT_THAT(*paths, Contains(own));
  }
  EXPECT_THAT(*paths, Contains(kTemplates + "/walls.cases.txtpb"));
}

// The forms of collaboration that the project promises, and the consent's copy that they need.
TEST(ShippedPoliciesTest, EveryFormOfCollaborationHasATemplate) {
  const auto set = testing::LoadShipped();
  ASSERT_OK(set);
  std::vector<std::string> ids;
  for (const v1::Policy& policy : (*set)->bundle().policy()) ids.push_back(policy.id());
  EXPECT_THAT(ids, UnorderedElementsAre(
                       "duty-report", "feedback", "investigation", "consultation", "sspf",
                       "situation-picture", "child-health-team", "pupil-health-team",
                       "preventive-team", "safe-youth-team", "family-centre", "youth-coach",
                       "youth-group", "youth-team", "resource-team", "support-groups",
                       "coordinated-plan", "field-workers", "social-to-police", "school-to-police",
                       "care-need", "social-action-group", "consent-copy", "reidentification"));
}

class MunicipalityTest : public ::testing::TestWithParam<std::string> {};

TEST_P(MunicipalityTest, LoadsKeepsWithinItsParagraphsAndItsCasesHold) {
  const std::string directory = SLUSS_SOURCE_DIR "/policy/municipalities/" + GetParam();
  const auto catalogue = ReadPolicySources(SLUSS_SOURCE_DIR "/policy/catalogue");
  ASSERT_OK(catalogue);
  const auto policies = ReadPolicySources(directory);
  ASSERT_OK(policies);
  const auto set = PolicySet::Load(*catalogue, *policies, testing::Sha256);
  ASSERT_OK(set);
  for (const BeyondParagraph& one : BeyondTheirParagraphs(**set)) {
    ADD_FAILURE() << "rule " << one.rule << ", " << one.paragraph << ": " << one.why_en;
  }
  const auto paths = FindPolicyCases(directory);
  ASSERT_OK(paths);
  EXPECT_GE(CasesThatHold(**set, *paths), 60);
  // Each local policy has its own cases; the others are links to templates that have theirs.
  for (const PolicySource& source : *policies) {
    const std::string own = source.name.substr(0, source.name.rfind(".txtpb")) + ".cases.txtpb";
    if (std::filesystem::is_symlink(source.name)) continue;
    EXPECT_THAT(*paths, Contains(own));
  }
}

// The example of the gateway's configuration loads what lies in the directory, no more and no less.
TEST_P(MunicipalityTest, ItsGatewayConfigurationNamesItsPolicies) {
  namespace fs = std::filesystem;
  const fs::path home = fs::path(SLUSS_SOURCE_DIR "/deploy/config/municipalities") / GetParam();
  v1::GatewayConfig config;
  ASSERT_OK(TextFile::Load((home / "gateway.txtpb").string(), &config));
  const auto policies = ReadPolicySources(SLUSS_SOURCE_DIR "/policy/municipalities/" + GetParam());
  ASSERT_OK(policies);
  std::vector<std::string> named, there;
  for (const std::string& path : config.policy()) {
    named.push_back((home / path).lexically_normal().string());
  }
  for (const PolicySource& source : *policies) {
    there.push_back(fs::path(source.name).lexically_normal().string());
  }
  EXPECT_THAT(named, UnorderedElementsAreArray(there));
  EXPECT_TRUE(fs::equivalent(home / config.catalogue(), SLUSS_SOURCE_DIR "/policy/catalogue"));
  for (std::string agency : config.agency()) {
    std::replace(agency.begin(), agency.end(), '/', '-');
    EXPECT_TRUE(fs::exists(home / (agency + "-mapping.txtpb"))) << agency;
  }
}

INSTANTIATE_TEST_SUITE_P(ShippedPoliciesTest, MunicipalityTest,
                         ::testing::Values("koping", "atvidaberg", "sandviken", "eskilstuna"),
                         [](const auto& municipality) { return municipality.param; });

}  // namespace
}  // namespace sluss
