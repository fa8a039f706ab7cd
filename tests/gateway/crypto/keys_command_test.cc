#include "gateway/crypto/keys_command.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "gateway/base/hex.h"
#include "gateway/crypto/holder.h"
#include "gateway/crypto/key_assembly.h"
#include "gateway/crypto/key_files.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/scan_keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/run_command.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Must;
using ::testing::HasSubstr;

class KeysCommandTest : public ::testing::Test {
 protected:
  KeysCommandTest() : root_(::testing::TempDir() + "keys-command-" + ToHex(RandomBytes(8))) {
    std::filesystem::create_directory(root_);
  }
  ~KeysCommandTest() override { std::filesystem::remove_all(root_); }

  std::string Path(const std::string& name) { return root_ + "/" + name; }

  // The exit code; what was said is in output_ and error_.
  int Run(std::vector<std::string> arguments) {
    CLI::App app;
    AddKeysCommands(app);
    return testing::RunCommand(app, std::move(arguments), &output_, &error_);
  }

  void MakeParts() {
    ASSERT_EQ(Run({"keys", "agency", "--agency", "school/ekbacken", "--dir", Path("school"),
                   "--public", Path("school.pub")}),
              0)
        << error_;
    ASSERT_EQ(Run({"keys", "agency", "--agency", "police/region-mitt", "--kem", "p256", "--aead",
                   "aes-128-gcm", "--dir", Path("police"), "--public", Path("police.pub")}),
              0)
        << error_;
    ASSERT_EQ(Run({"keys", "holder", "--holder", "gateway/gw1", "--agencies",
                   "school/ekbacken,police/region-mitt", "--log-origin", "log.example/sluss",
                   "--dir", Path("gateway"), "--public", Path("gateway.pub")}),
              0)
        << error_;
    ASSERT_EQ(Run({"keys", "holder", "--holder", "keyholder/kh1", "--agencies",
                   "school/ekbacken,police/region-mitt", "--dir", Path("keyholder"), "--public",
                   Path("keyholder.pub")}),
              0)
        << error_;
  }

  const std::string root_;
  std::string output_;
  std::string error_;
};

TEST_F(KeysCommandTest, WhatScansNeedIsKeptOfAHoldersKeys) {
  MakeParts();
  ASSERT_EQ(Run({"keys", "assemble", Path("police.pub"), Path("school.pub"), Path("gateway.pub"),
                 Path("keyholder.pub"), "--access-domain", "police/region-mitt", "--out",
                 Path("directory.txtpb")}),
            0)
      << error_;
  const auto directory = Must(LoadKeyDirectory(Path("directory.txtpb")));
  for (const auto& [name, role] : {std::pair("gateway", HolderRole::kGateway),
                                   std::pair("keyholder", HolderRole::kKeyholder)}) {
    const std::string out = Path(std::string("archive-") + name);
    ASSERT_EQ(Run({"keys", "archive", "--dir", Path(name), "--directory", Path("directory.txtpb"),
                   "--out", out}),
              0)
        << error_;
    EXPECT_THAT(output_, HasSubstr("archive { keys_dir: \"" + out + "\""));
    EXPECT_OK(ScanKeys::Create(role, Must(LoadScanSecrets(out)), directory));
    EXPECT_EQ(Run({"keys", "archive", "--dir", Path(name), "--directory", Path("directory.txtpb"),
                   "--out", out}),
              1);
    EXPECT_THAT(error_, HasSubstr("scan.key"));
  }
  // Of another generation nothing is written.
  ASSERT_EQ(Run({"keys", "rotate", "--dir", Path("gateway"), "--out", Path("gateway-2"), "--public",
                 Path("gateway-2.pub")}),
            0)
      << error_;
  EXPECT_EQ(Run({"keys", "archive", "--dir", Path("gateway-2"), "--directory",
                 Path("directory.txtpb"), "--out", Path("wrong")}),
            1);
  EXPECT_THAT(error_, HasSubstr("layer is not the one in the key directory"));
  EXPECT_FALSE(std::filesystem::exists(Path("wrong")));
}

