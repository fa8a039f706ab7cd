// HMAC (RFC 2104) and HKDF (RFC 5869) over parts, through libsodium.
#ifndef SLUSS_GATEWAY_CRYPTO_HKDF_H_
#define SLUSS_GATEWAY_CRYPTO_HKDF_H_

#include <cstddef>
#include <initializer_list>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/hash.h"
#include "gateway/crypto/secret.h"

namespace sluss {

// Of the parts one after the other, unmarked. Any key length. Thread-safe.
SecretBytes Hmac(HashFunction hash, absl::string_view key,
                 std::initializer_list<absl::string_view> parts);

inline SecretBytes HkdfExtract(HashFunction hash, absl::string_view salt,
                               std::initializer_list<absl::string_view> key_material) {
  return Hmac(hash, salt, key_material);
}

// INVALID_ARGUMENT for more than 255 digests.
absl::StatusOr<SecretBytes> HkdfExpand(HashFunction hash, const SecretBytes& key,
                                       absl::string_view info, size_t size);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_HKDF_H_
