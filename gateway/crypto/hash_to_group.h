// RFC 9380: expanding a message and hashing it to ristretto255 (suite ristretto255_XMD:SHA-512).
#ifndef SLUSS_GATEWAY_CRYPTO_HASH_TO_GROUP_H_
#define SLUSS_GATEWAY_CRYPTO_HASH_TO_GROUP_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/group.h"
#include "gateway/crypto/hash.h"

namespace sluss {

// expand_message_xmd (RFC 9380, 5.3.1). A `dst` over 255 bytes is hashed as 5.3.3 says.
// INVALID_ARGUMENT for an empty `dst` and for a `size` of 0 or more than 255 digests.
absl::StatusOr<std::string> ExpandMessageXmd(HashFunction hash, absl::string_view message,
                                             absl::string_view dst, size_t size);

// hash_to_ristretto255 with SHA-512. Takes time that depends on the length of `message` only.
absl::StatusOr<Point> HashToGroup(absl::string_view message, absl::string_view dst);

// Uniform modulo L, as RFC 9497 defines it for ristretto255-SHA512.
absl::StatusOr<Scalar> HashToScalar(absl::string_view message, absl::string_view dst);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_HASH_TO_GROUP_H_
