// Random bytes of the operating system's generator, through libsodium.
#ifndef SLUSS_GATEWAY_CRYPTO_RANDOM_H_
#define SLUSS_GATEWAY_CRYPTO_RANDOM_H_

#include <cstddef>
#include <string>

#include "gateway/crypto/secret.h"

namespace sluss {

// For ids, salts and nonces. Thread-safe, cannot fail: the process ends if the kernel has no
// randomness, since no caller could go on without.
std::string RandomBytes(size_t size);

// For keys.
SecretBytes RandomSecret(size_t size);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_RANDOM_H_
