// The order by which a recipient's officers ask who the child of a message is.
//
// Agency and officers sign the same bytes of a ReidentificationOrder: message, purpose, legal basis
// of its own, salted digests of the reasons. With it comes what the message itself came with: its
// manifest, and its sealed IDENTITY_ESCROW, whose digest stands in the manifest that the sender
// signed. Promises that this very escrow was part of this very manifest; not that the message was
// ever delivered, nor that it may be opened: that is for the gateway to say. Layouts: PROTOCOL.md,
// "Re-identification". Pure; thread-safe.
#ifndef SLUSS_GATEWAY_CRYPTO_REIDENTIFICATION_H_
#define SLUSS_GATEWAY_CRYPTO_REIDENTIFICATION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/sign.h"
#include "proto/gateway.pb.h"
#include "proto/keyholder.pb.h"
#include "proto/notification.pb.h"

namespace sluss {

// What is asked for, as the order and the vocabulary call it.
inline constexpr char kReidentificationPurpose[] = "REIDENTIFICATION";

// The agency: `order` and `signature` of the request; the officers sign `order` of it.
v1::ReidentifyRequest SignOrder(const v1::ReidentificationOrder& order, const SigningKey& agency);

// The gateway: everything that can be checked without the store. INVALID_ARGUMENT names the field;
// PERMISSION_DENIED: the agency's signature, or an escrow that is not the manifest's. The order is
// signed with any of the keys that `keys` honours of the agency; the escrow is opened by those that
// the manifest names, which must be honoured too. The officers' signatures are checked with their
// register.
absl::StatusOr<v1::ReidentificationOrder> CheckOrder(const v1::ReidentifyRequest& request,
                                                     const AgencyId& agency,
                                                     const DirectoryRing& keys);

// What the key holder is asked for; signed with SignPeelRequest.
v1::PeelRequest PeelRequestOf(const v1::ReidentificationOrder& order,
                              const v1::Compartment& escrow);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_REIDENTIFICATION_H_
