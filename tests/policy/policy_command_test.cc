// The commands as slussctl runs them, over the shipped policies.
#include "policy/policy_command.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/edit_command.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/run_command.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kShipped = SLUSS_SOURCE_DIR "/policy/";

class PolicyCommandTest : public ::testing::Test {
 protected:
  PolicyCommandTest()
      : directory_(std::filesystem::path(::testing::TempDir()) /
                   ("sluss-policy-command-" +
                    std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    std::filesystem::create_directories(directory_);
  }
  ~PolicyCommandTest() override { std::filesystem::remove_all(directory_); }

  // The exit code; output and errors are kept. `policies` empty: the shipped ones.
  int Command(std::vector<std::string> arguments, const std::string& policies = "") {
    arguments.insert(arguments.begin() + 1, {"--catalogue", kShipped + "catalogue", "--policies",
                                             policies.empty() ? kShipped + "templates" : policies});
    return Run(std::move(arguments));
  }

  // The same with nothing added.
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "policy");
    CLI::App app;
    AddPolicyCommands(app, testing::Sha256);
    AddEditCommands(app);
    return testing::RunCommand(app, std::move(arguments), &output_, &errors_);
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = (directory_ / name).string();
    std::ofstream(path) << text;
    return path;
  }

  std::filesystem::path directory_;
  std::string output_, errors_;
};

const char kFacts[] = R"({
  "sender": "child-psychiatry/bup-sundby", "recipient": "social-services/sundby",
  "purpose": "CARE_AND_SUPPORT", "legalBasis": "OSL-25-12", "category": ["HEALTH"],
  "officerRole": ["psychologist"], "reason": true, "ageFrom": 15, "ageBelow": 16,
  "consent": "NONE_CITED", "day": "2026-02-10"})";

TEST_F(PolicyCommandTest, CheckPrintsVersionsAndDigest) {
  EXPECT_EQ(Command({"check"}), 0);
  EXPECT_THAT(output_, HasSubstr("policy version     1\nvocabulary version 2026-02\nsha256    "));
}

TEST_F(PolicyCommandTest, CheckShowsEveryFaultAndFails) {
  const std::string path = Write("bad.txtpb", "id: \"p\" version: \"1\" rule { id: \"r\" }");
  EXPECT_EQ(Command({"check"}, path), 1);
  EXPECT_THAT(errors_, StartsWith(path + ":1:"));
  EXPECT_THAT(errors_, HasSubstr("says nothing about `effect`"));
  EXPECT_EQ(output_, "");
}

TEST_F(PolicyCommandTest, ADirectoryThatIsNotThereIsUnreadable) {
  EXPECT_EQ(Command({"check"}, "/nowhere"), 2);
  EXPECT_THAT(errors_, HasSubstr("`/nowhere`"));
}

TEST_F(PolicyCommandTest, DecideSaysVerdictReasonAndCategories) {
  EXPECT_EQ(Command({"decide", "--facts", Write("facts.json", kFacts)}), 0);
  EXPECT_THAT(output_, StartsWith("PERMIT on 2026-02-10\nTillåts enligt 25 kap. 12 § OSL\n"));
  EXPECT_THAT(output_, HasSubstr("  + HEALTH [health-to-social-care-need]"));
}

TEST_F(PolicyCommandTest, DecideOnAnotherDayIsAnotherDecision) {
  EXPECT_EQ(Command({"decide", "--facts", Write("facts.json", kFacts), "--on", "2013-06-30"}), 1);
  EXPECT_THAT(output_, StartsWith("DENY on 2013-06-30\n"));
  EXPECT_THAT(output_, HasSubstr("`health-to-social-care-need` needs day: from 2013-07-01"));
}

TEST_F(PolicyCommandTest, DecidePrintsJson) {
  EXPECT_EQ(Command({"decide", "--facts", Write("facts.json", kFacts), "--json"}), 0);
  EXPECT_THAT(output_, HasSubstr("\"verdict\": \"VERDICT_PERMIT\""));
}

TEST_F(PolicyCommandTest, FactsThatAreNoneAreUnreadable) {
  EXPECT_EQ(Command({"decide", "--facts", Write("facts.json", "{\"colour\": 1}")}), 2);
  EXPECT_THAT(errors_, HasSubstr("facts.json: "));
  EXPECT_EQ(Command({"decide", "--facts", Write("facts.json", "{}")}), 2);
  EXPECT_THAT(errors_, HasSubstr("`sender`"));
}

TEST_F(PolicyCommandTest, TestRunsTheShippedCases) {
  EXPECT_EQ(Command({"test"}), 0);
  EXPECT_THAT(output_, HasSubstr(", 0 failures"));
}

TEST_F(PolicyCommandTest, TestShowsAFailedCase) {
  const std::string path = Write("x.cases.txtpb", "case { name: \"x\" verdict: VERDICT_PERMIT }");
  EXPECT_EQ(Command({"test", path}), 1);
  EXPECT_THAT(errors_, HasSubstr(path + ":1:1: `x`: the verdict is VERDICT_DENY"));
  EXPECT_EQ(output_, "1 cases in 1 files, 1 failures\n");
}

TEST_F(PolicyCommandTest, CheckAnswersAsJson) {
  EXPECT_EQ(Command({"check", "--json"}), 0);
  EXPECT_THAT(output_, HasSubstr("\"policy_version\": \"1\""));
  const std::string path = Write("bad.txtpb", "id: \"p\" version: \"1\" rule { id: \"r\" }");
  EXPECT_EQ(Command({"check", "--json"}, path), 1);
  EXPECT_THAT(output_, HasSubstr("\"fault\": [\n  \"" + path + ":1:"));
}

