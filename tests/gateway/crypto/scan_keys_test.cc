// What is kept of keys whose time is over: enough to scan by, and no more.
#include "gateway/crypto/scan_keys.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "gateway/base/hex.h"
#include "gateway/crypto/key_files.h"
#include "gateway/crypto/key_ring_files.h"
#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
const std::string kOrder(64, 'o');

class ScanKeysTest : public ::testing::Test {
 protected:
  ScanKeysTest()
      : first_({kSchool, kDataProtection}),
        third_(first_.Next().Next()),
        directory_(::testing::TempDir() + "scan-keys-" + ToHex(RandomBytes(8))) {}
  ~ScanKeysTest() override { std::filesystem::remove_all(directory_); }

  std::vector<MaybeCiphertext> Rows() const {
    return {
        Must(EncryptNumber(Number(kChild), first_.directory().access_domain()->joint)).ciphertext};
  }
  DirectoryRing Honoured() const {
    return Must(DirectoryRing::Make(third_.shared_directory(), nullptr));
  }

  const Parties first_, third_;
  const std::string directory_;
};

TEST_F(ScanKeysTest, TransformsAsTheWholeKeysDid) {
  const ScanHop gateway = Must(first_.gateway_kept()->HopForScan(kOrder, Rows()));
  const ScanHop both = Must(first_.keyholder_kept()->HopForScan(kOrder, gateway.after));
  EXPECT_OK(VerifyScanHop({HolderRole::kKeyholder, first_.directory(), kOrder}, gateway.after,
                          both.after, both.proof));
  // The pseudonym is that of today, as every generation's of a key set.
  const Point element =
      Must(DecryptElement(first_.secrets(kDataProtection),
                          Must(first_.keyholder().HopForScan(
                                   kOrder, Must(first_.gateway().HopForScan(kOrder, Rows())).after))
                              .after[0]
                              .value()));
  EXPECT_EQ(Must(DecryptElement(first_.secrets(kDataProtection), both.after[0].value())), element);
}

TEST_F(ScanKeysTest, ComeBackFromTheFileAndTheFileHoldsNothingElse) {
  ASSERT_OK(
      SaveSecrets(Must(ScanSecretsOf(first_.gateway_secrets(), first_.directory())), directory_));
  const ScanSecrets loaded = Must(LoadScanSecrets(directory_));
  EXPECT_TRUE(loaded.layer == first_.gateway_secrets().layer);
  EXPECT_EQ(loaded.domain, kDataProtection);
  EXPECT_OK(ScanKeys::Create(HolderRole::kGateway, loaded, first_.shared_directory()));
  std::ifstream file(directory_ + "/scan.key");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const char* const other : {"signing", "hpke", "school/ekbacken"}) {
    EXPECT_THAT(text, Not(HasSubstr(other)));
  }
  EXPECT_THAT(LoadHolderSecrets(directory_).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("holder.key")));
}

TEST_F(ScanKeysTest, OfAnotherGenerationOrRoleAreRefused) {
  const ScanSecrets kept = Must(ScanSecretsOf(first_.gateway_secrets(), first_.directory()));
  EXPECT_THAT(ScanKeys::Create(HolderRole::kGateway, kept, third_.shared_directory()),
              StatusIs(kInvalid, HasSubstr("layer is not the one in the key directory")));
  EXPECT_THAT(ScanKeys::Create(HolderRole::kKeyholder, kept, first_.shared_directory()),
              StatusIs(kInvalid, HasSubstr("holder name is not the one")));
  ScanSecrets other = kept;
  other.share = Scalar::Random();
  EXPECT_THAT(ScanKeys::Create(HolderRole::kGateway, other, first_.shared_directory()),
              StatusIs(kInvalid, HasSubstr("share of `data-protection/sundby` is not the one")));
  const Parties without({kSchool});
  EXPECT_THAT(ScanSecretsOf(without.gateway_secrets(), without.directory()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("`access_domain`")));
}

TEST_F(ScanKeysTest, AnArchiveIsOfOneExchangeAndHasEachGenerationOnce) {
  EXPECT_OK(ScanArchive::Make(Honoured(), {first_.gateway_kept()}));
  EXPECT_OK(ScanArchive::Make(Honoured(), {third_.gateway_kept()})) << "still honoured";
  EXPECT_THAT(ScanArchive::Make(Honoured(), {first_.gateway_kept(), first_.gateway_kept()}),
              StatusIs(kInvalid, HasSubstr("is named twice")));
  EXPECT_OK(ScanArchive::Make(
      Must(DirectoryRing::Make(Parties({kSchool}).shared_directory(), nullptr)), {}));
  EXPECT_THAT(
      ScanArchive::Make(Must(DirectoryRing::Make(Parties({kSchool}).shared_directory(), nullptr)),
                        {first_.gateway_kept()}),
      StatusIs(kInvalid, HasSubstr("names no `access_domain`")));
  v1::KeyDirectory renamed = first_.proto();
  renamed.set_access_domain(kSchool.value());
  const auto other = Must(KeyDirectory::Activate(renamed));
  EXPECT_THAT(CheckArchive(Honoured(), {other.get()}),
              StatusIs(kInvalid, HasSubstr("has another `access_domain`")));
  v1::KeyDirectory elsewhere = first_.proto();
  *elsewhere.mutable_log() = Must(LogSecrets::Generate("log.other.example/1")).PublicKey();
  const auto of_another_log = Must(KeyDirectory::Activate(elsewhere));
  EXPECT_THAT(CheckArchive(Honoured(), {of_another_log.get()}),
              StatusIs(kInvalid, HasSubstr("`archive`: its directory has another log")));
}

TEST_F(ScanKeysTest, ADirectoryThatNobodyKeptIsNotFound) {
  const HolderRing honoured = third_.gateway_ring();
  const ScanArchive archive = Must(ScanArchive::Make(Honoured(), {first_.gateway_kept()}));
  const ScanRing with(&honoured, &archive), without(&honoured, nullptr);
  const absl::string_view named = first_.directory().short_name();
  EXPECT_TRUE(with.Has(named));
  EXPECT_FALSE(without.Has(named));
  EXPECT_OK(with.Hop(named, kOrder, Rows()));
  EXPECT_THAT(without.Hop(named, kOrder, Rows()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`archive`")));
  EXPECT_THAT(with.Hop("short", kOrder, Rows()), StatusIs(kInvalid, HasSubstr("8 bytes")));
}

TEST_F(ScanKeysTest, AFileThatIsNotThereIsNamed) {
  google::protobuf::RepeatedPtrField<v1::ArchivedKeys> kept;
  kept.Add()->set_key_directory("/none/directory.txtpb");
  EXPECT_THAT(LoadScanArchive(HolderRole::kGateway, Honoured(), kept),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("`archive`: cannot read `/none/directory.txtpb`")));
}

}  // namespace
}  // namespace sluss::testing
