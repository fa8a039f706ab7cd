#include "gateway/crypto/open.h"

#include <algorithm>
#include <functional>
#include <string>

#include "gateway/crypto/envelope.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/manifest.h"
#include "gateway/crypto/seal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/crypto/envelope_fixture.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::EnvelopeTest;
using ::sluss::testing::kChild;
using ::sluss::testing::kDenied;
using ::sluss::testing::kInvalid;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Report;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(EnvelopeTest, ADroppedCompartmentIsCountedAndTheRestStillVerifies) {
  v1::Notification notification = Relay(Seal(Report()));
  EXPECT_EQ(DropCompartments({"NARRATIVE", "HEALTH"}, notification.mutable_compartment()), 1);
  const Opened opened = Must(Open(notification));
  EXPECT_EQ(opened.withheld, 1);
  EXPECT_EQ(opened.contents.size(), 1u);
  EXPECT_EQ(opened.contents.count("NARRATIVE"), 1u);
}

// ---- The recipient trusts nobody on the way -----------------------------------------------------

TEST_F(EnvelopeTest, TheRecipientFindsEachFault) {
  const v1::Notification good = Relay(Seal(Report()));
  struct Case {
    const char* name;
    std::function<void(v1::Notification&)> change;
    absl::StatusCode code;
    const char* error;
  };
  const Case cases[] = {
      {"signature", [](auto& n) { n.mutable_signature()->back() ^= 1; }, kDenied,
       "`signature`: signature does not verify"},
      {"proof of the original", [](auto& n) { n.mutable_nym_proof()->front() ^= 1; }, kDenied,
       "`nym_proof`: proof does not verify"},
      {"digest", [](auto& n) { n.mutable_compartment(1)->mutable_ciphertext()->front() ^= 1; },
       kDenied, "`compartment NARRATIVE`: its digest is not in the manifest"},
      {"gateway's hop", [](auto& n) { n.mutable_gateway_hop()->mutable_proof()->front() ^= 1; },
       kDenied, "`gateway_hop`: `proof`: proof does not verify"},
      {"key holder's hop",
       [](auto& n) { n.mutable_keyholder_hop()->mutable_proof()->front() ^= 1; }, kDenied,
       "`keyholder_hop`: `proof`: proof does not verify"},
      {"gateway's hop missing", [](auto& n) { n.clear_gateway_hop(); }, kInvalid,
       "`gateway_hop`: the hop was skipped: it is missing"},
      {"key holder's hop missing", [](auto& n) { n.clear_keyholder_hop(); }, kInvalid,
       "`keyholder_hop`: the hop was skipped: it is missing"},
      {"key holder's hop void",
       [](auto& n) { n.mutable_keyholder_hop()->set_ciphertext(n.gateway_hop().ciphertext()); },
       kInvalid, "`keyholder_hop`: `ciphertext`: the hop was skipped: it changed nothing"},
      {"hops exchanged", [](auto& n) { n.mutable_gateway_hop()->Swap(n.mutable_keyholder_hop()); },
       kDenied, "`gateway_hop`: `proof`: proof does not verify"},
  };
  ASSERT_OK(Open(good));
  for (const Case& c : cases) {
    v1::Notification notification = good;
    c.change(notification);
    EXPECT_THAT(Open(notification), StatusIs(c.code, HasSubstr(c.error))) << c.name;
  }
  EXPECT_THAT(OpenNotification(good, parties_.secrets(kPolice), parties_.directory()),
              StatusIs(kInvalid, "`recipient` is `social-services/sundby`, not this agency"));
}

// Another message's hop, proofs and all.
TEST_F(EnvelopeTest, AHopOfAnotherMessageIsRefused) {
  v1::Notification mine = Relay(Seal(Report()));
  const v1::Notification other = Relay(Seal(Report(kOtherChild)));
  *mine.mutable_gateway_hop() = other.gateway_hop();
  *mine.mutable_keyholder_hop() = other.keyholder_hop();
  EXPECT_THAT(Open(mine), StatusIs(kDenied, "`gateway_hop`: `proof`: proof does not verify"));
}

// Sealed to the recipient's key, but for another message: header and info bind.
TEST_F(EnvelopeTest, ACompartmentSealedForAnotherMessageDoesNotOpen) {
  const v1::Envelope other = Seal(Report());
  v1::Envelope mine = Seal(Report());
  *mine.mutable_compartment() = other.compartment();
  v1::Manifest others_manifest;
  ASSERT_TRUE(others_manifest.ParseFromString(other.manifest()));
  Outgoing without_subject = Report();
  without_subject.number.reset();
  v1::Envelope copied = Resigned(Seal(without_subject), [&](v1::Manifest& m, v1::Header&) {
    *m.mutable_compartment_digest() = others_manifest.compartment_digest();
  });
  *copied.mutable_compartment() = other.compartment();
  EXPECT_THAT(Open(Relay(copied)), StatusIs(kDenied, "`compartment CONTACT`: seal does not open"));
}

