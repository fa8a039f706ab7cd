// Key files: one a class and month, for their owner only, and gone when they are destroyed.
#include "gateway/openings/month_keys.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Must;
using testing::StatusIs;

const OpeningMonth kNovember{OpeningClass::kDisclosure, absl::CivilMonth(2025, 11)};
const OpeningMonth kOversight{OpeningClass::kOversight, absl::CivilMonth(2025, 12)};

class MonthKeysTest : public ::testing::Test {
 protected:
  MonthKeysTest() {
    std::string name = (fs::temp_directory_path() / "sluss-keys-XXXXXX").string();
    root_ = mkdtemp(name.data());
    directory_ = root_ + "/openings";
  }
  ~MonthKeysTest() override { fs::remove_all(root_); }

  std::string Bytes(const SecretBytes& key) const {
    return std::string(key.Get(InsecureSecretAccess::Get()));
  }

  std::string root_, directory_;
};

TEST_F(MonthKeysTest, EachIsAFileForItsOwnerOnly) {
  const auto keys = Must(OpenMonthKeyFiles(directory_));
  EXPECT_THAT(Must(keys->List()), IsEmpty());
  EXPECT_THAT(keys->Read(kNovember).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("2025-11")));
  const std::string key = Bytes(Must(keys->Make(kNovember)));
  EXPECT_EQ(key.size(), 32u);
  EXPECT_EQ(Bytes(Must(keys->Read(kNovember))), key);
  EXPECT_NE(Bytes(Must(keys->Make(kOversight))), key);
  EXPECT_THAT(keys->Make(kNovember).status(),
              StatusIs(absl::StatusCode::kAlreadyExists, ::testing::_));
  EXPECT_EQ(Bytes(Must(Must(OpenMonthKeyFiles(directory_))->Read(kNovember))), key);
  EXPECT_THAT(Must(keys->List()), ElementsAre(kNovember, kOversight));
  const auto mode = [](const std::string& path) {
    struct stat info = {};
    EXPECT_EQ(stat(path.c_str(), &info), 0);
    return info.st_mode & 0777;
  };
  EXPECT_EQ(mode(directory_), 0700u);
  EXPECT_EQ(mode(directory_ + "/disclosure-2025-11.key"), 0600u);
}

TEST_F(MonthKeysTest, ADestroyedKeyIsGoneAndMayBeDestroyedAgain) {
  const auto keys = Must(OpenMonthKeyFiles(directory_));
  (void)Must(keys->Make(kNovember));
  // A second name of the same file, as a crash between the two steps of making one leaves it.
  const std::string half = directory_ + "/.disclosure-2025-11.key.77";
  fs::create_hard_link(directory_ + "/disclosure-2025-11.key", half);
  ASSERT_OK(keys->Destroy(kNovember));
  EXPECT_THAT(keys->Read(kNovember).status(), StatusIs(absl::StatusCode::kNotFound, ::testing::_));
  EXPECT_THAT(Must(keys->List()), IsEmpty());
  std::ifstream in(half);
  const std::string left{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(left, std::string(65, '\0'));
  ASSERT_OK(keys->Destroy(kNovember));
  (void)Must(OpenMonthKeyFiles(directory_));
  EXPECT_FALSE(fs::exists(half)) << "what was left half written is removed at the start";
}

TEST_F(MonthKeysTest, FilesOfOthersAreLeftAlone) {
  const auto keys = Must(OpenMonthKeyFiles(directory_));
  for (const char* name :
       {"erasures.journal", "disclosure-2025.key", "secret-2025-11.key", "x.key"}) {
    std::ofstream(directory_ + "/" + name) << "x";
  }
  EXPECT_THAT(Must(keys->List()), IsEmpty());
}

TEST_F(MonthKeysTest, WhatIsNoKeyIsToldWithItsCure) {
  const auto keys = Must(OpenMonthKeyFiles(directory_));
  const std::string path = directory_ + "/disclosure-2025-11.key";
  for (const char* text : {"", "00", "zz", "\n"}) {
    std::ofstream(path, std::ios::trunc) << text;
    chmod(path.c_str(), 0600);
    EXPECT_THAT(keys->Read(kNovember).status(),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("restore it from its own backup")));
  }
  chmod(path.c_str(), 0644);
  EXPECT_THAT(keys->Read(kNovember).status(),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("chmod 600")));
}

TEST_F(MonthKeysTest, ADirectoryThatOthersReachIsRefused) {
  fs::create_directory(directory_);
  chmod(directory_.c_str(), 0755);
  EXPECT_THAT(OpenMonthKeyFiles(directory_).status(),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("chmod 700")));
}

}  // namespace
}  // namespace sluss
