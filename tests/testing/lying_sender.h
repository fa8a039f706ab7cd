// A sender that breaks the rules where nobody on the way can see it.
#ifndef SLUSS_TESTS_TESTING_LYING_SENDER_H_
#define SLUSS_TESTS_TESTING_LYING_SENDER_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "gateway/crypto/access.h"
#include "gateway/crypto/consent.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/manifest.h"
#include "gateway/crypto/pseudonym.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/sha512.h"
#include "gateway/crypto/sign.h"
#include "tests/testing/parties.h"

namespace sluss::testing {

// As SealEnvelope makes it, about `outgoing.number`, but with what `replace` makes of the escrow:
// signed and proved anew, so that every check on the way holds.
template <typename Replace>
v1::Envelope SealWithEscrow(const Outgoing& outgoing, const Parties& parties,
                            const AgencyId& sender, Replace replace) {
  v1::Envelope envelope =
      Must(SealEnvelope(outgoing, parties.secrets(sender), parties.directory()));
  v1::Manifest before, manifest;
  v1::Header header;
  EXPECT_TRUE(before.ParseFromString(envelope.manifest()));
  EXPECT_TRUE(header.ParseFromString(before.header()));
  for (v1::Compartment& compartment : *envelope.mutable_compartment()) {
    if (compartment.category() == std::string(kEscrowCategory)) replace(header, &compartment);
    manifest.add_compartment_digest(CompartmentDigest(compartment));
  }
  std::sort(manifest.mutable_compartment_digest()->begin(),
            manifest.mutable_compartment_digest()->end());
  manifest.set_header(before.header());
  const Point& recipient = parties.directory().FindAgency(AgencyId(header.recipient()))->joint;
  const EncryptedNumber encrypted = Must(EncryptNumber(*outgoing.number, recipient));
  const AgencyEntry* const domain = parties.directory().access_domain();
  std::optional<EncryptedNumber> copy;
  if (domain != nullptr) copy = Must(EncryptNumber(*outgoing.number, domain->joint));
  manifest.set_nym_ciphertext(encrypted.ciphertext.Encode());
  if (copy) manifest.set_access_ciphertext(copy->ciphertext.Encode());
  envelope.set_manifest(manifest.SerializeAsString());
  envelope.set_signature(
      parties.secrets(sender).signing.Sign(sign_context::kManifest, envelope.manifest()));
  const Sha512Digest digest = Sha512({envelope.manifest()});
  envelope.set_nym_proof(
      Must(ProveCiphertext(encrypted, parties.directory(), AsStringView(digest))));
  if (copy) {
    envelope.set_access_proof(Must(
        ProveAccessCopy(encrypted, recipient, *copy, parties.directory(), AsStringView(digest))));
  }
  envelope.clear_consent_proof();
  for (const ConsentWitness& consent : outgoing.consents) {
    v1::ConsentProof& proof = *envelope.add_consent_proof();
    proof.set_consent_id(consent.consent_id().value());
    proof.set_proof(Must(ProveConsent(encrypted, recipient, consent,
                                      parties.directory().FindAgency(sender)->joint,
                                      parties.directory(), AsStringView(digest))));
  }
  return envelope;
}

// The escrow of another child.
inline v1::Envelope SealLying(const Outgoing& outgoing, const Parties& parties,
                              const AgencyId& sender, const char* escrowed) {
  return SealWithEscrow(
      outgoing, parties, sender, [&](const v1::Header& header, v1::Compartment* compartment) {
        HpkeSealed sealed = Must(SealEscrow(
            Number(escrowed), header.message_id(),
            *parties.directory().FindAgency(AgencyId(header.recipient())), parties.directory()));
        compartment->set_enc(std::move(sealed.enc));
        compartment->set_ciphertext(std::move(sealed.ciphertext));
      });
}

// Bytes in which nobody will ever read anything.
inline v1::Envelope SealUnreadable(const Outgoing& outgoing, const Parties& parties,
                                   const AgencyId& sender) {
  return SealWithEscrow(outgoing, parties, sender,
                        [](const v1::Header&, v1::Compartment* compartment) {
                          (*compartment->mutable_ciphertext())[0] ^= 1;
                        });
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_TESTING_LYING_SENDER_H_
