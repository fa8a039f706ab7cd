#include "gateway/crypto/envelope.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "gateway/crypto/consent.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/manifest.h"
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

TEST_F(EnvelopeTest, ANotificationWithoutSubjectHasNoPseudonym) {
  Outgoing outgoing = Report();
  outgoing.number.reset();
  const v1::Envelope envelope = Seal(outgoing);
  EXPECT_FALSE(Must(Check(envelope)).nym_ciphertext().has_value());
  const Opened opened = Must(Open(Relay(envelope)));
  EXPECT_FALSE(opened.nym.has_value());
  EXPECT_FALSE(opened.pending.has_value());
}

TEST_F(EnvelopeTest, TheSenderIsToldWhatContradicts) {
  Outgoing outgoing = Report();
  outgoing.number.reset();
  outgoing.escrow_identity = true;
  const auto seal = [&](const Outgoing& o) {
    return SealEnvelope(o, parties_.secrets(kSchool), parties_.directory());
  };
  EXPECT_THAT(seal(outgoing), StatusIs(kInvalid, HasSubstr("needs the number")));
  outgoing = Report();
  outgoing.parts["IDENTITY_ESCROW"] = "x";
  EXPECT_THAT(seal(outgoing), StatusIs(kInvalid, "`IDENTITY_ESCROW` cannot be sealed as a part"));
  outgoing = Report();
  outgoing.header.set_recipient("police/none");
  EXPECT_THAT(seal(outgoing), StatusIs(kInvalid, HasSubstr("`recipient` names `police/none`")));
  outgoing = Report();
  outgoing.header.add_consent_id(std::string(16, 'c'));
  EXPECT_THAT(seal(outgoing), StatusIs(kInvalid, HasSubstr("`consent_id`")));
}

// ---- What a sender may have done to the manifest, signed by itself
// --------------------------------

