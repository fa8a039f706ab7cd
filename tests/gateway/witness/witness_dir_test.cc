#include "gateway/witness/witness_dir.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::StatusIs;

class WitnessDirTest : public ::testing::Test {
 protected:
  WitnessDirTest() : path_(absl::StrCat(::testing::TempDir(), "witness-", getpid())) {
    fs::remove_all(path_);
  }
  ~WitnessDirTest() override { fs::remove_all(path_); }

  const std::string path_;
};

TEST_F(WitnessDirTest, FindsAgainWhatItKeptLastOfEachLog) {
  {
    const auto made = WitnessDir::Open(path_, /*create=*/true);
    ASSERT_OK(made);
    EXPECT_EQ(*(*made)->Last("log.example/a"), "");
    EXPECT_OK((*made)->Keep("log.example/a", "one\n"));
    EXPECT_OK((*made)->Keep("log.example/a", "two\n"));
    EXPECT_OK((*made)->Keep("log.example/b", "other\n"));
  }
  const auto again = WitnessDir::Open(path_, /*create=*/false);
  ASSERT_OK(again);
  EXPECT_EQ(*(*again)->Last("log.example/a"), "two\n");
  EXPECT_EQ(*(*again)->Last("log.example/b"), "other\n");
}

TEST_F(WitnessDirTest, EvidenceIsNeverOverwrittenByOther) {
  const auto dir = WitnessDir::Open(path_, /*create=*/true);
  ASSERT_OK(dir);
  for (const char* note : {"one\n", "two\n", "one\n"}) {
    EXPECT_OK((*dir)->KeepEvidence("log.example/a", note));
  }
  std::string all;
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(path_ + "/evidence")) {
    all += *ReadFile(entry.path().string());
    ++files;
  }
  EXPECT_EQ(files, 2u);
  EXPECT_THAT(all, HasSubstr("one\n"));
  EXPECT_THAT(all, HasSubstr("two\n"));
}

TEST_F(WitnessDirTest, OneProcessAtATime) {
  const auto first = WitnessDir::Open(path_, /*create=*/true);
  ASSERT_OK(first);
  EXPECT_THAT(WitnessDir::Open(path_, /*create=*/false).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another witness runs")));
}

TEST_F(WitnessDirTest, ALostMemoryIsNotBegunAnew) {
  EXPECT_THAT(WitnessDir::Open(path_, /*create=*/false).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("must be retired")));
}

TEST_F(WitnessDirTest, AWriteThatFailsLeavesWhatWasThere) {
  const auto dir = WitnessDir::Open(path_, /*create=*/true);
  ASSERT_OK(dir);
  EXPECT_OK((*dir)->Keep("log.example/a", "one\n"));
  for (const auto& entry : fs::directory_iterator(path_)) {  // the draft cannot be made
    if (entry.is_regular_file()) fs::create_directory(entry.path().string() + ".new");
  }
  EXPECT_THAT((*dir)->Keep("log.example/a", "two\n"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot write")));
  EXPECT_EQ(*(*dir)->Last("log.example/a"), "one\n");
}

}  // namespace
}  // namespace sluss
