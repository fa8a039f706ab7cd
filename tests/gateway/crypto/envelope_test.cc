#include "gateway/crypto/envelope.h"

#include <functional>
#include <string>

#include "gateway/crypto/open.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/sign.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/crypto/envelope_fixture.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::EnvelopeTest;
using ::sluss::testing::kDenied;
using ::sluss::testing::kInvalid;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::Must;
using ::sluss::testing::Report;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

// ---- What a sender may do to the manifest and sign ----------------------------------------------

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
  EXPECT_THAT(Check(v1::Envelope()), StatusIs(kInvalid, HasSubstr("`directory` is missing")));
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

}  // namespace
}  // namespace sluss