TEST_F(EnvelopeTest, EachFaultOfASignedManifestIsNamed) {
  const v1::Envelope good = Seal(Report());
  const std::string zero(32, '\0');
  struct Case {
    const char* name;
    std::function<void(v1::Manifest&, v1::Header&)> change;
    absl::StatusCode code;
    const char* error;
  };
  const Case cases[] = {
      {"protocol", [](auto&, auto& h) { h.set_protocol(2); }, kInvalid, "`protocol` is 2"},
      {"key set", [](auto&, auto& h) { h.set_key_set(9); }, kInvalid, "`key_set` is 9"},
      {"message id", [](auto&, auto& h) { h.set_message_id("x"); }, kInvalid,
       "`message_id` must be 16 bytes, not 1"},
      {"conversation", [](auto&, auto& h) { h.clear_conversation(); }, kInvalid,
       "`conversation` must be 16 bytes, not 0"},
      {"reply", [](auto&, auto& h) { h.set_reply_to("x"); }, kInvalid,
       "`reply_to` must be 16 bytes, not 1"},
      {"recipient", [](auto&, auto& h) { h.set_recipient("police/none"); }, kInvalid,
       "`recipient` names `police/none`, which is not in the key directory"},
      {"recipient's form", [](auto&, auto& h) { h.set_recipient("?"); }, kInvalid, "`recipient`: "},
      {"age",
       [](auto&, auto& h) {
         h.mutable_age()->set_from(18);
         h.mutable_age()->set_below(18);
       },
       kInvalid, "`age` is an empty interval"},
      {"consent id", [](auto&, auto& h) { h.add_consent_id("x"); }, kInvalid,
       "`consent_id` must be 16 bytes, not 1"},
      {"consent twice",
       [](auto&, auto& h) {
         h.add_consent_id(std::string(16, 'c'));
         h.add_consent_id(std::string(16, 'c'));
       },
       kInvalid, "`consent_id` cites the same consent twice"},
      {"officer", [](auto&, auto& h) { h.add_attestation()->set_officer("x"); }, kInvalid,
       "`attestation.officer` must be 32 bytes, not 1"},
      {"reason", [](auto&, auto& h) { h.add_attestation()->set_officer(std::string(32, 'o')); },
       kInvalid, "`attestation.reason_digest` must be 32 bytes, not 0"},
      {"digest twice", [](auto& m, auto&) { m.add_compartment_digest(m.compartment_digest(1)); },
       kInvalid, "`compartment_digest` is not sorted, or has one twice"},
      {"digests unsorted",
       [](auto& m, auto&) { m.mutable_compartment_digest()->SwapElements(0, 1); }, kInvalid,
       "`compartment_digest` is not sorted, or has one twice"},
      {"digest's size", [](auto& m, auto&) { m.set_compartment_digest(0, "x"); }, kInvalid,
       "`compartment_digest` must be 32 bytes, not 1"},
      {"ciphertext's size", [](auto& m, auto&) { m.set_nym_ciphertext("x"); }, kInvalid,
       "`nym_ciphertext`: ciphertext must be 64 bytes, not 1"},
      {"identity element",
       [&](auto& m, auto&) { m.mutable_nym_ciphertext()->replace(32, 32, zero); }, kInvalid,
       "`nym_ciphertext`: `C2`: point is the identity element"},
      {"non-canonical point",
       [](auto& m, auto&) { m.mutable_nym_ciphertext()->replace(0, 32, std::string(32, '\xff')); },
       kInvalid, "`nym_ciphertext`: `C1`: point is not a canonical ristretto255 encoding"},
      {"proof without ciphertext", [](auto& m, auto&) { m.clear_nym_ciphertext(); }, kInvalid,
       "`nym_proof` is there without a `nym_ciphertext`"},
      {"other purpose, old proof", [](auto&, auto& h) { h.set_purpose("COLLABORATION"); }, kDenied,
       "`nym_proof`: proof does not verify"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(Check(Resigned(good, c.change)), StatusIs(c.code, HasSubstr(c.error))) << c.name;
  }
}

// C of one child under the proof of another's; and a C copied from somebody's earlier message.
TEST_F(EnvelopeTest, ASwappedOrReplayedIdentityIsRefused) {
  const v1::Envelope mine = Seal(Report());
  const v1::Envelope other = Seal(Report(kOtherChild));
  v1::Manifest others_manifest;
  ASSERT_TRUE(others_manifest.ParseFromString(other.manifest()));
  v1::Envelope swapped = Resigned(mine, [&](v1::Manifest& m, v1::Header&) {
    m.set_nym_ciphertext(others_manifest.nym_ciphertext());
  });
  const auto refused = StatusIs(kDenied, "`nym_proof`: proof does not verify");
  EXPECT_THAT(Check(swapped), refused);
  swapped.set_nym_proof(other.nym_proof());  // good for the other manifest only
  EXPECT_THAT(Check(swapped), refused);
  v1::Envelope missing = mine;
  missing.clear_nym_proof();
  EXPECT_THAT(Check(missing), StatusIs(kInvalid, "`nym_proof`: proof must be 64 bytes, not 0"));
}

TEST_F(EnvelopeTest, SignaturesAreOverTheBytesThatCame) {
  v1::Envelope envelope = Seal(Report());
  const auto refused = StatusIs(kDenied, "`signature`: signature does not verify");
  v1::Envelope changed = envelope;
  changed.mutable_signature()->front() ^= 1;
  EXPECT_THAT(Check(changed), refused);
  changed = envelope;
  changed.clear_signature();
  EXPECT_THAT(Check(changed), refused);
  // The same message written in another way: an unknown field behind it.
  changed = envelope;
  changed.mutable_manifest()->append("\xa0\x06\x01");
  EXPECT_THAT(Check(changed), refused);
  // Signed by another agency.
  changed = envelope;
  changed.set_signature(
      parties_.secrets(kPolice).signing.Sign(sign_context::kManifest, envelope.manifest()));
  EXPECT_THAT(Check(changed), refused);
  // Signed for another purpose.
  changed.set_signature(
      parties_.secrets(kSchool).signing.Sign(sign_context::kConsent, envelope.manifest()));
  EXPECT_THAT(Check(changed), refused);
}

TEST_F(EnvelopeTest, WhatIsNoMessageIsNamed) {
  v1::Envelope envelope = Seal(Report());
  envelope.set_manifest("\xff");
  EXPECT_THAT(Check(envelope), StatusIs(kInvalid, "`manifest` is not a Manifest"));
  v1::Manifest manifest;
  manifest.set_header("\xff");
  envelope.set_manifest(manifest.SerializeAsString());
  EXPECT_THAT(Check(envelope), StatusIs(kInvalid, "`manifest.header` is not a Header"));
  EXPECT_THAT(Check(v1::Envelope()), StatusIs(kInvalid, HasSubstr("`sender`")));
}

// ---- Compartments -------------------------------------------------------------------------------

TEST_F(EnvelopeTest, EachFaultOfACompartmentIsNamed) {
  const v1::Envelope good = Seal(Report());
  struct Case {
    const char* name;
    std::function<void(v1::Envelope&)> change;
    absl::StatusCode code;
    const char* error;
  };
  const Case cases[] = {
      {"for another", [](auto& e) { e.mutable_compartment(0)->set_recipient(kPolice.value()); },
       kInvalid,
       "`compartment CONTACT`: `recipient` is `police/region-mitt`, the header's is "
       "`social-services/sundby`"},
      {"twice", [](auto& e) { *e.add_compartment() = e.compartment(0); }, kInvalid,
       "`compartment CONTACT`: its category is there twice"},
      {"no category", [](auto& e) { e.mutable_compartment(0)->clear_category(); }, kInvalid,
       "`compartment`: `category` is empty"},
      {"salt", [](auto& e) { e.mutable_compartment(0)->set_salt("x"); }, kInvalid,
       "`compartment CONTACT`: `salt` must be 32 bytes, not 1"},
      {"enc", [](auto& e) { e.mutable_compartment(0)->set_enc("x"); }, kInvalid,
       "`compartment CONTACT`: `enc` must be 32 bytes, not 1"},
      {"size", [](auto& e) { e.mutable_compartment(0)->mutable_ciphertext()->pop_back(); },
       kInvalid, "`compartment CONTACT`: `ciphertext` has 271 bytes, which is no step"},
      {"empty", [](auto& e) { e.mutable_compartment(0)->clear_ciphertext(); }, kInvalid,
       "`compartment CONTACT`: `ciphertext` has 0 bytes"},
      {"content", [](auto& e) { e.mutable_compartment(0)->mutable_ciphertext()->back() ^= 1; },
       kDenied, "`compartment CONTACT`: its digest is not in the manifest"},
      {"renamed", [](auto& e) { e.mutable_compartment(0)->set_category("HEALTH"); }, kDenied,
       "`compartment HEALTH`: its digest is not in the manifest"},
      {"missing", [](auto& e) { e.mutable_compartment()->RemoveLast(); }, kInvalid,
       "`compartment`: the manifest lists 2 compartments, 1 came"},
      {"extra",
       [](auto& e) {
         *e.add_compartment() = e.compartment(0);
         e.mutable_compartment(2)->set_category("HEALTH");
       },
       kDenied, "`compartment HEALTH`: its digest is not in the manifest"},
  };
  for (const Case& c : cases) {
    v1::Envelope envelope = good;
    c.change(envelope);
    EXPECT_THAT(Check(envelope), StatusIs(c.code, HasSubstr(c.error))) << c.name;
  }
}

TEST_F(EnvelopeTest, ADroppedCompartmentIsCountedAndTheRestStillVerifies) {
  v1::Notification notification = Relay(Seal(Report()));
  EXPECT_EQ(DropCompartments({"NARRATIVE", "HEALTH"}, notification.mutable_compartment()), 1);
  const Opened opened = Must(Open(notification));
  EXPECT_EQ(opened.withheld, 1);
  EXPECT_EQ(opened.contents.size(), 1u);
  EXPECT_EQ(opened.contents.count("NARRATIVE"), 1u);
}

// ---- The recipient trusts nobody on the way
// ------------------------------------------------------

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
  EXPECT_THAT(CheckEnvelope(Seal(Report()), *directory),
              StatusIs(kDenied, "`nym_proof`: proof does not verify"));
}

