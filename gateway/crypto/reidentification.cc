#include "gateway/crypto/reidentification.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/attestation.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/manifest.h"

namespace sluss {
namespace {

constexpr size_t kDigestSize = 32;

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` ", text));
}

absl::Status CheckAttestationForm(const v1::Attestation& attestation) {
  if (attestation.officer().size() != kOfficerPseudonymSize) {
    return Fault("attestation.officer", "must be 32 bytes");
  }
  if (attestation.reason_digest().size() != kDigestSize) {
    return Fault("attestation.reason_digest", "must be 32 bytes: each officer gives a reason");
  }
  if (!attestation.weighing_digest().empty() &&
      attestation.weighing_digest().size() != kDigestSize) {
    return Fault("attestation.weighing_digest", "must be 32 bytes");
  }
  return absl::OkStatus();
}

absl::Status CheckFields(const v1::ReidentificationOrder& order, const AgencyId& agency,
                         const KeyDirectory& directory) {
  if (order.agency() != agency.value()) return Fault("agency", "is another than the caller");
  if (order.purpose() != kReidentificationPurpose) {
    return Fault("purpose", absl::StrCat("must be ", kReidentificationPurpose));
  }
  if (order.legal_basis().empty()) {
    return Fault("legal_basis", "is missing: it is not that of the message");
  }
  if (order.key_set() != directory.key_set()) {
    return Fault("key_set",
                 absl::StrCat("is ", order.key_set(), ", the active one is ", directory.key_set()));
  }
  for (const v1::Attestation& attestation : order.attestation()) {
    RETURN_IF_ERROR(CheckAttestationForm(attestation));
  }
  return ParseId16<MessageId>(order.message_id(), "message_id").status();
}

// The error is that of the key in force.
absl::Status CheckSignature(const v1::ReidentifyRequest& request, const AgencyId& agency,
                            const DirectoryRing& keys) {
  RETURN_IF_ERROR(keys.RequireAgency(agency.value(), "agency"));
  absl::Status first;
  for (const AgencyEntry* const entry : keys.KeysOf(agency)) {
    const absl::Status status =
        VerifySignature(entry->signing_public, sign_context::kReidentification, request.order(),
                        request.signature());
    if (status.ok()) return status;
    if (first.ok()) first = status;
  }
  return AtField("signature", first);
}

// That the manifest is of this message, and the escrow of this manifest.
absl::Status CheckEscrow(const v1::ReidentifyRequest& request,
                         const v1::ReidentificationOrder& order, const DirectoryRing& keys) {
  v1::Manifest manifest;
  v1::Header header;
  if (!manifest.ParseFromString(request.manifest()) || !header.ParseFromString(manifest.header())) {
    return Fault("manifest", "is not a Manifest");
  }
  if (header.message_id() != order.message_id() || header.recipient() != order.agency()) {
    return Fault("manifest", "is that of another message");
  }
  RETURN_IF_ERROR(keys.Find(header.directory(), "manifest.directory").status());
  if (request.escrow().category() != std::string(kEscrowCategory)) {
    return Fault("escrow", absl::StrCat("must be the compartment ", kEscrowCategory));
  }
  const std::string digest = CompartmentDigest(request.escrow());
  const auto& digests = manifest.compartment_digest();
  if (std::find(digests.begin(), digests.end(), digest) != digests.end()) return absl::OkStatus();
  return absl::PermissionDeniedError("`escrow` is not the one that came with the message");
}

}  // namespace

v1::ReidentifyRequest SignOrder(const v1::ReidentificationOrder& order, const SigningKey& agency) {
  v1::ReidentifyRequest request;
  request.set_order(order.SerializeAsString());
  request.set_signature(agency.Sign(sign_context::kReidentification, request.order()));
  return request;
}

absl::StatusOr<v1::ReidentificationOrder> CheckOrder(const v1::ReidentifyRequest& request,
                                                     const AgencyId& agency,
                                                     const DirectoryRing& keys) {
  RETURN_IF_ERROR(CheckSignature(request, agency, keys));
  v1::ReidentificationOrder order;
  if (!order.ParseFromString(request.order())) {
    return Fault("order", "is not a ReidentificationOrder");
  }
  RETURN_IF_ERROR(CheckFields(order, agency, keys.current()));
  RETURN_IF_ERROR(CheckEscrow(request, order, keys));
  return order;
}

v1::PeelRequest PeelRequestOf(const v1::ReidentificationOrder& order,
                              const v1::Compartment& escrow) {
  v1::PeelRequest request;
  request.set_message_id(order.message_id());
  request.set_recipient(order.agency());
  request.set_key_set(order.key_set());
  request.set_enc(escrow.enc());
  request.set_ciphertext(escrow.ciphertext());
  return request;
}

}  // namespace sluss
