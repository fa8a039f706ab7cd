#include "gateway/crypto/hpke.h"

#include <string>

#include "gateway/base/hex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class HpkeSuiteTest : public ::testing::TestWithParam<HpkeSuite> {
 protected:
  HpkePrivateKey key_ = Must(HpkePrivateKey::Generate(GetParam().kem));
};

TEST_P(HpkeSuiteTest, OpensWhatWasSealedAndNothingElse) {
  const HpkeSuite& suite = GetParam();
  const HpkeSealed sealed = Must(HpkeSeal(suite, key_.public_key(), "info", "aad", "content"));
  const auto open = [&](const std::string& enc, const HpkePrivateKey& key, const char* info,
                        const char* aad, const std::string& ciphertext) {
    return HpkeOpen(suite, enc, key, info, aad, ciphertext);
  };
  EXPECT_EQ(Must(open(sealed.enc, key_, "info", "aad", sealed.ciphertext)), "content");

  const auto does_not_open = StatusIs(kDenied, "seal does not open");
  const HpkePrivateKey other = Must(HpkePrivateKey::Generate(suite.kem));
  std::string changed = sealed.ciphertext;
  changed[0] ^= 1;
  EXPECT_THAT(open(sealed.enc, other, "info", "aad", sealed.ciphertext), does_not_open);
  EXPECT_THAT(open(sealed.enc, key_, "Info", "aad", sealed.ciphertext), does_not_open);
  EXPECT_THAT(open(sealed.enc, key_, "info", "Aad", sealed.ciphertext), does_not_open);
  EXPECT_THAT(open(sealed.enc, key_, "info", "aad", changed), does_not_open);
  EXPECT_THAT(open(sealed.enc, key_, "info", "aad", "short"), does_not_open);
  EXPECT_THAT(open(other.public_key().bytes(), key_, "info", "aad", sealed.ciphertext),
              does_not_open);
  EXPECT_THAT(open("short", key_, "info", "aad", sealed.ciphertext),
              StatusIs(kInvalid, HasSubstr("public key must be")));
}

TEST_P(HpkeSuiteTest, MessagesOpenInOrderOnly) {
  HpkeSender sender = Must(HpkeSetupSender(GetParam(), key_.public_key(), "info"));
  HpkeContext receiver = Must(HpkeSetupReceiver(GetParam(), sender.enc, key_, "info"));
  const std::string first = Must(sender.context.Seal("", "first"));
  const std::string second = Must(sender.context.Seal("", "second"));
  EXPECT_THAT(receiver.Open("", second), StatusIs(kDenied, "seal does not open"));
  EXPECT_EQ(Must(receiver.Open("", first)), "first");
  EXPECT_EQ(Must(receiver.Open("", second)), "second");
  EXPECT_TRUE(SecretsEqual(Must(sender.context.Export("c", 48)), Must(receiver.Export("c", 48))));
  EXPECT_FALSE(SecretsEqual(Must(sender.context.Export("c", 48)), Must(receiver.Export("d", 48))));
}

INSTANTIATE_TEST_SUITE_P(
    Suites, HpkeSuiteTest,
    ::testing::Values(HpkeSuite{},
                      HpkeSuite{.kem = HpkeKem::kX25519HkdfSha256, .aead = HpkeAead::kAes128Gcm},
                      HpkeSuite{.kem = HpkeKem::kX25519HkdfSha256, .aead = HpkeAead::kAes256Gcm},
                      HpkeSuite{.kem = HpkeKem::kP256HkdfSha256, .kdf = HpkeKdf::kHkdfSha512},
                      HpkeSuite{.kem = HpkeKem::kP256HkdfSha256, .aead = HpkeAead::kAes128Gcm}));

// RFC 7748's points of small order: a peer could force a secret that everybody knows.
TEST(HpkeTest, TheAllZeroSharedSecretIsRefused) {
  const HpkeSuite suite;
  const HpkePrivateKey key = Must(HpkePrivateKey::Generate(suite.kem));
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"}) {
    EXPECT_THAT(HpkeSetupReceiver(suite, *FromHex(hex), key, ""),
                StatusIs(kDenied, HasSubstr("small order")));
    EXPECT_THAT(HpkeSetupSender(suite, Must(HpkePublicKey::Decode(suite.kem, *FromHex(hex))), ""),
                StatusIs(kDenied, HasSubstr("small order")));
  }
}

TEST(HpkeTest, P256KeysAreChecked) {
  constexpr HpkeKem kKem = HpkeKem::kP256HkdfSha256;
  const auto access = InsecureSecretAccess::Get();
  std::string encoded = Must(HpkePrivateKey::Generate(kKem)).public_key().bytes();
  EXPECT_OK(HpkePublicKey::Decode(kKem, encoded));
  encoded[64] ^= 1;
  EXPECT_THAT(HpkePublicKey::Decode(kKem, encoded), StatusIs(kInvalid, HasSubstr("not a point")));
  encoded[64] ^= 1;
  encoded[0] = 6;  // the hybrid form
  EXPECT_THAT(HpkePublicKey::Decode(kKem, encoded), StatusIs(kInvalid, HasSubstr("not a point")));
  EXPECT_THAT(HpkePrivateKey::Decode(kKem, SecretBytes(32)),
              StatusIs(kInvalid, HasSubstr("between 1 and the order")));
  EXPECT_THAT(HpkePrivateKey::Decode(kKem, SecretBytes(std::string(32, '\xff'), access)),
              StatusIs(kInvalid, HasSubstr("between 1 and the order")));
}

TEST(HpkeTest, KeyAndSuiteMustAgree) {
  const HpkePrivateKey p256 = Must(HpkePrivateKey::Generate(HpkeKem::kP256HkdfSha256));
  EXPECT_THAT(HpkeSetupSender(HpkeSuite{}, p256.public_key(), ""),
              StatusIs(kInvalid, HasSubstr("another KEM")));
  EXPECT_THAT(HpkeSetupReceiver(HpkeSuite{}, p256.public_key().bytes(), p256, ""),
              StatusIs(kInvalid, HasSubstr("another KEM")));
}

TEST(HpkeTest, AnExportOnlySuiteExportsOnly) {
  const HpkeSuite suite = Must(MakeHpkeSuite(0x20, 1, 0xffff));
  const HpkePrivateKey key = Must(HpkePrivateKey::Generate(suite.kem));
  HpkeSender sender = Must(HpkeSetupSender(suite, key.public_key(), "info"));
  HpkeContext receiver = Must(HpkeSetupReceiver(suite, sender.enc, key, "info"));
  EXPECT_TRUE(SecretsEqual(Must(sender.context.Export("", 32)), Must(receiver.Export("", 32))));
  EXPECT_THAT(sender.context.Seal("", "x"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("export-only")));
  EXPECT_THAT(receiver.Export("", 255 * 32 + 1), StatusIs(kInvalid, HasSubstr("at most 8160")));
}

TEST(HpkeTest, UnknownIdentifiersAreNamed) {
  constexpr auto kUnimplemented = absl::StatusCode::kUnimplemented;
  EXPECT_THAT(MakeHpkeSuite(0x12, 1, 1), StatusIs(kUnimplemented, "HPKE KEM 18 is not supported"));
  EXPECT_THAT(MakeHpkeSuite(0x20, 2, 1), StatusIs(kUnimplemented, "HPKE KDF 2 is not supported"));
  EXPECT_THAT(MakeHpkeSuite(0x20, 1, 4), StatusIs(kUnimplemented, "HPKE AEAD 4 is not supported"));
}

}  // namespace
}  // namespace sluss
