// AES-256-GCM against a published vector, and that every byte counts.
#include "gateway/crypto/aead.h"

#include <set>
#include <string>

#include "gateway/base/hex.h"
#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::Must;
using testing::StatusIs;

SecretBytes Key(const std::string& hex) {
  return SecretBytes(Must(FromHex(hex)), InsecureSecretAccess::Get());
}

// The GCM specification (McGrew and Viega), test case 16.
TEST(AeadTest, OpensThePublishedVector) {
  const SecretBytes key = Key("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string sealed =
      Must(FromHex("cafebabefacedbaddecaf888"
                   "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                   "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                   "76fc6ece0f4e1768cddf8853bb2d551b"));
  const std::string aad = Must(FromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  EXPECT_EQ(ToHex(Must(AeadOpen(key, aad, sealed))),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

TEST(AeadTest, OpensWhatItSealedAndNothingThatDiffers) {
  const SecretBytes key = RandomSecret(kAeadKeySize), other = RandomSecret(kAeadKeySize);
  for (const std::string& plain : {std::string(), std::string("x"), std::string(5000, 'x')}) {
    const std::string sealed = Must(AeadSeal(key, "bound", plain));
    EXPECT_EQ(sealed.size(), plain.size() + kAeadOverhead);
    EXPECT_EQ(Must(AeadOpen(key, "bound", sealed)), plain);
    EXPECT_EQ(Must(AeadOpenSecret(key, "bound", sealed)).Get(InsecureSecretAccess::Get()), plain);
    const auto denied = [&](const absl::StatusOr<std::string>& opened) {
      EXPECT_THAT(opened, StatusIs(absl::StatusCode::kPermissionDenied, "seal does not open"));
    };
    denied(AeadOpen(other, "bound", sealed));
    denied(AeadOpen(key, "bounD", sealed));
    denied(AeadOpen(key, "", sealed));
    for (size_t i = 0; i < sealed.size(); i += 1 + sealed.size() / 50) {
      std::string changed = sealed;
      changed[i] ^= 1;
      denied(AeadOpen(key, "bound", changed));
      denied(AeadOpen(key, "bound", sealed.substr(0, i)));
    }
  }
}

TEST(AeadTest, NoNonceComesTwice) {
  const SecretBytes key = RandomSecret(kAeadKeySize);
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) nonces.insert(Must(AeadSeal(key, "", "")).substr(0, 12));
  EXPECT_EQ(nonces.size(), 1000u);
}

TEST(AeadTest, AKeyOfAnotherSizeIsRefused) {
  for (const size_t size : {0u, 16u, 31u, 33u}) {
    EXPECT_THAT(AeadSeal(RandomSecret(size), "", "x"),
                StatusIs(absl::StatusCode::kInvalidArgument, ::testing::_));
    EXPECT_THAT(AeadOpen(RandomSecret(size), "", std::string(40, 'x')),
                StatusIs(absl::StatusCode::kInvalidArgument, ::testing::_));
  }
}

}  // namespace
}  // namespace sluss
