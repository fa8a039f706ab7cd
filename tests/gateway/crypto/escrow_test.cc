#include "gateway/crypto/escrow.h"

#include <string>

#include "gateway/crypto/keyholder_requests.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::kChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::Parties;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class EscrowTest : public ::testing::Test {
 protected:
  const KeyDirectory& directory() { return parties_.directory(); }

  v1::PeelRequest Request() {
    const HpkeSealed sealed = Must(SealEscrow(
        Number(kChild), kMessageId, *directory().FindAgency(kSocialServices), directory()));
    v1::PeelRequest request;
    request.set_message_id(kMessageId);
    request.set_recipient(kSocialServices.value());
    request.set_key_set(1);
    request.set_enc(sealed.enc);
    request.set_ciphertext(sealed.ciphertext);
    SignPeelRequest(parties_.gateway().signing(), directory(), &request);
    return request;
  }

  Parties parties_;
  static constexpr char kMessageId[] = "0123456789abcdef";
};

TEST_F(EscrowTest, OpensOnlyWhenKeyHolderAndRecipientBothTakePart) {
  const v1::PeelRequest request = Request();
  ASSERT_OK(CheckPeelRequest(directory(), request));
  const std::string inner = Must(parties_.keyholder().Peel(request));
  EXPECT_EQ(inner.find(kChild), std::string::npos);
  const CanonicalNumber number =
      Must(OpenEscrow(inner, kMessageId, parties_.secrets(kSocialServices)));
  EXPECT_EQ(number.Get(InsecureSecretAccess::Get()), kChild);
  EXPECT_THAT(OpenEscrow(request.ciphertext(), kMessageId, parties_.secrets(kSocialServices)),
              StatusIs(kDenied, "`inner`: seal does not open"));
  EXPECT_THAT(parties_.gateway().Peel(request),
              StatusIs(kDenied, "`ciphertext`: seal does not open"));
}

TEST_F(EscrowTest, BothLayersBindMessageAndRecipient) {
  const v1::PeelRequest request = Request();
  v1::PeelRequest changed = request;
  changed.set_message_id("fedcba9876543210");
  EXPECT_THAT(CheckPeelRequest(directory(), changed),
              StatusIs(kDenied, "`gateway_signature`: signature does not verify"));
  EXPECT_THAT(parties_.keyholder().Peel(changed),
              StatusIs(kDenied, "`ciphertext`: seal does not open"));
  changed = request;
  changed.set_recipient(kPolice.value());
  EXPECT_THAT(parties_.keyholder().Peel(changed),
              StatusIs(kDenied, "`ciphertext`: seal does not open"));
  changed = request;
  changed.set_key_set(2);
  EXPECT_THAT(parties_.keyholder().Peel(changed), StatusIs(kInvalid, HasSubstr("key_set")));
  EXPECT_THAT(CheckPeelRequest(directory(), changed), StatusIs(kInvalid, HasSubstr("key_set")));

  const std::string inner = Must(parties_.keyholder().Peel(request));
  EXPECT_THAT(OpenEscrow(inner, "fedcba9876543210", parties_.secrets(kSocialServices)),
              StatusIs(kDenied, "`inner`: seal does not open"));
  EXPECT_THAT(OpenEscrow(inner, kMessageId, parties_.secrets(kPolice)),
              StatusIs(kDenied, "`inner`: seal does not open"));
  EXPECT_THAT(OpenEscrow("short", kMessageId, parties_.secrets(kSocialServices)),
              StatusIs(kInvalid, HasSubstr("shorter than")));
}

}  // namespace
}  // namespace sluss
