// HPKE base mode (RFC 9180): seal to a public key. Composed from OpenSSL's EVP, because OpenSSL 3.0
// has no HPKE call; no wider than OSSL_HPKE of later versions, so that it can be replaced by it.
//
// Promises secrecy and integrity of the content towards the holder of the private key, with `info`
// and `aad` bound. Does not promise who sealed: whoever needs that signs.
#ifndef SLUSS_GATEWAY_CRYPTO_HPKE_H_
#define SLUSS_GATEWAY_CRYPTO_HPKE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/hpke_keys.h"
#include "gateway/crypto/secret.h"

namespace sluss {

// The identifiers of RFC 9180, section 7.
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

inline constexpr size_t kHpkeTagSize = 16;  // Nt of each of the ciphers

// UNIMPLEMENTED names the identifier that is not supported.
absl::StatusOr<HpkeSuite> MakeHpkeSuite(uint32_t kem, uint32_t kdf, uint32_t aead);

struct HpkeKeySchedule;  // hpke_internal.h

// What both sides share once set up: encrypts a sequence of messages and exports secrets.
// Move-only. Not thread-safe: each message takes the next nonce.
class HpkeContext {
 public:
  // What the set-up functions below make.
  HpkeContext(const HpkeSuite& suite, HpkeKeySchedule schedule);

  // FAILED_PRECONDITION for an export-only suite.
  absl::StatusOr<std::string> Seal(absl::string_view aad, absl::string_view plaintext);
  // PERMISSION_DENIED "does not open" when key, info, aad, order or ciphertext differ.
  absl::StatusOr<std::string> Open(absl::string_view aad, absl::string_view ciphertext);
  // INVALID_ARGUMENT for more than 255 digests.
  absl::StatusOr<SecretBytes> Export(absl::string_view exporter_context, size_t size) const;

 private:
  std::string Nonce() const;

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