TEST_F(KeysCommandTest, FromNothingToADirectoryThatEveryPartyCanWorkWith) {
  MakeParts();
  ASSERT_EQ(Run({"keys", "assemble", Path("police.pub"), Path("school.pub"), Path("gateway.pub"),
                 Path("keyholder.pub"), "--out", Path("directory.txtpb")}),
            0)
      << error_;
  EXPECT_THAT(output_, HasSubstr("key set 1, 2 agencies, gateway/gw1, keyholder/kh1"));
  const auto directory = Must(LoadKeyDirectory(Path("directory.txtpb")));
  EXPECT_EQ(Run({"keys", "check", Path("directory.txtpb")}), 0);
  EXPECT_THAT(output_, HasSubstr("digest " + ToHex(directory->digest())));
  EXPECT_OK(
      Holder::Create(HolderRole::kGateway, Must(LoadHolderSecrets(Path("gateway"))), directory));
  EXPECT_OK(Holder::Create(HolderRole::kKeyholder, Must(LoadHolderSecrets(Path("keyholder"))),
                           directory));
  EXPECT_EQ(directory->log().verifier_key(),
            Must(LoadLogSecrets(Path("gateway"))).PublicKey().verifier_key());
  EXPECT_EQ(directory->FindAgency(AgencyId("police/region-mitt"))->hpke.bytes(),
            Must(LoadAgencySecrets(Path("police"))).hpke.public_key().bytes());
}

TEST_F(KeysCommandTest, SaysWhatIsWrongAndWritesNothing) {
  MakeParts();
  const struct {
    std::vector<std::string> files;
    std::string error;
  } cases[] = {
      {{"school.pub", "gateway.pub", "keyholder.pub"}, "`police/region-mitt`, which is not in"},
      {{"school.pub", "police.pub", "keyholder.pub"}, "keys: `gateway`: `holder`: "},
      {{"school.pub", "school.pub", "police.pub", "gateway.pub", "keyholder.pub"},
       "`agency school/ekbacken`: is there twice"},
      {{"gateway.pub", "gateway.pub"}, "gateway.pub: has a gateway, and so has a file before it"},
      {{"absent.pub"}, "absent.pub"},
  };
  for (const auto& c : cases) {
    std::vector<std::string> arguments = {"keys", "assemble", "--out", Path("out")};
    for (const std::string& file : c.files) arguments.push_back(Path(file));
    EXPECT_EQ(Run(arguments), 1);
    EXPECT_THAT(error_, HasSubstr(c.error));
    EXPECT_FALSE(std::filesystem::exists(Path("out")));
  }
  EXPECT_EQ(
      Run({"keys", "agency", "--agency", "School", "--dir", Path("x"), "--public", Path("x.pub")}),
      1);
  EXPECT_THAT(error_, HasSubstr("kind/name"));
  EXPECT_EQ(Run({"keys", "agency", "--agency", "school/ekbacken", "--dir", Path("school"),
                 "--public", Path("again.pub")}),
            1);
  EXPECT_THAT(error_, HasSubstr("exists"));
  EXPECT_FALSE(std::filesystem::exists(Path("again.pub")));
}

TEST_F(KeysCommandTest, PartsOfTwoKeySetsDoNotMix) {
  MakeParts();
  ASSERT_EQ(Run({"keys", "agency", "--agency", "leisure/sundby", "--key-set", "2", "--dir",
                 Path("leisure"), "--public", Path("leisure.pub")}),
            0);
  EXPECT_EQ(
      Run({"keys", "assemble", Path("school.pub"), Path("leisure.pub"), "--out", Path("out")}), 1);
  EXPECT_THAT(error_, HasSubstr("leisure.pub: is of key set 2, the files before it of 1"));
}

