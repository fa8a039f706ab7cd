// Bytes that must not leak: wiped when they die, never copied unnoticed, never printed.
#ifndef SLUSS_GATEWAY_CRYPTO_SECRET_H_
#define SLUSS_GATEWAY_CRYPTO_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"

namespace sluss {

// The token that reading a secret asks for. Its name is ugly on purpose: searching for it is the
// audit of every place that touches key material.
class InsecureSecretAccess {
 public:
  static InsecureSecretAccess Get() { return InsecureSecretAccess(); }

 private:
  InsecureSecretAccess() = default;
};

// A buffer of fixed size. Move-only; the memory is overwritten before it is freed. Has no printing,
// no comparison and no conversion. Does not keep the pages out of swap or core files: the processes
// switch both off for themselves. Thread-compatible.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(size_t size);  // zeros
  // Copies; the caller wipes the original.
  SecretBytes(absl::string_view bytes, InsecureSecretAccess);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  ~SecretBytes();

  size_t size() const { return size_; }
  // Both stay valid as long as this object.
  absl::string_view Get(InsecureSecretAccess) const;
  uint8_t* Data(InsecureSecretAccess) { return bytes_.get(); }

 private:
  void Wipe();

  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_ = 0;
};

// In constant time, whatever the contents; false when the sizes differ.
bool SecretsEqual(const SecretBytes& a, const SecretBytes& b);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SECRET_H_
