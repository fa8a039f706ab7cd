// HPKE base mode (RFC 9180): seal to a public key. Composed from OpenSSL's EVP, because OpenSSL 3.0
// has no HPKE call; no wider than OSSL_HPKE of later versions, so that it can be replaced by it.
//
// Promises secrecy and integrity of the content towards the holder of the private key, with `info`
// and `aad` bound. Does not promise who sealed: whoever needs that signs.
#ifndef SLUSS_GATEWAY_CRYPTO_HPKE_H_
#define SLUSS_GATEWAY_CRYPTO_HPKE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/secret.h"

namespace sluss {

// The identifiers of RFC 9180, section 7.
enum class HpkeKem : uint16_t { kP256HkdfSha256 = 0x0010, kX25519HkdfSha256 = 0x0020 };
enum class HpkeKdf : uint16_t { kHkdfSha256 = 0x0001, kHkdfSha512 = 0x0003 };
enum class HpkeAead : uint16_t {
  kAes128Gcm = 0x0001,
  kAes256Gcm = 0x0002,
  kChaCha20Poly1305 = 0x0003,
  kExportOnly = 0xffff,
};

struct HpkeSuite {
  HpkeKem kem = HpkeKem::kX25519HkdfSha256;
  HpkeKdf kdf = HpkeKdf::kHkdfSha256;
  HpkeAead aead = HpkeAead::kChaCha20Poly1305;

  friend bool operator==(const HpkeSuite&, const HpkeSuite&) = default;
};

// Sizes of RFC 9180, 7.1 to 7.3: Npk = Nenc, Nsk, Nt.
size_t HpkePublicKeySize(HpkeKem kem);
size_t HpkePrivateKeySize(HpkeKem kem);
inline constexpr size_t kHpkeTagSize = 16;

// UNIMPLEMENTED names the identifier that is not supported.
absl::StatusOr<HpkeSuite> MakeHpkeSuite(uint32_t kem, uint32_t kdf, uint32_t aead);

// OpenSSL's key; shared, since it never changes.
using EvpKey = std::shared_ptr<struct evp_pkey_st>;

// Decoded once, checked (P-256: on the curve). A value; thread-safe.
class HpkePublicKey {
 public:
  // `bytes` as RFC 9180's SerializePublicKey: X25519 raw, P-256 uncompressed. INVALID_ARGUMENT.
  static absl::StatusOr<HpkePublicKey> Decode(HpkeKem kem, absl::string_view bytes);

  HpkeKem kem() const { return kem_; }
  const std::string& bytes() const { return bytes_; }
  const EvpKey& key() const { return key_; }

 private:
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

// What both sides share once set up: encrypts a sequence of messages and exports secrets.
// Move-only. Not thread-safe: each message takes the next nonce.
class HpkeContext {
 public:
  // FAILED_PRECONDITION for an export-only suite.
  absl::StatusOr<std::string> Seal(absl::string_view aad, absl::string_view plaintext);
  // PERMISSION_DENIED "does not open" when key, info, aad, order or ciphertext differ.
  absl::StatusOr<std::string> Open(absl::string_view aad, absl::string_view ciphertext);
  // INVALID_ARGUMENT for more than 255 digests.
  absl::StatusOr<SecretBytes> Export(absl::string_view exporter_context, size_t size) const;

 private:
  friend struct HpkeContextAccess;
  HpkeContext() = default;
  std::string NextNonce();

  HpkeSuite suite_;
  SecretBytes key_;
  std::string base_nonce_;
  SecretBytes exporter_secret_;
  uint64_t sequence_ = 0;
};

struct HpkeSender {
  std::string enc;  // the encapsulated key, for the receiver
  HpkeContext context;
};

// INVALID_ARGUMENT when the key is of another KEM than the suite.
absl::StatusOr<HpkeSender> HpkeSetupSender(const HpkeSuite& suite, const HpkePublicKey& recipient,
                                           absl::string_view info);
// INVALID_ARGUMENT for an `enc` that is no public key; PERMISSION_DENIED when it gives the all-zero
// shared secret.
absl::StatusOr<HpkeContext> HpkeSetupReceiver(const HpkeSuite& suite, absl::string_view enc,
                                              const HpkePrivateKey& recipient,
                                              absl::string_view info);

struct HpkeSealed {
  std::string enc;
  std::string ciphertext;
};

// One message: setup and the first Seal or Open.
absl::StatusOr<HpkeSealed> HpkeSeal(const HpkeSuite& suite, const HpkePublicKey& recipient,
                                    absl::string_view info, absl::string_view aad,
                                    absl::string_view plaintext);
absl::StatusOr<std::string> HpkeOpen(const HpkeSuite& suite, absl::string_view enc,
                                     const HpkePrivateKey& recipient, absl::string_view info,
                                     absl::string_view aad, absl::string_view ciphertext);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_HPKE_H_
