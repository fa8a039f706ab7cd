// LabeledExtract and LabeledExpand of RFC 9180, section 4.
#ifndef SLUSS_GATEWAY_CRYPTO_HPKE_KDF_H_
#define SLUSS_GATEWAY_CRYPTO_HPKE_KDF_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/hash.h"
#include "gateway/crypto/secret.h"

namespace sluss {

// Bound to one suite identifier. A value; thread-safe.
class HpkeKdfLabels {
 public:
  // Within a KEM; both KEMs here use SHA-256.
  static HpkeKdfLabels ForKem(uint16_t kem);
  // In the key schedule.
  static HpkeKdfLabels ForSuite(HashFunction hash, uint16_t kem, uint16_t kdf, uint16_t aead);

  size_t digest_size() const { return DigestSize(hash_); }

  SecretBytes Extract(absl::string_view salt, absl::string_view label,
                      absl::string_view key_material) const;
  // INVALID_ARGUMENT for more than 255 digests.
  absl::StatusOr<SecretBytes> Expand(const SecretBytes& key, absl::string_view label,
                                     absl::string_view info, size_t size) const;

 private:
  HpkeKdfLabels(HashFunction hash, std::string suite_id);

  HashFunction hash_;
  std::string suite_id_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_HPKE_KDF_H_
