// SHA-512 (FIPS 180-4) over a message that lies in parts.
#ifndef SLUSS_GATEWAY_CRYPTO_SHA512_H_
#define SLUSS_GATEWAY_CRYPTO_SHA512_H_

#include <array>
#include <cstdint>
#include <initializer_list>

#include "absl/strings/string_view.h"

namespace sluss {

using Sha512Digest = std::array<uint8_t, 64>;

// The digest of the parts one after the other: nothing marks where one ends, so whoever hashes
// fields of variable length adds the lengths. Thread-safe, cannot fail.
Sha512Digest Sha512(std::initializer_list<absl::string_view> parts);

inline absl::string_view AsStringView(const Sha512Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SHA512_H_
