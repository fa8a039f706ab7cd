#include "gateway/crypto/secret.h"

#include <sodium.h>

#include <cstring>
#include <utility>

namespace sluss {

SecretBytes::SecretBytes(size_t size) : bytes_(new uint8_t[size]()), size_(size) {}

SecretBytes::SecretBytes(absl::string_view bytes, InsecureSecretAccess)
    : SecretBytes(bytes.size()) {
  if (!bytes.empty()) std::memcpy(bytes_.get(), bytes.data(), bytes.size());
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  bytes_ = std::move(other.bytes_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

SecretBytes::~SecretBytes() { Wipe(); }

absl::string_view SecretBytes::Get(InsecureSecretAccess) const {
  return {reinterpret_cast<const char*>(bytes_.get()), size_};
}

void SecretBytes::Wipe() {
  if (bytes_ != nullptr) sodium_memzero(bytes_.get(), size_);
}

bool SecretsEqual(const SecretBytes& a, const SecretBytes& b) {
  const auto access = InsecureSecretAccess::Get();
  return a.size() == b.size() &&
         sodium_memcmp(a.Get(access).data(), b.Get(access).data(), a.size()) == 0;
}

}  // namespace sluss
