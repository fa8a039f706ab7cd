#include "gateway/crypto/open.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/attestation.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/hop.h"
#include "gateway/crypto/manifest.h"
#include "gateway/crypto/padding.h"

namespace sluss {
namespace {

absl::Status CheckRecipient(const CheckedManifest& manifest, const AgencySecrets& secrets) {
  if (manifest.recipient->id == secrets.agency) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`recipient` is `", manifest.header.recipient(), "`, not this agency"));
}

// Both hops over the sender's C, then the agency's own secrets.
absl::StatusOr<Nym> NymFromHops(const PendingNym& pending, const v1::Hop& gateway_hop,
                                const v1::Hop& keyholder_hop, const AgencySecrets& secrets,
                                const KeyDirectory& directory) {
  ASSIGN_OR_RETURN(const AgencyEntry* const own,
                   directory.RequireAgency(secrets.agency.value(), "recipient"));
  ASSIGN_OR_RETURN(const NymCiphertext sent,
                   AtField("nym_ciphertext", NymCiphertext::Decode(pending.ciphertext)));
  ASSIGN_OR_RETURN(
      const NymCiphertext after_gateway,
      AtField("gateway_hop", VerifyHop({HolderRole::kGateway, directory, *own, pending.message_id},
                                       sent, gateway_hop)));
  ASSIGN_OR_RETURN(const NymCiphertext after_keyholder,
                   AtField("keyholder_hop",
                           VerifyHop({HolderRole::kKeyholder, directory, *own, pending.message_id},
                                     after_gateway, keyholder_hop)));
  ASSIGN_OR_RETURN(const Point element,
                   AtField("keyholder_hop", DecryptElement(secrets, after_keyholder)));
  return CloseNym(secrets, element);
}

// Fills nym or pending, as far as the notification goes.
absl::Status TakeNym(const v1::Notification& notification, const CheckedManifest& manifest,
                     const AgencySecrets& secrets, const KeyDirectory& directory, Opened* opened) {
  const bool hops = notification.has_gateway_hop() || notification.has_keyholder_hop();
  if (!manifest.nym_ciphertext.has_value()) {
    if (!hops) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "`gateway_hop` or `keyholder_hop` without a `nym_ciphertext`");
  }
  if (hops && !(notification.has_gateway_hop() && notification.has_keyholder_hop())) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", notification.has_gateway_hop() ? "keyholder_hop" : "gateway_hop",
                     "`: the hop was skipped: it is missing"));
  }
  PendingNym pending = {manifest.header.message_id(), manifest.manifest.nym_ciphertext(),
                        manifest.header.directory()};
  if (!hops) {
    opened->pending = std::move(pending);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(opened->nym, NymFromHops(pending, notification.gateway_hop(),
                                            notification.keyholder_hop(), secrets, directory));
  return absl::OkStatus();
}

absl::Status OpenCompartments(const v1::Notification& notification, const CheckedManifest& manifest,
                              const AgencySecrets& secrets, Opened* opened) {
  const HpkeSuite& suite = manifest.recipient->suite;
  for (const v1::Compartment& compartment : notification.compartment()) {
    if (compartment.category() == kEscrowCategory) {
      opened->escrow = compartment;
      continue;
    }
    const std::string field = absl::StrCat("compartment ", compartment.category());
    ASSIGN_OR_RETURN(
        const std::string padded,
        AtField(field, HpkeOpen(suite, compartment.enc(), secrets.hpke,
                                CompartmentInfo(manifest.header, compartment.category()),
                                manifest.manifest.header(), compartment.ciphertext())));
    ASSIGN_OR_RETURN(opened->contents[compartment.category()], AtField(field, Unpad(padded)));
  }
  return absl::OkStatus();
}

// `certifiers`: the sender's keys under which its officers may have been enrolled; none: those of
// `directory`.
absl::StatusOr<Opened> Open(const v1::Notification& notification, const AgencySecrets& secrets,
                            const KeyDirectory& directory,
                            std::vector<const AgencyEntry*> certifiers) {
  ASSIGN_OR_RETURN(CheckedManifest manifest,
                   CheckManifest(notification.manifest(), notification.signature(),
                                 notification.nym_proof(), directory));
  RETURN_IF_ERROR(CheckRecipient(manifest, secrets));
  RETURN_IF_ERROR(CheckCompartments(notification.compartment(), manifest));
  if (certifiers.empty()) certifiers = {manifest.sender};
  RETURN_IF_ERROR(CheckAttestedBy(manifest.header, notification.manifest(), certifiers,
                                  notification.attested_by()));
  Opened opened;
  RETURN_IF_ERROR(TakeNym(notification, manifest, secrets, directory, &opened));
  RETURN_IF_ERROR(OpenCompartments(notification, manifest, secrets, &opened));
  opened.withheld = manifest.manifest.compartment_digest_size() - notification.compartment_size();
  opened.header = std::move(manifest.header);
  return opened;
}

// Not believed yet.
std::string SenderNamedIn(const v1::Notification& notification) {
  v1::Manifest manifest;
  v1::Header header;
  const bool parses = manifest.ParseFromString(notification.manifest()) &&
                      header.ParseFromString(manifest.header());
  return parses ? header.sender() : "";
}

}  // namespace

absl::StatusOr<Opened> OpenNotification(const v1::Notification& notification,
                                        const AgencySecrets& secrets,
                                        const KeyDirectory& directory) {
  return Open(notification, secrets, directory, {});
}

absl::StatusOr<Opened> OpenNotification(const v1::Notification& notification,
                                        const AgencyRing& keys) {
  ASSIGN_OR_RETURN(const std::string named, DirectoryNamedIn(notification.manifest()));
  ASSIGN_OR_RETURN(const AgencyKeys* const own, keys.Find(named));
  const std::string sender = SenderNamedIn(notification);
  RETURN_IF_ERROR(keys.directories().RequireAgency(sender, "sender"));
  return Open(notification, own->secrets(), own->directory(),
              keys.directories().KeysOf(AgencyId(sender)));
}

absl::StatusOr<Nym> RecoverNym(const PendingNym& pending, const v1::PseudonymUpdate& update,
                               const AgencySecrets& secrets, const KeyDirectory& directory) {
  return NymFromHops(pending, update.gateway_hop(), update.keyholder_hop(), secrets, directory);
}

absl::StatusOr<Nym> RecoverNym(const PendingNym& pending, const v1::PseudonymUpdate& update,
                               const AgencyRing& keys) {
  ASSIGN_OR_RETURN(const AgencyKeys* const own, keys.Find(pending.directory));
  return RecoverNym(pending, update, own->secrets(), own->directory());
}

}  // namespace sluss
