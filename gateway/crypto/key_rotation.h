// New keys within a key set, so that every nym stays what it is (PROTOCOL.md, "Keys").
//
// What stays: the product of the two holders' shares, and an agency's closing secret. All else may
// be new: an agency's y, HPKE and signing keys, a holder's z, HPKE and signing keys, and the shares
// themselves, which the gateway multiplies by a random t and the key holder by 1/t. Whoever stole
// one share before has nothing afterwards: it belongs to no share that the other holder still has.
// The new public halves are published and joined into a new directory like the first ones.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_ROTATION_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_ROTATION_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"
#include "proto/keys.pb.h"

namespace sluss {

// New y, HPKE key of the same kind and signing key; the closing secret stays.
absl::StatusOr<AgencySecrets> Rotated(const AgencySecrets& old);
// New z, HPKE key and signing key; the shares stay until they are refreshed.
absl::StatusOr<HolderSecrets> Rotated(const HolderSecrets& old);

// For agencies that come and go: the same secrets with a share for each of `added` and without
// those of `removed`; every other nym stays. INVALID_ARGUMENT for one that has a share already or
// has none.
absl::StatusOr<HolderSecrets> WithShares(const HolderSecrets& old,
                                         const std::vector<AgencyId>& added,
                                         const std::vector<AgencyId>& removed);

struct RefreshedShares {
  HolderSecrets secrets;
  v1::ShareRefresh for_keyholder;
};

// At the gateway: all of it new, as by Rotated, and the shares too. `current` is the directory in
// force, `old` the secrets behind it, and `keyholder` the public half that the key holder has just
// made: the factors are sealed to its new HPKE key, so that a thief of its old one cannot follow.
// INVALID_ARGUMENT when they do not belong together.
absl::StatusOr<RefreshedShares> RefreshShares(const KeyDirectory& current, const HolderSecrets& old,
                                              const v1::HolderKeys& keyholder);

// At the key holder. `rotated` has the new HPKE key and still the old shares, which this replaces.
// INVALID_ARGUMENT for another directory, other shares than that directory's (as after a second
// application, which would change every nym) or other agencies; PERMISSION_DENIED for a signature
// or seal that does not hold. Changes nothing then.
absl::Status ApplyRefresh(const KeyDirectory& current, const v1::ShareRefresh& refresh,
                          HolderSecrets* rotated);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_ROTATION_H_
