#include "gateway/crypto/key_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "gateway/base/hex.h"
#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class KeyFilesTest : public ::testing::Test {
 protected:
  KeyFilesTest() : directory_(::testing::TempDir() + "keys-" + ToHex(RandomBytes(8))) {}
  ~KeyFilesTest() override { std::filesystem::remove_all(directory_); }

  std::string Text(const std::string& name) {
    std::ifstream file(directory_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Leaves the mode of the file as it is.
  void SetText(const std::string& name, const std::string& text) {
    std::ofstream(directory_ + "/" + name) << text;
  }
  std::string Changed(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  }

  const std::string directory_;
};

unsigned Mode(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0);
  return info.st_mode & 07777;
}

TEST_F(KeyFilesTest, AgencySecretsComeBackAsTheyWere) {
  const AgencySecrets secrets =
      Must(AgencySecrets::Generate(kSchool, 3, HpkeKem::kP256HkdfSha256, HpkeAead::kAes128Gcm));
  ASSERT_OK(SaveSecrets(secrets, directory_));
  const AgencySecrets loaded = Must(LoadAgencySecrets(directory_));
  EXPECT_EQ(loaded.agency, kSchool);
  EXPECT_EQ(loaded.key_set, 3u);
  EXPECT_TRUE(loaded.nym == secrets.nym);
  EXPECT_EQ(loaded.aead, HpkeAead::kAes128Gcm);
  EXPECT_EQ(loaded.hpke.public_key().bytes(), secrets.hpke.public_key().bytes());
  EXPECT_EQ(loaded.signing.public_key(), secrets.signing.public_key());
  EXPECT_TRUE(SecretsEqual(loaded.closing, secrets.closing));
}

TEST_F(KeyFilesTest, HolderAndLogSecretsComeBackAsTheyWere) {
  const HolderSecrets holder = Must(HolderSecrets::Generate("gateway/gw1", 1, {kSchool, kPolice}));
  const LogSecrets log = Must(LogSecrets::Generate("log.example/sluss"));
  ASSERT_OK(SaveSecrets(holder, directory_));
  ASSERT_OK(SaveSecrets(log, directory_));
  const HolderSecrets loaded = Must(LoadHolderSecrets(directory_));
  EXPECT_EQ(loaded.holder, "gateway/gw1");
  EXPECT_TRUE(loaded.layer == holder.layer);
  ASSERT_EQ(loaded.share.size(), 2u);
  EXPECT_TRUE(loaded.share.at(kPolice) == holder.share.at(kPolice));
  EXPECT_EQ(loaded.hpke.public_key().bytes(), holder.hpke.public_key().bytes());
  const LogSecrets loaded_log = Must(LoadLogSecrets(directory_));
  EXPECT_EQ(loaded_log.PublicKey().verifier_key(), log.PublicKey().verifier_key());
}

TEST_F(KeyFilesTest, OnlyTheOwnerCanReach) {
  ASSERT_OK(SaveSecrets(Must(AgencySecrets::Generate(kSchool, 1)), directory_));
  EXPECT_EQ(Mode(directory_), 0700u);
  EXPECT_EQ(Mode(directory_ + "/agency.key"), 0600u);

  chmod((directory_ + "/agency.key").c_str(), 0640);
  EXPECT_THAT(LoadAgencySecrets(directory_),
              StatusIs(kDenied, AllOf(HasSubstr("can be reached by others (mode 0640)"),
                                      HasSubstr("run `chmod 600 "))));
  chmod((directory_ + "/agency.key").c_str(), 0600);
  chmod(directory_.c_str(), 0750);
  EXPECT_THAT(LoadAgencySecrets(directory_), StatusIs(kDenied, HasSubstr("run `chmod 700 ")));
  EXPECT_THAT(SaveSecrets(Must(LogSecrets::Generate("log")), directory_),
              StatusIs(kDenied, HasSubstr("run `chmod 700 ")));
}

TEST_F(KeyFilesTest, FollowsNoSymbolicLink) {
  ASSERT_OK(SaveSecrets(Must(AgencySecrets::Generate(kSchool, 1)), directory_));
  std::filesystem::rename(directory_ + "/agency.key", directory_ + "/elsewhere");
  std::filesystem::create_symlink("elsewhere", directory_ + "/agency.key");
  EXPECT_FALSE(LoadAgencySecrets(directory_).ok());
}

TEST_F(KeyFilesTest, KeysAreNotOverwritten) {
  ASSERT_OK(SaveSecrets(Must(AgencySecrets::Generate(kSchool, 1)), directory_));
  const std::string before = Text("agency.key");
  EXPECT_THAT(SaveSecrets(Must(AgencySecrets::Generate(kSchool, 1)), directory_),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("agency.key` exists")));
  EXPECT_EQ(Text("agency.key"), before);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    files += entry.exists() ? 1 : 0;
  }
  EXPECT_EQ(files, 1) << "a temporary file stayed behind";
}

TEST_F(KeyFilesTest, FaultsAreNamedByLineAndNeverQuoted) {
  ASSERT_OK(SaveSecrets(Must(HolderSecrets::Generate("gateway/gw1", 1, {kSchool})), directory_));
  const std::string good = Text("holder.key");
  const std::string layer = good.substr(good.find("layer ") + 6, 64);
  const struct {
    std::string text;
    std::string error;
  } cases[] = {
      {"", "holder.key:1: is not `sluss holder keys v1`"},
      {Changed(good, "holder keys", "agency keys"), "holder.key:1: is not `sluss holder keys v1`"},
      {Changed(good, "key_set 1", "key_set x"), "holder.key:3: is not a number"},
      {Changed(good, "layer ", "later "), "holder.key:4: `layer` is missing"},
      {Changed(good, layer, std::string(64, 'f')),
       "holder.key:4: scalar is not below the order of the group"},
      {Changed(good, layer, std::string(64, '0')), "holder.key:4: is zero"},
      {Changed(good, layer, layer.substr(1) + "x"), "holder.key:4: is not hex"},
      {Changed(good, layer, layer.substr(2)), "holder.key:4: scalar must be 32 bytes, not 31"},
      {good + good.substr(good.find("share")), "holder.key:8: has the same agency twice"},
      {good + "more\n", "holder.key:8: is not a `share`"},
  };
  for (const auto& c : cases) {
    SetText("holder.key", c.text);
    EXPECT_THAT(LoadHolderSecrets(directory_),
                StatusIs(kInvalid, AllOf(EndsWith(c.error), Not(HasSubstr(layer)))));
  }
}

TEST_F(KeyFilesTest, AbsentKeysAreNotFound) {
  EXPECT_THAT(LoadAgencySecrets(directory_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("cannot open")));
}

}  // namespace
}  // namespace sluss
