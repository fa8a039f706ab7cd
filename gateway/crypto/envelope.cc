#include "gateway/crypto/envelope.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/consent.h"
#include "gateway/crypto/field_error.h"

namespace sluss {
namespace {

// Nothing of the manifest may be missing yet: dropping is the gateway's to do, not the sender's.
absl::Status CheckComplete(const v1::Envelope& envelope, const CheckedManifest& manifest) {
  const int listed = manifest.manifest.compartment_digest_size();
  if (envelope.compartment_size() == listed) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("`compartment`: the manifest lists ", listed,
                                                 " compartments, ", envelope.compartment_size(),
                                                 " came"));
}

absl::Status CheckConsentProofs(const v1::Envelope& envelope, const CheckedManifest& manifest) {
  std::set<absl::string_view> seen;
  const auto& cited = manifest.header.consent_id();
  for (const v1::ConsentProof& proof : envelope.consent_proof()) {
    if (std::find(cited.begin(), cited.end(), proof.consent_id()) == cited.end()) {
      return absl::InvalidArgumentError("`consent_proof` is for a consent that is not cited");
    }
    if (!seen.insert(proof.consent_id()).second) {
      return absl::InvalidArgumentError("`consent_proof` is there twice for one consent");
    }
  }
  return absl::OkStatus();
}

const v1::ConsentProof* FindProof(const v1::Envelope& envelope, absl::string_view consent_id) {
  for (const v1::ConsentProof& proof : envelope.consent_proof()) {
    if (proof.consent_id() == consent_id) return &proof;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<CheckedEnvelope> CheckEnvelope(v1::Envelope envelope,
                                              const KeyDirectory& directory) {
  ASSIGN_OR_RETURN(
      CheckedManifest manifest,
      CheckManifest(envelope.manifest(), envelope.signature(), envelope.nym_proof(), directory));
  RETURN_IF_ERROR(CheckAccessProof(manifest, envelope.access_proof(), directory));
  RETURN_IF_ERROR(CheckCompartments(envelope.compartment(), manifest));
  RETURN_IF_ERROR(CheckComplete(envelope, manifest));
  RETURN_IF_ERROR(CheckConsentProofs(envelope, manifest));

  CheckedEnvelope checked;
  for (const v1::Compartment& compartment : envelope.compartment()) {
    checked.categories_.push_back(compartment.category());
  }
  std::sort(checked.categories_.begin(), checked.categories_.end());
  checked.envelope_ = std::move(envelope);
  checked.header_ = std::move(manifest.header);
  checked.nym_ciphertext_ = manifest.nym_ciphertext;
  checked.access_ciphertext_ = std::move(*manifest.manifest.mutable_access_ciphertext());
  checked.manifest_digest_ = std::move(manifest.digest);
  return checked;
}

absl::Status CheckConsentProof(const CheckedEnvelope& checked, const v1::ConsentRecord& record,
                               const Point& deposit_key, const KeyDirectory& directory) {
  const std::string field = absl::StrCat("consent_proof ", ToHex(record.consent_id()));
  const v1::ConsentProof* const proof = FindProof(checked.envelope(), record.consent_id());
  if (proof == nullptr) {
    return AtField(field, absl::InvalidArgumentError("the proof for this consent is missing"));
  }
  if (!checked.nym_ciphertext().has_value()) {
    return AtField(field, absl::InvalidArgumentError("the notification is about no child"));
  }
  if (record.depositor() != checked.header().sender()) {
    return AtField(field, absl::PermissionDeniedError(absl::StrCat("the consent was deposited by `",
                                                                   record.depositor(), "`")));
  }
  if (record.key_set() != directory.key_set()) {
    return AtField(field,
                   absl::InvalidArgumentError(
                       "the consent was deposited under another key set; register it again"));
  }
  ASSIGN_OR_RETURN(const AgencyEntry* const recipient,
                   directory.RequireAgency(checked.header().recipient(), "recipient"));
  ASSIGN_OR_RETURN(const NymCiphertext deposit,
                   AtField("deposit", NymCiphertext::Decode(record.deposit())));
  return AtField(field, VerifyConsent(*checked.nym_ciphertext(), recipient->joint,
                                      ConsentId(record.consent_id()), deposit, deposit_key,
                                      directory, checked.manifest_digest(), proof->proof()));
}

int DropCompartments(const std::set<std::string>& permitted, Compartments* compartments) {
  const auto kept = std::remove_if(compartments->begin(), compartments->end(),
                                   [&permitted](const v1::Compartment& compartment) {
                                     return permitted.count(compartment.category()) == 0;
                                   });
  const int dropped = static_cast<int>(compartments->end() - kept);
  compartments->erase(kept, compartments->end());
  return dropped;
}

}  // namespace sluss
