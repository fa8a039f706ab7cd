#include "gateway/crypto/hkdf.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

const uint8_t* Bytes(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

}  // namespace

SecretBytes Hmac(HashFunction hash, absl::string_view key,
                 std::initializer_list<absl::string_view> parts) {
  SecretBytes code(DigestSize(hash));
  uint8_t* const out = code.Data(InsecureSecretAccess::Get());
  if (hash == HashFunction::kSha256) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, Bytes(key), key.size());
    for (const absl::string_view part : parts) {
      crypto_auth_hmacsha256_update(&state, Bytes(part), part.size());
    }
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof(state));
  } else {
    crypto_auth_hmacsha512_state state;
    crypto_auth_hmacsha512_init(&state, Bytes(key), key.size());
    for (const absl::string_view part : parts) {
      crypto_auth_hmacsha512_update(&state, Bytes(part), part.size());
    }
    crypto_auth_hmacsha512_final(&state, out);
    sodium_memzero(&state, sizeof(state));
  }
  return code;
}

absl::StatusOr<SecretBytes> HkdfExpand(HashFunction hash, const SecretBytes& key,
                                       absl::string_view info, size_t size) {
  const size_t digest = DigestSize(hash);
  if (size > 255 * digest) {
    return absl::InvalidArgumentError(
        absl::StrCat("length must be at most ", 255 * digest, ", not ", size));
  }
  const auto access = InsecureSecretAccess::Get();
  SecretBytes expanded(size);
  SecretBytes block;
  size_t done = 0;
  for (unsigned char i = 1; done < size; ++i) {
    const absl::string_view counter(reinterpret_cast<const char*>(&i), 1);
    block = Hmac(hash, key.Get(access), {block.Get(access), info, counter});
    const size_t take = std::min(digest, size - done);
    std::memcpy(expanded.Data(access) + done, block.Get(access).data(), take);
    done += take;
  }
  return expanded;
}

}  // namespace sluss
