// Key pairs of the KEMs that HPKE uses here (RFC 9180, section 4.1), on OpenSSL's EVP.
#ifndef SLUSS_GATEWAY_CRYPTO_HPKE_KEYS_H_
#define SLUSS_GATEWAY_CRYPTO_HPKE_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/secret.h"

struct evp_pkey_st;

namespace sluss {

// The identifiers of RFC 9180, 7.1.
enum class HpkeKem : uint16_t { kP256HkdfSha256 = 0x0010, kX25519HkdfSha256 = 0x0020 };

size_t HpkePublicKeySize(HpkeKem kem);   // Npk, and Nenc
size_t HpkePrivateKeySize(HpkeKem kem);  // Nsk

// OpenSSL's key; shared, since it never changes.
using EvpKey = std::shared_ptr<::evp_pkey_st>;

// Decoded once, checked (P-256: on the curve). A value; thread-safe.
class HpkePublicKey {
 public:
  // `bytes` as RFC 9180's SerializePublicKey: X25519 raw, P-256 uncompressed. INVALID_ARGUMENT.
  static absl::StatusOr<HpkePublicKey> Decode(HpkeKem kem, absl::string_view bytes);

  HpkeKem kem() const { return kem_; }
  const std::string& bytes() const { return bytes_; }
  const EvpKey& key() const { return key_; }

 private:
  friend class HpkePrivateKey;
  HpkePublicKey(HpkeKem kem, std::string bytes, EvpKey key);

  HpkeKem kem_;
  std::string bytes_;
  EvpKey key_;
};

// Move-only; OpenSSL wipes its copy. Thread-safe once made.
class HpkePrivateKey {
 public:
  static absl::StatusOr<HpkePrivateKey> Generate(HpkeKem kem);
  // DeriveKeyPair of RFC 9180, 7.1.3.
  static absl::StatusOr<HpkePrivateKey> Derive(HpkeKem kem, const SecretBytes& ikm);
  // `bytes` as SerializePrivateKey. INVALID_ARGUMENT for a wrong length or a scalar out of range.
  static absl::StatusOr<HpkePrivateKey> Decode(HpkeKem kem, const SecretBytes& bytes);

  HpkePrivateKey(HpkePrivateKey&&) = default;
  HpkePrivateKey& operator=(HpkePrivateKey&&) = default;

  HpkeKem kem() const { return public_key_.kem(); }
  const HpkePublicKey& public_key() const { return public_key_; }
  const EvpKey& key() const { return key_; }
  SecretBytes Encode(InsecureSecretAccess) const;

 private:
  HpkePrivateKey(HpkePublicKey public_key, SecretBytes bytes, EvpKey key);

  HpkePublicKey public_key_;
  SecretBytes bytes_;
  EvpKey key_;
};

// The shared point's coordinate, 32 bytes. INVALID_ARGUMENT for keys of different KEMs;
// PERMISSION_DENIED for the all-zero secret, which a peer of small order forces (RFC 9180, 7.1.4).
absl::StatusOr<SecretBytes> DiffieHellman(const HpkePrivateKey& own, const HpkePublicKey& peer);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_HPKE_KEYS_H_
