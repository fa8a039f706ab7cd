#include "gateway/crypto/random.h"

#include <sodium.h>

namespace sluss {

std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

SecretBytes RandomSecret(size_t size) {
  SecretBytes secret(size);
  randombytes_buf(secret.Data(InsecureSecretAccess::Get()), size);
  return secret;
}

}  // namespace sluss