// The routine that the operations guide tells, party by party.
TEST_F(KeysCommandTest, ARotationWithRefreshGivesANewDirectoryOfTheSameKeySet) {
  MakeParts();
  ASSERT_EQ(Run({"keys", "assemble", Path("school.pub"), Path("police.pub"), Path("gateway.pub"),
                 Path("keyholder.pub"), "--out", Path("directory")}),
            0)
      << error_;
  for (const char* party : {"school", "police", "keyholder"}) {
    const std::string next = std::string(party) + "2";
    ASSERT_EQ(Run({"keys", "rotate", "--dir", Path(party), "--out", Path(next), "--public",
                   Path(next + ".pub")}),
              0)
        << error_;
  }
  ASSERT_EQ(Run({"keys", "refresh", "--dir", Path("gateway"), "--directory", Path("directory"),
                 "--keyholder", Path("keyholder2.pub"), "--refresh", Path("refresh"), "--out",
                 Path("gateway2"), "--public", Path("gateway2.pub")}),
            0)
      << error_;
  ASSERT_EQ(Run({"keys", "apply-refresh", "--dir", Path("keyholder2"), "--directory",
                 Path("directory"), "--refresh", Path("refresh"), "--out", Path("keyholder3"),
                 "--public", Path("keyholder3.pub")}),
            0)
      << error_;
  ASSERT_EQ(Run({"keys", "assemble", Path("school2.pub"), Path("police2.pub"), Path("gateway2.pub"),
                 Path("keyholder3.pub"), "--out", Path("directory2")}),
            0)
      << error_;
  const auto directory = Must(LoadKeyDirectory(Path("directory2")));
  EXPECT_EQ(directory->key_set(), 1u);
  EXPECT_NE(directory->digest(), Must(LoadKeyDirectory(Path("directory")))->digest());
  EXPECT_OK(
      Holder::Create(HolderRole::kGateway, Must(LoadHolderSecrets(Path("gateway2"))), directory)
          .status());
  EXPECT_OK(
      Holder::Create(HolderRole::kKeyholder, Must(LoadHolderSecrets(Path("keyholder3"))), directory)
          .status());
  EXPECT_OK(LoadLogSecrets(Path("gateway2")).status()) << "the log's key goes along";
  // Not a second time: it would change every nym.
  EXPECT_EQ(Run({"keys", "apply-refresh", "--dir", Path("keyholder3"), "--directory",
                 Path("directory"), "--refresh", Path("refresh"), "--out", Path("keyholder4"),
                 "--public", Path("keyholder4.pub")}),
            1);
  EXPECT_THAT(error_, HasSubstr("was the refresh applied before?"));
  EXPECT_FALSE(std::filesystem::exists(Path("keyholder4")));
}

TEST_F(KeysCommandTest, ALostShareComesBackThroughTwoOfficers) {
  MakeParts();
  for (const char* name : {"anna", "bo"}) {
    ASSERT_EQ(
        Run({"keys", "officer", "--out", Path(name), "--public", Path(std::string(name) + ".pub")}),
        0)
        << error_;
  }
  ASSERT_EQ(Run({"keys", "backup", "--dir", Path("keyholder"), "--file", "holder.key", "--officers",
                 Path("anna.pub") + "," + Path("bo.pub"), "--out", Path("backup")}),
            0)
      << error_;
  const std::string before =
      Must(Must(LoadHolderSecrets(Path("keyholder"))).PublicKeys()).layer_public();
  std::filesystem::remove_all(Path("keyholder"));

  EXPECT_EQ(Run({"keys", "restore", "--officer", Path("bo"), "--backup", Path("backup"), "--out",
                 Path("half")}),
            1);
  EXPECT_THAT(error_, HasSubstr("the outermost layer is for the officer with key"));
  ASSERT_EQ(Run({"keys", "restore", "--officer", Path("anna"), "--backup", Path("backup"), "--out",
                 Path("half")}),
            0)
      << error_;
  ASSERT_EQ(Run({"keys", "restore", "--officer", Path("bo"), "--backup", Path("half"), "--out",
                 Path("keyholder")}),
            0)
      << error_;
  EXPECT_EQ(Must(Must(LoadHolderSecrets(Path("keyholder"))).PublicKeys()).layer_public(), before);
}

