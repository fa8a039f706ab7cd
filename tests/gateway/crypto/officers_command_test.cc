// `slussctl officers`: the list and the keys that an agency keeps.
#include "gateway/crypto/officers_command.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "gateway/base/hex.h"
#include "gateway/crypto/officer_files.h"
#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/run_command.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

class OfficersCommandTest : public ::testing::Test {
 protected:
  ~OfficersCommandTest() override { std::filesystem::remove_all(dir_); }

  int Run(std::vector<std::string> arguments) {
    CLI::App app;
    AddOfficersCommands(app);
    return testing::RunCommand(app, std::move(arguments), &output_, &error_);
  }
  int Enrol(const std::string& name, const std::string& roles,
            const std::string& from = "2026-01-01", const std::string& to = "2027-01-01",
            const std::string& also = "") {
    std::vector<std::string> arguments = {"officers", "enrol", "--dir",  dir_, "--name", name,
                                          "--roles",  roles,   "--from", from, "--to",   to};
    if (!also.empty()) arguments.insert(arguments.end(), {"--also", also});
    return Run(std::move(arguments));
  }
  size_t KeysOnDisk() {
    size_t keys = 0;
    for (const auto& file : std::filesystem::directory_iterator(dir_)) {
      keys += file.path().extension() == ".key";
    }
    return keys;
  }

  const std::string dir_ = ::testing::TempDir() + "officers-command-" + ToHex(RandomBytes(8));
  std::string output_, error_;
};

TEST_F(OfficersCommandTest, AnEnrolledOfficerHasAKeyOfTheirOwnAndNoNameInItsFile) {
  ASSERT_EQ(Enrol("Åsa Björk", "teacher,counsellor", "2026-01-01", "2027-01-01", "Björk, Åsa"), 0)
      << error_;
  ASSERT_EQ(Enrol("Rut Ekback", "principal"), 0) << error_;
  const std::vector<OfficerWithKey> officers = Must(LoadOfficers(dir_));
  ASSERT_EQ(officers.size(), 2u);
  EXPECT_EQ(officers[0].listed.name(), "Åsa Björk");
  EXPECT_EQ(officers[0].listed.also(0), "Björk, Åsa");
  EXPECT_EQ(officers[0].listed.role_size(), 2);
  EXPECT_NE(officers[0].key->public_key(), officers[1].key->public_key());
  for (const auto& file : std::filesystem::directory_iterator(dir_)) {
    EXPECT_THAT(file.path().filename().string(), Not(HasSubstr("sa")));
    EXPECT_EQ(file.status().permissions() & std::filesystem::perms::all,
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  ASSERT_EQ(Run({"officers", "list", "--dir", dir_}), 0);
  EXPECT_THAT(output_, HasSubstr("Åsa Björk: teacher, counsellor, from 2026-01-01 to 2027-01-01"));
  EXPECT_THAT(output_, HasSubstr("2 officers"));
}

TEST_F(OfficersCommandTest, RenewingKeepsTheKey) {
  ASSERT_EQ(Enrol("Rut Ekback", "teacher"), 0) << error_;
  const std::string key = Must(LoadOfficers(dir_))[0].key->public_key();
  ASSERT_EQ(Run({"officers", "renew", "--dir", dir_, "--name", "Rut Ekback", "--roles", "principal",
                 "--to", "2028-01-01"}),
            0)
      << error_;
  const std::vector<OfficerWithKey> officers = Must(LoadOfficers(dir_));
  EXPECT_EQ(officers[0].key->public_key(), key);
  EXPECT_EQ(officers[0].listed.role(0), "principal");
  EXPECT_EQ(officers[0].listed.valid_to(), "2028-01-01");
}

TEST_F(OfficersCommandTest, StrikingOffDeletesTheKey) {
  ASSERT_EQ(Enrol("Rut Ekback", "principal"), 0) << error_;
  ASSERT_EQ(Enrol("Love Hage", "teacher"), 0) << error_;
  ASSERT_EQ(Run({"officers", "remove", "--dir", dir_, "--name", "Rut Ekback"}), 0) << error_;
  ASSERT_EQ(Must(LoadOfficers(dir_)).size(), 1u);
  EXPECT_EQ(Must(LoadOfficers(dir_))[0].listed.name(), "Love Hage");
  EXPECT_EQ(KeysOnDisk(), 1u);
}

TEST_F(OfficersCommandTest, WhatCannotBeIsRefusedAndLeavesNoKey) {
  ASSERT_EQ(Enrol("Rut Ekback", "principal", "2026-01-01", "2027-01-01", "Ekback, Rut"), 0);
  const struct {
    std::vector<std::string> change;
    const char* text;
  } cases[] = {
      {{"Rut Ekback", "teacher", "2026-01-01", "2027-01-01"}, "`--name` is enrolled here"},
      {{"Ekback, Rut", "teacher", "2026-01-01", "2027-01-01"},
       "`officer[1].name` is there twice: a name must name one person"},
      {{"Bo", "teacher", "yesterday", "2027-01-01"}, "`officer[1].valid_from` must be a day"},
      {{"Bo", "teacher", "2026-01-01", "for ever"}, "an enrolment without end is refused"},
      {{"Bo", "teacher", "2027-01-01", "2027-01-01"}, "is not after `valid_from`"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Enrol(c.change[0], c.change[1], c.change[2], c.change[3]), 1) << c.text;
    EXPECT_THAT(error_, HasSubstr(c.text));
  }
  EXPECT_EQ(Run({"officers", "remove", "--dir", dir_, "--name", "Bo"}), 1);
  EXPECT_THAT(error_, HasSubstr("`--name` is not enrolled here"));
  EXPECT_EQ(KeysOnDisk(), 1u);
}

TEST_F(OfficersCommandTest, AListThatOthersCanReadIsRefused) {
  ASSERT_EQ(Enrol("Rut Ekback", "principal"), 0) << error_;
  std::filesystem::permissions(dir_ + "/officers.txtpb", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_THAT(LoadOfficers(dir_),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("can be reached by others")));
}

TEST_F(OfficersCommandTest, AKeyThatIsNoneIsNamed) {
  ASSERT_EQ(Enrol("Rut Ekback", "principal"), 0) << error_;
  const std::string file = Must(LoadOfficerList(dir_)).officer(0).key();
  std::ofstream(dir_ + "/" + file) << "sluss officer key v1\nsigning 00\n";
  EXPECT_THAT(LoadOfficers(dir_), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("is not a `sluss officer key v1`")));
}

}  // namespace
}  // namespace sluss
