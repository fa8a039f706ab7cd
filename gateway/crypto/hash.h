// The two hash functions that a construction may be built on.
#ifndef SLUSS_GATEWAY_CRYPTO_HASH_H_
#define SLUSS_GATEWAY_CRYPTO_HASH_H_

#include <cstddef>

namespace sluss {

enum class HashFunction { kSha256, kSha512 };

constexpr size_t DigestSize(HashFunction hash) { return hash == HashFunction::kSha256 ? 32 : 64; }
constexpr size_t BlockSize(HashFunction hash) { return 2 * DigestSize(hash); }

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_HASH_H_
