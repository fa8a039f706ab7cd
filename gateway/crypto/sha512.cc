#include "gateway/crypto/sha512.h"

#include <sodium.h>

namespace sluss {

Sha512Digest Sha512(std::initializer_list<absl::string_view> parts) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  for (const absl::string_view part : parts) {
    crypto_hash_sha512_update(&state, reinterpret_cast<const uint8_t*>(part.data()), part.size());
  }
  Sha512Digest digest;
  crypto_hash_sha512_final(&state, digest.data());
  sodium_memzero(&state, sizeof(state));
  return digest;
}

}  // namespace sluss