TEST_F(PolicyCommandTest, ExplainSaysEveryRuleInBothLanguages) {
  EXPECT_EQ(Command({"explain"}), 0);
  EXPECT_THAT(output_, HasSubstr("sspf-case-signal (sspf)\n  "));
  EXPECT_THAT(output_, HasSubstr("12 till och med 17 år, med känd ålder; av en känd yrkesroll; med "
                                 "samtycke; intygat av 1 handläggare; med skäl"));
  EXPECT_THAT(output_, HasSubstr("aged 12 to 17, of known age; by a known role; with consent; "
                                 "attested by 1 officer; with a reason"));
  EXPECT_THAT(output_, HasSubstr(" (wall)\n  "));
  EXPECT_EQ(Command({"explain", "--json"}), 0);
  EXPECT_THAT(output_, HasSubstr("\"rule\": \"sspf-case-signal\""));
  EXPECT_EQ(Command({"explain", "--facts", Write("facts.json", kFacts)}), 0);
  EXPECT_THAT(output_, StartsWith("PERMIT on 2026-02-10\n"));
}

TEST_F(PolicyCommandTest, TestTakesTheSetThatACaseFileNames) {
  std::filesystem::create_directories(directory_ / "catalogue");
  std::ofstream(directory_ / "catalogue" / "v.txtpb") << testing::kSmallCatalogue;
  Write("p.txtpb", "id: \"p\" version: \"7\"" + testing::Permit("one"));
  const std::string path = Write("own.json", R"({"policies": ["p.txtpb"], "case": [{"name": "x",
      "facts": {"sender": "school/ek", "recipient": "social/sund", "purpose": "CARE",
      "legal_basis": "LAW-1", "category": ["A"], "officer_role": ["clerk"], "day": "2025-06-30",
      "age_from": 15, "age_below": 16}, "verdict": "VERDICT_PERMIT", "permitted": ["A"]}]})");
  EXPECT_EQ(Run({"test", path}), 0) << errors_;
  EXPECT_EQ(output_, "1 cases in 1 files, 0 failures\n");
  EXPECT_EQ(Run({"test", path, "--json"}), 0);
  EXPECT_THAT(output_, HasSubstr("\"cases\": 1"));
  EXPECT_EQ(Run({"test", Write("none.json", R"({"case": [{}]})")}), 2);
  EXPECT_THAT(errors_, HasSubstr("none.json: names no `policies`"));
}

TEST_F(PolicyCommandTest, TableAndTextAreTheSame) {
  const std::string text = Write("p.txtpb",
                                 "# head\nversion: \"1\" rule { id: \"b\" note: \"a\tb\" "
                                 "sender: [\"y\", \"x\"] } id: \"p\"");
  EXPECT_EQ(Run({"fmt", text}), 1) << "not canonical";
  const std::string canonical = output_;
  EXPECT_EQ(Run({"fmt", text, "--write"}), 0);
  EXPECT_EQ(Run({"fmt", text}), 0) << "canonical now";
  EXPECT_EQ(output_, canonical);
  const std::string table = (directory_ / "p.tsv").string();
  EXPECT_EQ(Run({"table", text, "--out", table}), 0);
  EXPECT_EQ(Run({"table", table}), 0);
  EXPECT_EQ(output_, canonical);
  EXPECT_EQ(Run({"table", table, "--json"}), 0);
  EXPECT_THAT(output_, HasSubstr("\"id\": \"p\""));
  EXPECT_EQ(Run({"table", Write("bad.tsv", "id;effect\n")}), 2);
  EXPECT_THAT(errors_, HasSubstr("bad.tsv:1:1: `;` between the cells"));
  EXPECT_EQ(Run({"fmt", Write("bad.txtpb", "id: \"p\" # lost")}), 2);
  EXPECT_EQ(Run({"table", text, "--out", "/nowhere/p.tsv"}), 2);
}

TEST_F(PolicyCommandTest, ACatalogueThatIsNotNamedIsFoundBesideThePolicies) {
  EXPECT_EQ(Run({"check", "--policies", kShipped + "templates"}), 0);
  EXPECT_EQ(Run({"check", "--policies", kShipped + "templates/"}), 0);
  EXPECT_EQ(Run({"check", "--policies", kShipped + "templates/sspf.txtpb"}), 1) << "wants duties";
  EXPECT_THAT(errors_, HasSubstr("duty"));
}

TEST_F(PolicyCommandTest, ACatalogueInTheDirectoryOfThePoliciesGoesFirst) {
  std::filesystem::create_directories(directory_ / "catalogue");
  std::ofstream(directory_ / "catalogue" / "v.txtpb") << testing::kSmallCatalogue;
  Write("p.txtpb", "id: \"p\" version: \"7\"" + testing::Permit("one"));
  EXPECT_EQ(Run({"check", "--policies", directory_.string()}), 0);
  EXPECT_THAT(output_, HasSubstr("policy version     7"));
}

TEST_F(PolicyCommandTest, WhereNoCatalogueIsFoundAllPlacesAreNamed) {
  Write("p.txtpb", "id: \"p\" version: \"7\"");
  EXPECT_EQ(Run({"check", "--policies", directory_.string()}), 2);
  EXPECT_THAT(errors_, StartsWith("no catalogue at `" + (directory_ / "catalogue").string()));
  EXPECT_THAT(errors_, HasSubstr("share/sluss/policy/catalogue`: name its directory"));
}

TEST_F(PolicyCommandTest, ACommandLineThatIsWrongIsNot0To2) { EXPECT_GE(Command({"decide"}), 100); }

}  // namespace
}  // namespace sluss
