#include "gateway/crypto/key_backup.h"

#include <string>

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
constexpr auto kNotYet = absl::StatusCode::kFailedPrecondition;

class KeyBackupTest : public ::testing::Test {
 protected:
  static HpkePrivateKey Officer() {
    return Must(HpkePrivateKey::Generate(HpkeKem::kX25519HkdfSha256));
  }
  v1::KeyBackup Seal() {
    return Must(SealBackup("holder.key", SecretBytes("the shares", InsecureSecretAccess::Get()),
                           {anna_.public_key(), bo_.public_key()}));
  }

  const HpkePrivateKey anna_ = Officer();
  const HpkePrivateKey bo_ = Officer();
};

TEST_F(KeyBackupTest, OpensWhenBothOfficersAct) {
  const v1::KeyBackup half = Must(TakeOffLayer(Seal(), anna_));
  EXPECT_EQ(half.file(), "holder.key");
  const SecretBytes content = Must(OpenBackup(half, bo_));
  EXPECT_EQ(content.Get(InsecureSecretAccess::Get()), "the shares");
}

TEST_F(KeyBackupTest, OneOfficerAloneGetsNothing) {
  const v1::KeyBackup whole = Seal();
  EXPECT_THAT(OpenBackup(whole, anna_).status(), StatusIs(kNotYet, HasSubstr("2 layers are on")));
  EXPECT_THAT(TakeOffLayer(whole, bo_).status(),
              StatusIs(kInvalid, HasSubstr("the outermost layer is for the officer with key")));
  const v1::KeyBackup half = Must(TakeOffLayer(whole, anna_));
  EXPECT_THAT(OpenBackup(half, anna_).status(), StatusIs(kInvalid, HasSubstr("not for this one")));
  EXPECT_THAT(TakeOffLayer(half, bo_).status(), StatusIs(kNotYet, HasSubstr("one layer is left")));
}

TEST_F(KeyBackupTest, AChangedBackupDoesNotOpen) {
  v1::KeyBackup backup = Seal();
  backup.set_file("log.key");
  EXPECT_THAT(TakeOffLayer(backup, anna_).status(), StatusIs(kDenied, HasSubstr("`ciphertext`")));
  backup = Seal();
  backup.mutable_ciphertext()->back() ^= 1;
  EXPECT_THAT(TakeOffLayer(backup, anna_).status(), StatusIs(kDenied, HasSubstr("`ciphertext`")));
  backup = Seal();
  backup.set_officer(1, anna_.public_key().bytes());
  EXPECT_THAT(TakeOffLayer(backup, anna_).status(), StatusIs(kDenied, HasSubstr("`ciphertext`")));
}

TEST_F(KeyBackupTest, NeedsTwoDifferentOfficers) {
  const SecretBytes content("x", InsecureSecretAccess::Get());
  EXPECT_THAT(SealBackup("a", content, {anna_.public_key()}).status(),
              StatusIs(kInvalid, HasSubstr("at least two different officers")));
  EXPECT_THAT(SealBackup("a", content, {anna_.public_key(), anna_.public_key()}).status(),
              StatusIs(kInvalid, HasSubstr("at least two different officers")));
}

}  // namespace
}  // namespace sluss
