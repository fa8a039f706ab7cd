#include "gateway/crypto/manifest.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/access.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/padding.h"
#include "gateway/crypto/sha256.h"
#include "gateway/crypto/sha512.h"
#include "gateway/crypto/sign.h"

namespace sluss {
namespace {

constexpr uint32_t kProtocol = 1;
constexpr size_t kDigestSize = 32;

absl::Status CheckSize(absl::string_view field, size_t wanted, size_t size) {
  if (size == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`", field, "` must be ", wanted, " bytes, not ", size));
}

absl::Status Parse(absl::string_view bytes, v1::Manifest* manifest, v1::Header* header) {
  if (!manifest->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError("`manifest` is not a Manifest");
  }
  if (!header->ParseFromString(manifest->header())) {
    return absl::InvalidArgumentError("`manifest.header` is not a Header");
  }
  return absl::OkStatus();
}

absl::Status CheckConsentIds(const v1::Header& header) {
  std::set<absl::string_view> seen;
  for (const std::string& id : header.consent_id()) {
    RETURN_IF_ERROR(ParseId16<ConsentId>(id, "consent_id").status());
    if (!seen.insert(id).second) {
      return absl::InvalidArgumentError("`consent_id` cites the same consent twice");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAttestations(const v1::Header& header) {
  for (const v1::Attestation& attestation : header.attestation()) {
    RETURN_IF_ERROR(CheckSize("attestation.officer", kDigestSize, attestation.officer().size()));
    RETURN_IF_ERROR(
        CheckSize("attestation.reason_digest", kDigestSize, attestation.reason_digest().size()));
    if (attestation.weighing_digest().empty()) continue;
    RETURN_IF_ERROR(CheckSize("attestation.weighing_digest", kDigestSize,
                              attestation.weighing_digest().size()));
  }
  return absl::OkStatus();
}

absl::Status CheckHeader(const v1::Header& header, const KeyDirectory& directory) {
  if (header.protocol() != kProtocol) {
    return absl::InvalidArgumentError(
        absl::StrCat("`protocol` is ", header.protocol(), ", only ", kProtocol, " is spoken"));
  }
  if (header.key_set() != directory.key_set()) {
    return absl::InvalidArgumentError(absl::StrCat("`key_set` is ", header.key_set(),
                                                   ", the active one is ", directory.key_set()));
  }
  RETURN_IF_ERROR(ParseId16<MessageId>(header.message_id(), "message_id").status());
  RETURN_IF_ERROR(ParseId16<MessageId>(header.conversation(), "conversation").status());
  if (!header.reply_to().empty()) {
    RETURN_IF_ERROR(ParseId16<MessageId>(header.reply_to(), "reply_to").status());
  }
  if (!v1::CorrectionKind_IsValid(header.correction())) {
    return absl::InvalidArgumentError("`correction` is of a kind that is not known here");
  }
  if (header.correction() != v1::CORRECTION_KIND_UNSPECIFIED && header.reply_to().empty()) {
    return absl::InvalidArgumentError("`reply_to` is missing: it names what is corrected");
  }
  // `below` 0: no upper end.
  if (header.has_age() && header.age().below() != 0 &&
      header.age().from() >= header.age().below()) {
    return absl::InvalidArgumentError("`age` is an empty interval");
  }
  RETURN_IF_ERROR(CheckConsentIds(header));
  return CheckAttestations(header);
}

absl::Status CheckDigests(const v1::Manifest& manifest) {
  for (const std::string& digest : manifest.compartment_digest()) {
    RETURN_IF_ERROR(CheckSize("compartment_digest", kDigestSize, digest.size()));
  }
  const auto& digests = manifest.compartment_digest();
  const auto not_ascending = [](const std::string& a, const std::string& b) { return a >= b; };
  if (std::adjacent_find(digests.begin(), digests.end(), not_ascending) == digests.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("`compartment_digest` is not sorted, or has one twice");
}

absl::StatusOr<std::optional<NymCiphertext>> CheckCiphertext(const v1::Manifest& manifest,
                                                             absl::string_view nym_proof,
                                                             absl::string_view digest,
                                                             const KeyDirectory& directory) {
  if (manifest.nym_ciphertext().empty()) {
    if (nym_proof.empty()) return std::optional<NymCiphertext>();
    return absl::InvalidArgumentError("`nym_proof` is there without a `nym_ciphertext`");
  }
  ASSIGN_OR_RETURN(const NymCiphertext ciphertext,
                   AtField("nym_ciphertext", NymCiphertext::Decode(manifest.nym_ciphertext())));
  RETURN_IF_ERROR(AtField("nym_proof", VerifyCiphertext(ciphertext, directory, digest, nym_proof)));
  return std::optional<NymCiphertext>(ciphertext);
}

// It is there exactly where there is a domain and a number.
absl::StatusOr<std::optional<NymCiphertext>> DecodeAccess(const v1::Manifest& manifest,
                                                          const KeyDirectory& directory) {
  const bool wanted = directory.access_domain() != nullptr && !manifest.nym_ciphertext().empty();
  if (manifest.access_ciphertext().empty()) {
    if (!wanted) return std::optional<NymCiphertext>();
    return absl::InvalidArgumentError(
        "`access_ciphertext` is missing: the child has a right to be told of this disclosure");
  }
  if (!wanted) {
    return absl::InvalidArgumentError(
        directory.access_domain() == nullptr
            ? "`access_ciphertext` is there, but the key directory names no `access_domain`"
            : "`access_ciphertext` is there without a `nym_ciphertext`");
  }
  ASSIGN_OR_RETURN(
      const NymCiphertext copy,
      AtField("access_ciphertext", NymCiphertext::Decode(manifest.access_ciphertext())));
  return std::optional<NymCiphertext>(copy);
}

absl::Status CheckCompartment(const v1::Compartment& compartment, const CheckedManifest& checked) {
  if (compartment.recipient() != checked.header.recipient()) {
    return absl::InvalidArgumentError(absl::StrCat("`recipient` is `", compartment.recipient(),
                                                   "`, the header's is `",
                                                   checked.header.recipient(), "`"));
  }
  const HpkeKem kem = compartment.category() == kEscrowCategory ? HpkeKem::kX25519HkdfSha256
                                                                : checked.recipient->suite.kem;
  RETURN_IF_ERROR(CheckSize("salt", kDigestSize, compartment.salt().size()));
  RETURN_IF_ERROR(CheckSize("enc", HpkePublicKeySize(kem), compartment.enc().size()));
  const size_t size = compartment.ciphertext().size();
  if (size < kHpkeTagSize || !IsPaddedSize(size - kHpkeTagSize)) {
    return absl::InvalidArgumentError(
        absl::StrCat("`ciphertext` has ", size, " bytes, which is no step of the padding"));
  }
  const auto& digests = checked.manifest.compartment_digest();
  if (!std::binary_search(digests.begin(), digests.end(), CompartmentDigest(compartment))) {
    return absl::PermissionDeniedError("its digest is not in the manifest");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> DirectoryNamedIn(absl::string_view manifest) {
  v1::Manifest parsed;
  v1::Header header;
  RETURN_IF_ERROR(Parse(manifest, &parsed, &header));
  return header.directory();
}

absl::StatusOr<CheckedManifest> CheckManifest(absl::string_view manifest,
                                              absl::string_view signature,
                                              absl::string_view nym_proof,
                                              const KeyDirectory& directory) {
  CheckedManifest checked = {};
  RETURN_IF_ERROR(Parse(manifest, &checked.manifest, &checked.header));
  RETURN_IF_ERROR(CheckDirectoryName(directory, checked.header.directory()));
  ASSIGN_OR_RETURN(checked.sender, directory.RequireAgency(checked.header.sender(), "sender"));
  RETURN_IF_ERROR(
      AtField("signature", VerifySignature(checked.sender->signing_public, sign_context::kManifest,
                                           manifest, signature)));
  ASSIGN_OR_RETURN(checked.recipient,
                   directory.RequireAgency(checked.header.recipient(), "recipient"));
  RETURN_IF_ERROR(directory.RefuseAccessDomain(*checked.sender, "sender"));
  RETURN_IF_ERROR(directory.RefuseAccessDomain(*checked.recipient, "recipient"));
  RETURN_IF_ERROR(CheckHeader(checked.header, directory));
  RETURN_IF_ERROR(CheckDigests(checked.manifest));
  checked.digest = std::string(AsStringView(Sha512({manifest})));
  ASSIGN_OR_RETURN(checked.access_ciphertext, DecodeAccess(checked.manifest, directory));
  ASSIGN_OR_RETURN(checked.nym_ciphertext,
                   CheckCiphertext(checked.manifest, nym_proof, checked.digest, directory));
  return checked;
}

absl::Status CheckAccessProof(const CheckedManifest& manifest, absl::string_view access_proof,
                              const KeyDirectory& directory) {
  if (!manifest.access_ciphertext.has_value()) {
    if (access_proof.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("`access_proof` is there without an `access_ciphertext`");
  }
  return AtField(
      "access_proof",
      VerifyAccessCopy(*manifest.nym_ciphertext, manifest.recipient->joint,
                       *manifest.access_ciphertext, directory, manifest.digest, access_proof));
}

absl::Status CheckCompartments(const Compartments& compartments, const CheckedManifest& manifest) {
  std::set<absl::string_view> categories;
  for (const v1::Compartment& compartment : compartments) {
    const std::string field = absl::StrCat("compartment ", compartment.category());
    if (compartment.category().empty()) {
      return absl::InvalidArgumentError("`compartment`: `category` is empty");
    }
    if (!categories.insert(compartment.category()).second) {
      return AtField(field, absl::InvalidArgumentError("its category is there twice"));
    }
    RETURN_IF_ERROR(AtField(field, CheckCompartment(compartment, manifest)));
  }
  return absl::OkStatus();
}

std::string CompartmentDigest(const v1::Compartment& compartment) {
  const std::string head = Layout("sluss/v1 compartment-digest")
                               .Bytes(compartment.salt())
                               .Bytes(compartment.category())
                               .Bytes(compartment.recipient())
                               .Bytes(compartment.enc())
                               .U32(static_cast<uint32_t>(compartment.ciphertext().size()))
                               .Take();
  return std::string(AsStringView(Sha256({head, compartment.ciphertext()})));
}

std::string CompartmentInfo(const v1::Header& header, absl::string_view category) {
  return Layout("sluss/v1 compartment")
      .U32(header.protocol())
      .Bytes(header.sender())
      .Bytes(header.recipient())
      .Bytes(header.message_id())
      .Bytes(category)
      .Take();
}

}  // namespace sluss
