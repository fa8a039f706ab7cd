#include "gateway/crypto/envelope.h"

#include <string>
#include <utility>

#include "gateway/crypto/consent.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/keyholder_requests.h"
#include "gateway/crypto/open.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/sign.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::kChild;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::Parties;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

Outgoing Report(const char* number = kChild) {
  Outgoing outgoing;
  outgoing.header.set_recipient(kSocialServices.value());
  outgoing.header.set_purpose("PROTECTION");
  outgoing.header.set_legal_basis("SOL-2025-19-1");
  outgoing.parts = {{"CONTACT", "a contact"}, {"NARRATIVE", std::string(3000, 'n')}};
  outgoing.number = Number(number);
  return outgoing;
}

class EnvelopeTest : public ::testing::Test {
 protected:
  v1::Envelope Seal(const Outgoing& outgoing) {
    return Must(SealEnvelope(outgoing, parties_.secrets(kSchool), parties_.directory()));
  }

  absl::StatusOr<CheckedEnvelope> Check(v1::Envelope envelope) {
    return CheckEnvelope(std::move(envelope), parties_.directory());
  }

  // Changes the manifest and signs it again, as a sender that breaks the rules would.
  template <typename Change>
  v1::Envelope Resigned(v1::Envelope envelope, Change change) {
    v1::Manifest manifest;
    EXPECT_TRUE(manifest.ParseFromString(envelope.manifest()));
    v1::Header header;
    EXPECT_TRUE(header.ParseFromString(manifest.header()));
    change(manifest, header);
    manifest.set_header(header.SerializeAsString());
    envelope.set_manifest(manifest.SerializeAsString());
    envelope.set_signature(
        parties_.secrets(kSchool).signing.Sign(sign_context::kManifest, envelope.manifest()));
    return envelope;
  }

  // As the gateway relays it, pseudonym included.
  v1::Notification Relay(const v1::Envelope& envelope) {
    const CheckedEnvelope checked = Must(Check(envelope));
    v1::Notification notification;
    notification.set_manifest(envelope.manifest());
    notification.set_signature(envelope.signature());
    notification.set_nym_proof(envelope.nym_proof());
    *notification.mutable_compartment() = envelope.compartment();
    if (!checked.nym_ciphertext().has_value()) return notification;
    const std::string& id = checked.header().message_id();
    *notification.mutable_gateway_hop() =
        Must(parties_.gateway().Hop(checked.recipient(), id, checked.nym_ciphertext()->Encode()));
    *notification.mutable_keyholder_hop() = Must(
        parties_.keyholder().Hop(checked.recipient(), id, notification.gateway_hop().ciphertext()));
    return notification;
  }

  absl::StatusOr<Opened> Open(const v1::Notification& notification) {
    return OpenNotification(notification, parties_.secrets(kSocialServices), parties_.directory());
  }

  Parties parties_;
};

TEST_F(EnvelopeTest, WhatIsSealedIsCheckedAndOpened) {
  const v1::Envelope envelope = Seal(Report());
  const auto checked = Check(envelope);
  ASSERT_OK(checked);
  EXPECT_THAT(checked->categories(), ElementsAre("CONTACT", "NARRATIVE"));
  EXPECT_EQ(checked->sender(), kSchool);
  const auto opened = Open(Relay(envelope));
  ASSERT_OK(opened);
  EXPECT_EQ(opened->contents.at("CONTACT"), "a contact");
  EXPECT_EQ(opened->contents.at("NARRATIVE"), std::string(3000, 'n'));
  EXPECT_EQ(opened->withheld, 0);
  ASSERT_TRUE(opened->nym.has_value());
  EXPECT_EQ(opened->nym->value().size(), 32u);
  EXPECT_FALSE(opened->pending.has_value());
  EXPECT_EQ(opened->header.conversation(), opened->header.message_id());
}

TEST_F(EnvelopeTest, SizesTellTheStepOnly) {
  const v1::Envelope envelope = Seal(Report());
  EXPECT_EQ(envelope.compartment(0).ciphertext().size(), 256 + kHpkeTagSize);
  EXPECT_EQ(envelope.compartment(1).ciphertext().size(), 4096 + kHpkeTagSize);
}

}  // namespace
}  // namespace sluss