// ---- Consent ------------------------------------------------------------------------------------

class ConsentTest : public EnvelopeTest {
 protected:
  SealedConsent Deposit(const char* number = kChild) {
    v1::ConsentRecord record;
    record.set_purpose("COLLABORATION");
    return Must(
        SealConsent(record, Number(number), parties_.secrets(kSchool), parties_.directory()));
  }
  absl::StatusOr<v1::ConsentRecord> CheckDeposit(const v1::RegisterConsentRequest& request,
                                                 const AgencyId& depositor = kSchool) {
    return CheckConsentDeposit(request, depositor, parties_.directory());
  }
  v1::Envelope Citing(const ConsentWitness& witness, const char* number = kChild) {
    Outgoing outgoing = Report(number);
    outgoing.consents.push_back(witness);
    return Seal(outgoing);
  }
  absl::Status CheckProof(const v1::Envelope& envelope, const v1::ConsentRecord& record) {
    return CheckConsentProof(Must(Check(envelope)), record, parties_.directory());
  }
};

TEST_F(ConsentTest, IsBoundToTheChildOfTheNotification) {
  const SealedConsent consent = Deposit();
  const v1::ConsentRecord record = Must(CheckDeposit(consent.request));
  EXPECT_EQ(record.depositor(), kSchool.value());
  EXPECT_OK(CheckProof(Citing(consent.witness), record));
}

TEST_F(ConsentTest, AConsentOfAnotherChildIsRefused) {
  const SealedConsent consent = Deposit(kOtherChild);
  EXPECT_THAT(CheckProof(Citing(consent.witness), Must(CheckDeposit(consent.request))),
              StatusIs(kDenied, HasSubstr("proof does not verify")));
}

