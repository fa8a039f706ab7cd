// `slussctl policy page` as slussctl runs it, over the shipped policies.
#include "policy/page_command.h"

#include <filesystem>
#include <string>
#include <vector>

#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/command_support.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/run_command.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PageCommandTest : public ::testing::Test {
 protected:
  // The exit code; output and errors are kept.
  int Page(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"policy", "page", "--policies", SLUSS_SOURCE_DIR "/policy/templates"});
    CLI::App app;
    AddPageCommand(app, testing::Sha256);
    return testing::RunCommand(app, std::move(arguments), &output_, &errors_);
  }
  std::string output_, errors_;
};

TEST_F(PageCommandTest, PrintsTheNamedPoliciesInTheirOrder) {
  EXPECT_EQ(Page({"--policy", "sspf", "--policy", "feedback", "--on", "2026-02-10"}), kYes);
  EXPECT_THAT(output_,
              AllOf(StartsWith("# SSPF på individnivå\n"),
                    HasSubstr("\n---\n\n# Återkoppling till anmälaren\n"),
                    HasSubstr("så som den gällde 2026-02-10"), Not(HasSubstr("# Ungcoach"))));
}

TEST_F(PageCommandTest, WritesAFileForEveryPolicy) {
  const fs::path directory = fs::path(::testing::TempDir()) / "sluss-pages";
  fs::create_directories(directory);
  EXPECT_EQ(Page({"--out", directory.string()}), kYes);
  EXPECT_EQ(output_, "");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 24);
  const auto page = ReadFile((directory / "resource-team.md").string());
  EXPECT_OK(page);
  EXPECT_THAT(page.value_or(""), StartsWith("# Resursteam\n"));
  fs::remove_all(directory);
}

TEST_F(PageCommandTest, EndsWithACodeThatSaysWhatIsWrong) {
  struct {
    std::vector<std::string> arguments;
    int code;
    std::string error;
  } const kWrong[] = {
      {{"--policy", "sspff"}, kNo, "unknown policy `sspff`: did you mean `sspf`?"},
      {{"--on", "yesterday"}, kNo, "yesterday"},
      {{"--out", "/nowhere"}, kUnreadable, "cannot write `/nowhere/"},
      {{"--json"}, kUnreadable, "`--json`: a page is Markdown; leave it out"},
  };
  for (const auto& one : kWrong) {
    EXPECT_EQ(Page(one.arguments), one.code) << one.error;
    EXPECT_THAT(errors_, HasSubstr(one.error));
    EXPECT_EQ(output_, "");
  }
}

}  // namespace
}  // namespace sluss
