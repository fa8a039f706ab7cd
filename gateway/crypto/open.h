// The recipient: a notification verified end to end and opened.
#ifndef SLUSS_GATEWAY_CRYPTO_OPEN_H_
#define SLUSS_GATEWAY_CRYPTO_OPEN_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/pseudonym.h"
#include "proto/gateway.pb.h"
#include "proto/notification.pb.h"

namespace sluss {

// What must be kept until a pseudonym that did not come with its notification follows. Not secret.
struct PendingNym {
  std::string message_id;
  std::string ciphertext;  // the sender's C, verified
  std::string directory;   // the header's
};

struct Opened {
  v1::Header header;
  std::map<std::string, std::string> contents;  // by data category, unpadded
  // Escrowed identity as it came, when there is one: for a re-identification request.
  std::optional<v1::Compartment> escrow;
  std::optional<Nym> nym;             // absent: no subject, or still to come
  std::optional<PendingNym> pending;  // set when the nym is still to come
  int withheld = 0;                   // compartments of the manifest that did not arrive
};

// Trusts nobody on the way: checks the sender's signature, that the notification is for this
// agency, the proof over the original C, both hops' proofs, the digest of every compartment that is
// there, the officers' signatures, and the padding. Errors begin with the field; INVALID_ARGUMENT
// for what is malformed, PERMISSION_DENIED for a signature, proof or seal that does not hold. The
// log receipt is not checked here.
absl::StatusOr<Opened> OpenNotification(const v1::Notification& notification,
                                        const AgencySecrets& secrets,
                                        const KeyDirectory& directory);
// By the keys of the directory that its header names. A sender who takes no part any more is
// refused.
absl::StatusOr<Opened> OpenNotification(const v1::Notification& notification,
                                        const AgencyRing& keys);

// The nym of a notification that was opened without one. Errors as above.
absl::StatusOr<Nym> RecoverNym(const PendingNym& pending, const v1::PseudonymUpdate& update,
                               const AgencySecrets& secrets, const KeyDirectory& directory);
// By the keys of the directory that its notification named.
absl::StatusOr<Nym> RecoverNym(const PendingNym& pending, const v1::PseudonymUpdate& update,
                               const AgencyRing& keys);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_OPEN_H_