TEST_F(ConsentTest, AProofIsForItsManifestAndItsConsent) {
  const SealedConsent consent = Deposit();
  const v1::ConsentRecord record = Must(CheckDeposit(consent.request));
  const v1::Envelope earlier = Citing(consent.witness);
  v1::Envelope later = Citing(consent.witness);
  later.mutable_consent_proof(0)->set_proof(earlier.consent_proof(0).proof());
  EXPECT_THAT(CheckProof(later, record), StatusIs(kDenied, HasSubstr("proof does not verify")));

  v1::ConsentRecord again = Must(CheckDeposit(Deposit().request));
  again.set_consent_id(record.consent_id());
  EXPECT_THAT(CheckProof(earlier, again), StatusIs(kDenied, HasSubstr("proof does not verify")))
      << "another deposit, be it of the same child";
}

TEST_F(ConsentTest, EachFaultOfACitationIsNamed) {
  const SealedConsent consent = Deposit();
  const v1::ConsentRecord record = Must(CheckDeposit(consent.request));
  const v1::Envelope good = Citing(consent.witness);
  v1::Envelope envelope = good;
  envelope.clear_consent_proof();
  EXPECT_THAT(CheckProof(envelope, record), StatusIs(kInvalid, HasSubstr("is missing")));
  envelope = good;
  *envelope.add_consent_proof() = good.consent_proof(0);
  EXPECT_THAT(Check(envelope),
              StatusIs(kInvalid, "`consent_proof` is there twice for one consent"));
  envelope = good;
  envelope.mutable_consent_proof(0)->set_consent_id(std::string(16, 'x'));
  EXPECT_THAT(Check(envelope),
              StatusIs(kInvalid, "`consent_proof` is for a consent that is not cited"));
  envelope = good;
  envelope.mutable_consent_proof(0)->mutable_proof()->replace(0, 32, std::string(32, '\xff'));
  EXPECT_THAT(CheckProof(envelope, record),
              StatusIs(kInvalid, HasSubstr("scalar is not below the order of the group")));
  v1::ConsentRecord changed = record;
  changed.set_depositor(kPolice.value());
  EXPECT_THAT(CheckProof(good, changed),
              StatusIs(kDenied, HasSubstr("was deposited by `police/region-mitt`")));
  changed = record;
  changed.set_key_set(2);
  EXPECT_THAT(CheckProof(good, changed), StatusIs(kInvalid, HasSubstr("register it again")));
  Outgoing no_subject;
  no_subject.header = Report().header;
  no_subject.consents.push_back(consent.witness);
  EXPECT_FALSE(SealEnvelope(no_subject, parties_.secrets(kSchool), parties_.directory()).ok());
}

TEST_F(ConsentTest, EachFaultOfADepositIsNamed) {
  const SealedConsent good = Deposit();
  const auto resigned = [&](const std::function<void(v1::ConsentRecord&)>& change) {
    v1::RegisterConsentRequest request = good.request;
    v1::ConsentRecord record;
    EXPECT_TRUE(record.ParseFromString(request.record()));
    change(record);
    request.set_record(record.SerializeAsString());
    request.set_signature(
        parties_.secrets(kSchool).signing.Sign(sign_context::kConsent, request.record()));
    return CheckDeposit(request);
  };
  EXPECT_THAT(CheckDeposit(good.request, kPolice),
              StatusIs(kDenied, "`signature`: signature does not verify"));
  EXPECT_THAT(resigned([](auto& r) { r.set_depositor(kPolice.value()); }),
              StatusIs(kInvalid, "`depositor` is not the caller `school/ekbacken`"));
  EXPECT_THAT(resigned([](auto& r) { r.set_key_set(2); }),
              StatusIs(kInvalid, "`key_set` is 2, the active one is 1"));
  EXPECT_THAT(resigned([](auto& r) { r.set_consent_id("x"); }),
              StatusIs(kInvalid, "`consent_id` must be 16 bytes, not 1"));
  EXPECT_THAT(resigned([](auto& r) { r.mutable_deposit()->replace(0, 32, std::string(32, '\0')); }),
              StatusIs(kInvalid, "`deposit`: `C1`: point is the identity element"));
  EXPECT_THAT(resigned([](auto& r) { r.set_purpose("CARE_AND_SUPPORT"); }),
              StatusIs(kDenied, "`deposit_proof`: proof does not verify"));
}

TEST_F(ConsentTest, TheWitnessSurvivesStorage) {
  const auto access = InsecureSecretAccess::Get();
  const SealedConsent consent = Deposit();
  const SecretBytes stored = consent.witness.Encode(access);
  const ConsentWitness loaded = Must(ConsentWitness::Decode(stored));
  EXPECT_OK(CheckProof(Citing(loaded), Must(CheckDeposit(consent.request))));
  EXPECT_THAT(ConsentWitness::Decode(SecretBytes(stored.Get(access).substr(1), access)),
              StatusIs(kInvalid, "consent witness must be 112 bytes, not 111"));
}

}  // namespace
}  // namespace sluss