class SharesCommandTest : public KeysCommandTest {
 protected:
  // Both holders', with what changes; then a directory of these agencies.
  int Assemble(const std::vector<std::string>& change, const std::vector<std::string>& agencies) {
    for (const char* holder : {"gateway", "keyholder"}) {
      const std::string next = std::string(holder) + "2";
      std::vector<std::string> arguments = {"keys",  "shares",   "--dir",    Path(holder),
                                            "--out", Path(next), "--public", Path(next + ".pub")};
      arguments.insert(arguments.end(), change.begin(), change.end());
      if (const int failed = Run(arguments); failed != 0) return failed;
    }
    std::vector<std::string> arguments = {
        "keys",  "assemble",        Path("gateway2.pub"), Path("keyholder2.pub"),
        "--out", Path("directory2")};
    for (const std::string& agency : agencies) arguments.push_back(Path(agency));
    return Run(arguments);
  }
};

TEST_F(SharesCommandTest, AnAgencyIsPutOutAndTheOthersKeepTheirShares) {
  MakeParts();
  ASSERT_EQ(Assemble({"--remove", "school/ekbacken"}, {"police.pub"}), 0) << error_;
  const auto directory = Must(LoadKeyDirectory(Path("directory2")));
  EXPECT_EQ(directory->agencies().size(), 1u);
  const AgencyId police("police/region-mitt");
  EXPECT_TRUE(Must(LoadHolderSecrets(Path("keyholder2"))).share.at(police) ==
              Must(LoadHolderSecrets(Path("keyholder"))).share.at(police));
  EXPECT_OK(LoadLogSecrets(Path("gateway2")).status()) << "the log's key goes along";
}

TEST_F(SharesCommandTest, AnAgencyComesAndNobodyElseIsTouched) {
  MakeParts();
  ASSERT_EQ(Run({"keys", "agency", "--agency", "leisure/sundby", "--dir", Path("leisure"),
                 "--public", Path("leisure.pub")}),
            0);
  ASSERT_EQ(Assemble({"--add", "leisure/sundby"}, {"police.pub", "school.pub", "leisure.pub"}), 0)
      << error_;
  EXPECT_EQ(Must(LoadKeyDirectory(Path("directory2")))->agencies().size(), 3u);
}

TEST_F(SharesCommandTest, SaysWhatIsWrongAndWritesNothing) {
  MakeParts();
  const struct {
    std::vector<std::string> change;
    const char* error;
  } cases[] = {
      {{}, "name agencies with --add or --remove"},
      {{"--add", "school/ekbacken"}, "a new one would change its nyms"},
      {{"--remove", "leisure/sundby"}, "there is no share for `leisure/sundby` to take away"},
      {{"--add", "Leisure"}, "kind/name"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Assemble(c.change, {}), 1);
    EXPECT_THAT(error_, HasSubstr(c.error));
    EXPECT_FALSE(std::filesystem::exists(Path("gateway2")));
  }
}

TEST_F(SharesCommandTest, CheckTellsWhetherTwoDirectoriesGoTogetherAndWhatChanges) {
  MakeParts();
  ASSERT_EQ(Run({"keys", "assemble", Path("school.pub"), Path("police.pub"), Path("gateway.pub"),
                 Path("keyholder.pub"), "--out", Path("directory")}),
            0);
  ASSERT_EQ(Run({"keys", "rotate", "--dir", Path("police"), "--out", Path("police2"), "--public",
                 Path("police2.pub")}),
            0);
  ASSERT_EQ(Assemble({"--remove", "school/ekbacken"}, {"police2.pub"}), 0) << error_;
  EXPECT_EQ(Run({"keys", "check", Path("directory2"), "--beside", Path("directory")}), 0);
  const auto beside = Must(LoadKeyDirectory(Path("directory")));
  for (const std::string& line :
       {"beside " + ToHex(beside->short_name()), std::string("police/region-mitt: other keys"),
        std::string("school/ekbacken: only beside, not honoured"),
        std::string("keyholder/kh1: the same keys")}) {
    EXPECT_THAT(output_, HasSubstr(line + "\n"));
  }
  EXPECT_EQ(Run({"keys", "check", Path("directory"), "--beside", Path("directory")}), 1);
  EXPECT_THAT(error_, HasSubstr("is the current directory once more"));
  EXPECT_EQ(Run({"keys", "check", Path("directory"), "--beside", Path("absent")}), 1);
  EXPECT_THAT(error_, HasSubstr("absent"));
}

}  // namespace
}  // namespace sluss
