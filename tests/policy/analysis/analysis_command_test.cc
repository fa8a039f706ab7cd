// The commands as slussctl runs them.
#include "policy/analysis/analysis_command.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "policy/decide.h"
#include "proto/analysis.pb.h"
#include "tests/policy/policy_texts.h"
#include "tests/policy/small_decisions.h"
#include "tests/testing/run_command.h"

namespace sluss {
namespace {

using testing::Facts;
using testing::Forbid;
using ::testing::HasSubstr;
using testing::LoadSmall;
using testing::Permit;
using ::testing::StartsWith;

const std::string kShipped = SLUSS_SOURCE_DIR "/policy/";

class AnalysisCommandTest : public ::testing::Test {
 protected:
  AnalysisCommandTest()
      : directory_(::testing::TempDir() + "/sluss-analysis-command-" +
                   ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(directory_);
    Write("catalogue.txtpb", testing::kSmallCatalogue);
  }
  ~AnalysisCommandTest() override { std::filesystem::remove_all(directory_); }

  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "policy");
    CLI::App app;
    AddAnalysisCommands(app, testing::Sha256);
    return testing::RunCommand(app, std::move(arguments), &output_, &errors_);
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  std::string Policy(const std::string& name, const std::string& rules) {
    return Write(name, "id: \"test\" version: \"7\"\n" + rules);
  }
  std::string Catalogue() const { return directory_ + "/catalogue.txtpb"; }
  // One decision of the set of these rules.
  std::string Recorded(const std::string& rules) {
    v1::RecordedDecision recorded;
    recorded.set_id("m1");
    *recorded.mutable_facts() = Facts("category: [\"A\", \"B\"]");
    *recorded.mutable_decision() = Decide(**LoadSmall(rules), recorded.facts());
    std::string json;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(recorded, &json).ok());
    return Write("recorded.jsonl", json + "\n");
  }

  const std::string directory_;
  std::string output_, errors_;
};

TEST_F(AnalysisCommandTest, DiffSaysWhatChangesAndHowOftenItHappened) {
  const std::string old_rules = Permit("p", "category: \"A\"");
  const std::string was = Policy("old.txtpb", old_rules);
  const std::string is = Policy("new.txtpb", Permit("p", "category: [\"A\", \"B\"]"));
  EXPECT_EQ(Run({"diff", was, is, "--catalogue", Catalogue(), "--lang", "en", "--recorded",
                 Recorded(old_rules)}),
            1);
  EXPECT_THAT(
      output_,
      StartsWith(
          "1 newly permitted. Nothing is denied that was permitted. No obligations change.\n"));
  EXPECT_THAT(output_, HasSubstr("* Newly permitted: everybody may now tell everybody item b"));
  EXPECT_THAT(output_, HasSubstr("real notifications: 1"));
  EXPECT_EQ(Run({"diff", was, was, "--catalogue", Catalogue()}), 0);
  EXPECT_EQ(output_, "Inget ändras: varje meddelande avgörs likadant.\n");
}

TEST_F(AnalysisCommandTest, DiffAsJsonIsTheMessage) {
  const std::string was = Policy("old.txtpb", Permit("p"));
  const std::string is = Policy("new.txtpb", Permit("p") + Forbid("f", "category: \"C\""));
  EXPECT_EQ(Run({"diff", was, is, "--catalogue", Catalogue(), "--json"}), 1);
  v1::PolicyDiff diff;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(output_, &diff).ok()) << output_;
  EXPECT_EQ(diff.newly_denied().change_size(), 1);
  EXPECT_EQ(diff.newly_denied().change(0).box().category(0), "C");
}

