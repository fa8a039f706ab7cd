// A notification from the school to the social services, sealed, relayed and opened.
#ifndef SLUSS_TESTS_GATEWAY_CRYPTO_ENVELOPE_FIXTURE_H_
#define SLUSS_TESTS_GATEWAY_CRYPTO_ENVELOPE_FIXTURE_H_

#include <string>
#include <utility>

#include "gateway/crypto/envelope.h"
#include "gateway/crypto/open.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/sign.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"

namespace sluss::testing {

inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
inline constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

inline Outgoing Report(const char* number = kChild) {
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

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_CRYPTO_ENVELOPE_FIXTURE_H_
