#include "agency-adapters/client/register.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_memory_file_system.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::FaultForm;
using ::sluss::testing::kAllFaultForms;
using ::sluss::testing::MemoryFileSystem;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr uint32_t kKeySet = 7;
constexpr char kFile[] = "/state/register-7.log";

RegisterRow Row(char seed, const std::string& case_ref) {
  return {.tag = std::string(32, seed), .nym = std::string(32, seed + 100), .case_ref = case_ref};
}

std::unique_ptr<Register> Reopen(MemoryFileSystem* files) {
  absl::StatusOr<std::unique_ptr<Register>> opened = Register::Open(files, "/state", kKeySet);
  EXPECT_OK(opened);
  return opened.ok() ? *std::move(opened) : nullptr;
}

TEST(Register, FindsCasesByNymAfterReopening) {
  MemoryFileSystem files;
  ASSERT_OK(Reopen(&files)->Put({Row(1, "A-1"), Row(2, "B 2 å")}));
  files.Crash();
  const auto reopened = Reopen(&files);
  EXPECT_EQ(reopened->CaseOf(Row(1, "").nym), "A-1");
  EXPECT_EQ(reopened->CaseOf(Row(2, "").nym), "B 2 å");
  EXPECT_EQ(reopened->CaseOf(std::string(32, 'x')), std::nullopt);
}

TEST(Register, TheLastRowOfATagCounts) {
  MemoryFileSystem files;
  {
    const auto opened = Reopen(&files);
    ASSERT_OK(opened->Put({Row(1, "old"), Row(2, "gone")}));
    ASSERT_OK(opened->Put({Row(1, "new")}));
    ASSERT_OK(opened->Remove({Row(2, "").tag}));
    EXPECT_EQ(opened->size(), 1u);
  }
  const auto reopened = Reopen(&files);
  EXPECT_EQ(reopened->CaseOf(Row(1, "").nym), "new");
  EXPECT_EQ(reopened->CaseOf(Row(2, "").nym), std::nullopt);
  EXPECT_EQ(reopened->size(), 1u);
}

TEST(Register, EveryFaultInAPutKeepsWhatWasThereAndCanBeRepeated) {
  for (const FaultForm form : kAllFaultForms) {
    MemoryFileSystem files;
    auto opened = Reopen(&files);
    ASSERT_OK(opened->Put({Row(1, "A-1")}));
    files.FailAt(0, form);
    EXPECT_FALSE(opened->Put({Row(2, "B-2")}).ok());
    files.Crash();
    opened = Reopen(&files);
    EXPECT_EQ(opened->CaseOf(Row(1, "").nym), "A-1");
    ASSERT_OK(opened->Put({Row(2, "B-2")}));
    EXPECT_EQ(Reopen(&files)->size(), 2u);
  }
}

TEST(Register, AfterAFailedAppendTheNextOneRewritesTheFile) {
  MemoryFileSystem files;
  const auto opened = Reopen(&files);
  ASSERT_OK(opened->Put({Row(1, "A-1")}));
  files.FailAt(0, FaultForm::kFailed);
  EXPECT_FALSE(opened->Put({Row(2, "B-2")}).ok());
  files.Place(kFile, files.Files()[kFile] + "+ 0202");  // what a short write leaves
  ASSERT_OK(opened->Put({Row(2, "B-2")}));
  EXPECT_EQ(Reopen(&files)->size(), 2u);
}

TEST(Register, DropsALastLineThatWasCutOff) {
  MemoryFileSystem files;
  ASSERT_OK(Reopen(&files)->Put({Row(1, "A-1"), Row(2, "B-2")}));
  const std::string whole = files.Files()[kFile];
  const size_t last_line = whole.find('\n') + 1;
  for (size_t cut = last_line; cut < whole.size(); ++cut) {
    files.Place(kFile, whole.substr(0, cut));
    const auto opened = Reopen(&files);
    ASSERT_EQ(opened->size(), 1u) << cut;
    ASSERT_OK(opened->Put({Row(3, "C-3")}));
    ASSERT_EQ(Reopen(&files)->size(), 2u) << cut;
  }
}

TEST(Register, RefusesADamagedLineAndNamesIt) {
  MemoryFileSystem files;
  ASSERT_OK(Reopen(&files)->Put({Row(1, "A-1"), Row(2, "B-2")}));
  const std::string whole = files.Files()[kFile];
  for (size_t i = 0; i < whole.find('\n'); ++i) {
    std::string damaged = whole;
    damaged[i] = damaged[i] == '0' ? '1' : '0';
    files.Place(kFile, damaged);
    ASSERT_THAT(Register::Open(&files, "/state", kKeySet).status(),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr("`/state/register-7.log` line 1 is damaged")))
        << i;
  }
}

TEST(Register, KeySetsHaveTheirOwnFiles) {
  MemoryFileSystem files;
  ASSERT_OK(Reopen(&files)->Put({Row(1, "A-1")}));
  EXPECT_EQ(Register::Open(&files, "/state", kKeySet + 1).value()->size(), 0u);
}

}  // namespace
}  // namespace sluss