TEST_F(EnvelopeTest, BadPaddingIsRefused) {
  Outgoing outgoing = Report();
  outgoing.number.reset();
  v1::Envelope envelope = Seal(outgoing);
  v1::Manifest manifest;
  ASSERT_TRUE(manifest.ParseFromString(envelope.manifest()));
  v1::Header header;
  ASSERT_TRUE(header.ParseFromString(manifest.header()));
  const AgencyEntry& recipient = *parties_.directory().FindAgency(kSocialServices);
  v1::Compartment& compartment = *envelope.mutable_compartment(0);
  const HpkeSealed sealed = Must(HpkeSeal(recipient.suite, recipient.hpke,
                                          CompartmentInfo(header, compartment.category()),
                                          manifest.header(), std::string(256, 'x')));
  compartment.set_enc(sealed.enc);
  compartment.set_ciphertext(sealed.ciphertext);
  envelope = Resigned(envelope, [&](v1::Manifest& m, v1::Header&) {
    m.clear_compartment_digest();
    for (const auto& c : envelope.compartment()) m.add_compartment_digest(CompartmentDigest(c));
    std::sort(m.mutable_compartment_digest()->begin(), m.mutable_compartment_digest()->end());
  });
  EXPECT_THAT(Open(Relay(envelope)), StatusIs(kInvalid, "`compartment CONTACT`: bad padding"));
}

TEST_F(EnvelopeTest, ThePseudonymMayFollow) {
  const v1::Notification whole = Relay(Seal(Report()));
  v1::Notification early = whole;
  early.clear_gateway_hop();
  early.clear_keyholder_hop();
  const Opened opened = Must(Open(early));
  EXPECT_FALSE(opened.nym.has_value());
  ASSERT_TRUE(opened.pending.has_value());
  v1::PseudonymUpdate update;
  *update.mutable_gateway_hop() = whole.gateway_hop();
  *update.mutable_keyholder_hop() = whole.keyholder_hop();
  const auto recover = [&](const v1::PseudonymUpdate& u) {
    return RecoverNym(*opened.pending, u, parties_.secrets(kSocialServices), parties_.directory());
  };
  EXPECT_EQ(Must(recover(update)), *Must(Open(whole)).nym);
  update.mutable_keyholder_hop()->mutable_proof()->front() ^= 1;
  EXPECT_THAT(recover(update),
              StatusIs(kDenied, "`keyholder_hop`: `proof`: proof does not verify"));
}

TEST_F(EnvelopeTest, AnEscrowedIdentityTravelsUnopened) {
  Outgoing outgoing = Report();
  outgoing.escrow_identity = true;
  const v1::Envelope envelope = Seal(outgoing);
  EXPECT_THAT(Must(Check(envelope)).categories(),
              ElementsAre("CONTACT", "IDENTITY_ESCROW", "NARRATIVE"));
  const Opened opened = Must(Open(Relay(envelope)));
  EXPECT_EQ(opened.contents.count("IDENTITY_ESCROW"), 0u);
  ASSERT_TRUE(opened.escrow.has_value());
  v1::PeelRequest request;
  request.set_message_id(opened.header.message_id());
  request.set_recipient(kSocialServices.value());
  request.set_key_set(1);
  request.set_enc(opened.escrow->enc());
  request.set_ciphertext(opened.escrow->ciphertext());
  const std::string inner = Must(parties_.keyholder().Peel(request));
  const CanonicalNumber number =
      Must(OpenEscrow(inner, opened.header.message_id(), parties_.secrets(kSocialServices)));
  EXPECT_EQ(number.Get(InsecureSecretAccess::Get()), kChild);
}

TEST_F(EnvelopeTest, ADirectoryThatDiffersFailsLoudly) {
  v1::KeyDirectory other = parties_.proto();
  other.mutable_log()->set_origin("log.example");
  const auto directory = Must(KeyDirectory::Activate(other));
  v1::Envelope envelope = Seal(Report());
  EXPECT_THAT(CheckEnvelope(envelope, *directory),
              StatusIs(kInvalid, HasSubstr("whose keys are not honoured here")));
  // The name is for finding the keys; what binds is the whole digest.
  v1::Manifest manifest;
  v1::Header header;
  ASSERT_TRUE(manifest.ParseFromString(envelope.manifest()));
  ASSERT_TRUE(header.ParseFromString(manifest.header()));
  header.set_directory(std::string(directory->short_name()));
  manifest.set_header(header.SerializeAsString());
  envelope.set_manifest(manifest.SerializeAsString());
  envelope.set_signature(
      parties_.secrets(kSchool).signing.Sign(sign_context::kManifest, envelope.manifest()));
  EXPECT_THAT(CheckEnvelope(envelope, *directory),
              StatusIs(kDenied, "`nym_proof`: proof does not verify"));
}

}  // namespace
}  // namespace sluss
