// SHA-256 (FIPS 180-4) over a message that lies in parts.
#ifndef SLUSS_GATEWAY_CRYPTO_SHA256_H_
#define SLUSS_GATEWAY_CRYPTO_SHA256_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace sluss {

using Sha256Digest = std::array<uint8_t, 32>;

// The digest of the parts one after the other: nothing marks where one ends, so whoever hashes
// fields of variable length adds the lengths. Thread-safe. The process ends if the library cannot
// hash (out of memory): no caller could go on without.
Sha256Digest Sha256(std::initializer_list<absl::string_view> parts);

inline absl::string_view AsStringView(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// The 32 bytes of one message, for callers below this module that are handed a hash function.
inline std::string Sha256String(absl::string_view message) {
  return std::string(AsStringView(Sha256({message})));
}

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SHA256_H_