TEST_F(AnalysisCommandTest, AnalyzeFailsOnADeadRuleOrABrokenInvariant) {
  const std::string dead = Policy("dead.txtpb", Permit("p") + Permit("q"));
  EXPECT_EQ(Run({"analyze", "--policies", dead, "--catalogue", Catalogue(), "--only", "dead"}), 1);
  EXPECT_THAT(output_,
              HasSubstr("Regeln `p` behövs inte: allt avgörs likadant utan den, genom `q`"));
  const std::string good = Policy("good.txtpb", Permit("p", "recipient: \"social/*\""));
  const std::string invariant =
      Write("i.txtpb",
            "invariant { id: \"club\" recipient: \"club/*\" sentence_sv: \"aldrig till klubben\" "
            "sentence_en: \"never to the club\" }\n");
  EXPECT_EQ(Run({"analyze", "--policies", good, "--catalogue", Catalogue(), "--invariants",
                 invariant, "--lang", "en"}),
            0)
      << output_ << errors_;
  EXPECT_THAT(output_, HasSubstr("Dead rules: 0\n"));
  EXPECT_THAT(output_, HasSubstr("* club: Holds: never to the club"));
  const std::string broken = Policy("broken.txtpb", Permit("p"));
  EXPECT_EQ(Run({"analyze", "--policies", broken, "--catalogue", Catalogue(), "--invariants",
                 invariant, "--lang", "en", "--only", "invariants"}),
            1);
  EXPECT_THAT(output_, HasSubstr("* club: Broken: never to the club"));
  EXPECT_THAT(output_, HasSubstr("witness: "));
}

TEST_F(AnalysisCommandTest, MatrixAndAnalysisOfTheShippedPolicies) {
  EXPECT_EQ(Run({"matrix", "--policies", kShipped + "templates", "--catalogue",
                 kShipped + "catalogue", "--on", "2026-02-10"}),
            0);
  EXPECT_THAT(output_, StartsWith("2026-02-10\n"));
  EXPECT_THAT(output_, HasSubstr("* school/* -> social-services/*"));
  EXPECT_EQ(Run({"analyze", "--policies", kShipped + "templates", "--catalogue",
                 kShipped + "catalogue", "--json"}),
            0);
  v1::Analysis analysis;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(output_, &analysis).ok());
  EXPECT_GT(analysis.coverage().cases(), 0u);
}

TEST_F(AnalysisCommandTest, ReplayShowsWhatADraftWouldHaveDecided) {
  const std::string rules = Permit("p", "category: [\"A\", \"B\"]");
  const std::string recorded = Recorded(rules);
  EXPECT_EQ(Run({"replay", "--policies", Policy("p.txtpb", rules), "--catalogue", Catalogue(),
                 "--recorded", recorded, "--lang", "en"}),
            0);
  EXPECT_THAT(output_, HasSubstr("1 decisions replayed: 1 alike"));
  EXPECT_EQ(Run({"replay", "--policies", Policy("d.txtpb", Permit("p", "category: \"A\"")),
                 "--catalogue", Catalogue(), "--recorded", recorded, "--lang", "en"}),
            1);
  EXPECT_THAT(output_, HasSubstr("* m1: +[] -[B]"));
}

TEST_F(AnalysisCommandTest, WhatCannotBeReadEndsWithTwo) {
  const std::string good = Policy("good.txtpb", Permit("p"));
  EXPECT_EQ(
      Run({"replay", "--policies", good, "--catalogue", Catalogue(), "--recorded", "/nowhere"}), 2);
  EXPECT_THAT(errors_, HasSubstr("cannot read `/nowhere`"));
  EXPECT_EQ(Run({"matrix", "--policies", good, "--catalogue", Catalogue(), "--on", "soon"}), 2);
  EXPECT_EQ(Run({"diff", good, "/nowhere", "--catalogue", Catalogue()}), 2);
  EXPECT_EQ(Run({"diff", good, Policy("bad.txtpb", "rule {}"), "--catalogue", Catalogue()}), 1);
  EXPECT_GE(Run({"diff", good}), 100);
}

}  // namespace
}  // namespace sluss
