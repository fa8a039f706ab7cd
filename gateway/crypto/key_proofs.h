// What a party signs and proves about the keys that it publishes.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_PROOFS_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_PROOFS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/group.h"
#include "proto/keys.pb.h"

namespace sluss {

// The defined encodings (PROTOCOL.md, "Keys"): every field but the signature. What is signed, and
// what the directory's digest is made of. Shares are in the order of their agencies.
std::string AgencyKeysLayout(const v1::AgencyKeys& keys);
std::string HolderKeysLayout(const v1::HolderKeys& keys);

// Whose key a proof of possession is for, so that no party can show another's proof as its own.
struct KeyOwner {
  absl::string_view kind;  // "nym", "layer", "share"
  absl::string_view owner;
  absl::string_view recipient;  // of a share; else empty
  uint32_t key_set;
};

// Knowledge of the scalar behind `public_key`.
absl::StatusOr<std::string> ProvePossession(const Scalar& secret, const Point& public_key,
                                            const KeyOwner& owner);
// As SigmaVerify.
absl::Status VerifyPossession(const Point& public_key, const KeyOwner& owner,
                              absl::string_view proof);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_PROOFS_H_
