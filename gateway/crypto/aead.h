// AES-256-GCM (NIST SP 800-38D) under a key that is used for few messages.
//
//   sealed = nonce(12) || ciphertext || tag(16)
//
// The nonce is random, so one key may seal at most 2^32 messages. Thread-safe.
#ifndef SLUSS_GATEWAY_CRYPTO_AEAD_H_
#define SLUSS_GATEWAY_CRYPTO_AEAD_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/secret.h"

namespace sluss {

inline constexpr size_t kAeadKeySize = 32;
inline constexpr size_t kAeadOverhead = 12 + 16;

// `aad` is bound, not sealed: opening asks for the same. INVALID_ARGUMENT for a key of another
// size; INTERNAL where the library fails.
absl::StatusOr<std::string> AeadSeal(const SecretBytes& key, absl::string_view aad,
                                     absl::string_view plaintext);

// PERMISSION_DENIED where key, `aad` or a byte is another one. The second leaves nothing behind.
absl::StatusOr<std::string> AeadOpen(const SecretBytes& key, absl::string_view aad,
                                     absl::string_view sealed);
absl::StatusOr<SecretBytes> AeadOpenSecret(const SecretBytes& key, absl::string_view aad,
                                           absl::string_view sealed);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_AEAD_H_
