#include "gateway/crypto/seal.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/access.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/manifest.h"
#include "gateway/crypto/padding.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha512.h"
#include "gateway/crypto/sign.h"

namespace sluss {
namespace {

constexpr size_t kIdSize = 16;
constexpr size_t kSaltSize = 32;

absl::Status CheckOutgoing(const Outgoing& outgoing) {
  if (!outgoing.number.has_value() && (outgoing.escrow_identity || !outgoing.consents.empty())) {
    return absl::InvalidArgumentError(
        "an escrowed identity or a consent needs the number of the child");
  }
  for (const auto& [category, content] : outgoing.parts) {
    if (category.empty() || category == kEscrowCategory) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", category, "` cannot be sealed as a part"));
    }
  }
  if (outgoing.header.consent_id_size() != 0) {
    return absl::InvalidArgumentError("`consent_id` is filled in from the consents given");
  }
  return absl::OkStatus();
}

v1::Header CompleteHeader(const Outgoing& outgoing, const AgencySecrets& secrets,
                          const KeyDirectory& directory) {
  v1::Header header = outgoing.header;
  header.set_protocol(1);
  if (header.message_id().empty()) header.set_message_id(RandomBytes(kIdSize));
  if (header.conversation().empty()) header.set_conversation(header.message_id());
  header.set_sender(secrets.agency.value());
  header.set_key_set(directory.key_set());
  header.set_directory(std::string(directory.short_name()));
  for (const ConsentWitness& consent : outgoing.consents) {
    header.add_consent_id(consent.consent_id().value());
  }
  return header;
}

v1::Compartment MakeCompartment(absl::string_view category, const v1::Header& header,
                                HpkeSealed sealed) {
  v1::Compartment compartment;
  compartment.set_category(std::string(category));
  compartment.set_recipient(header.recipient());
  compartment.set_salt(RandomBytes(kSaltSize));
  compartment.set_enc(std::move(sealed.enc));
  compartment.set_ciphertext(std::move(sealed.ciphertext));
  return compartment;
}

absl::Status SealParts(const Outgoing& outgoing, const v1::Header& header,
                       absl::string_view header_bytes, const AgencyEntry& recipient,
                       const KeyDirectory& directory, v1::Envelope* envelope) {
  for (const auto& [category, content] : outgoing.parts) {
    ASSIGN_OR_RETURN(HpkeSealed sealed,
                     HpkeSeal(recipient.suite, recipient.hpke, CompartmentInfo(header, category),
                              header_bytes, Pad(content)));
    *envelope->add_compartment() = MakeCompartment(category, header, std::move(sealed));
  }
  if (!outgoing.escrow_identity) return absl::OkStatus();
  ASSIGN_OR_RETURN(HpkeSealed sealed,
                   SealEscrow(*outgoing.number, header.message_id(), recipient, directory));
  *envelope->add_compartment() = MakeCompartment(kEscrowCategory, header, std::move(sealed));
  return absl::OkStatus();
}

std::string MakeManifest(std::string header_bytes, const v1::Envelope& envelope,
                         const std::optional<EncryptedNumber>& encrypted,
                         const std::optional<EncryptedNumber>& copy) {
  v1::Manifest manifest;
  manifest.set_header(std::move(header_bytes));
  for (const v1::Compartment& compartment : envelope.compartment()) {
    manifest.add_compartment_digest(CompartmentDigest(compartment));
  }
  std::sort(manifest.mutable_compartment_digest()->begin(),
            manifest.mutable_compartment_digest()->end());
  if (encrypted.has_value()) manifest.set_nym_ciphertext(encrypted->ciphertext.Encode());
  if (copy.has_value()) manifest.set_access_ciphertext(copy->ciphertext.Encode());
  return manifest.SerializeAsString();
}

// The proofs come last: they are bound to the manifest.
absl::Status AddProofs(const Outgoing& outgoing, const EncryptedNumber& encrypted,
                       const std::optional<EncryptedNumber>& copy, const AgencyEntry& recipient,
                       const KeyDirectory& directory, v1::Envelope* envelope) {
  const Sha512Digest digest = Sha512({envelope->manifest()});
  const absl::string_view binding = AsStringView(digest);
  ASSIGN_OR_RETURN(*envelope->mutable_nym_proof(), ProveCiphertext(encrypted, directory, binding));
  if (copy.has_value()) {
    ASSIGN_OR_RETURN(*envelope->mutable_access_proof(),
                     ProveAccessCopy(encrypted, recipient.joint, *copy, directory, binding));
  }
  for (const ConsentWitness& consent : outgoing.consents) {
    v1::ConsentProof& proof = *envelope->add_consent_proof();
    proof.set_consent_id(consent.consent_id().value());
    ASSIGN_OR_RETURN(const Point deposit_key, DepositKey(*outgoing.number, consent));
    ASSIGN_OR_RETURN(*proof.mutable_proof(), ProveConsent(encrypted, recipient.joint, consent,
                                                          deposit_key, directory, binding));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Envelope> SealEnvelope(const Outgoing& outgoing, const AgencySecrets& secrets,
                                          const KeyDirectory& directory) {
  RETURN_IF_ERROR(CheckOutgoing(outgoing));
  RETURN_IF_ERROR(directory.RequireAgency(secrets.agency.value(), "sender").status());
  ASSIGN_OR_RETURN(const AgencyEntry* const recipient,
                   directory.RequireAgency(outgoing.header.recipient(), "recipient"));
  const v1::Header header = CompleteHeader(outgoing, secrets, directory);
  std::string header_bytes = header.SerializeAsString();

  v1::Envelope envelope;
  RETURN_IF_ERROR(SealParts(outgoing, header, header_bytes, *recipient, directory, &envelope));
  std::optional<EncryptedNumber> encrypted, copy;
  if (outgoing.number.has_value()) {
    ASSIGN_OR_RETURN(encrypted, EncryptNumber(*outgoing.number, recipient->joint));
    if (const AgencyEntry* const domain = directory.access_domain(); domain != nullptr) {
      ASSIGN_OR_RETURN(copy, EncryptNumber(*outgoing.number, domain->joint));
    }
  }
  envelope.set_manifest(MakeManifest(std::move(header_bytes), envelope, encrypted, copy));
  envelope.set_signature(secrets.signing.Sign(sign_context::kManifest, envelope.manifest()));
  if (encrypted.has_value()) {
    RETURN_IF_ERROR(AddProofs(outgoing, *encrypted, copy, *recipient, directory, &envelope));
  }
  return envelope;
}

}  // namespace sluss
