// Ed25519 signatures (RFC 8032, through libsodium), separated by what they are for.
//
// What is signed is  u8 length of context | context | bytes,  so that a signature made for one
// purpose is worthless for another. Bytes are signed as carried; nothing is serialised again.
#ifndef SLUSS_GATEWAY_CRYPTO_SIGN_H_
#define SLUSS_GATEWAY_CRYPTO_SIGN_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/secret.h"

namespace sluss {

inline constexpr size_t kSigningPublicSize = 32;
inline constexpr size_t kSigningSeedSize = 32;
inline constexpr size_t kSignatureSize = 64;

// The contexts; PROTOCOL.md says what each one signs.
namespace sign_context {
inline constexpr absl::string_view kManifest = "sluss/v1 manifest";
inline constexpr absl::string_view kConsent = "sluss/v1 consent";
inline constexpr absl::string_view kEnrol = "sluss/v1 enrol";
inline constexpr absl::string_view kEvaluate = "sluss/v1 evaluate";
inline constexpr absl::string_view kTransform = "sluss/v1 transform";
inline constexpr absl::string_view kPeel = "sluss/v1 peel";
inline constexpr absl::string_view kAgencyKeys = "sluss/v1 agency-keys";
inline constexpr absl::string_view kHolderKeys = "sluss/v1 holder-keys";
inline constexpr absl::string_view kOfficer = "sluss/v1 officer";
inline constexpr absl::string_view kOfficerRegister = "sluss/v1 officer-register";
inline constexpr absl::string_view kAttestation = "sluss/v1 attestation";
inline constexpr absl::string_view kReidentification = "sluss/v1 reidentification";
inline constexpr absl::string_view kScanOrder = "sluss/v1 scan-order";
inline constexpr absl::string_view kScanBatch = "sluss/v1 scan-batch";
inline constexpr absl::string_view kShareRefresh = "sluss/v1 share-refresh";
}  // namespace sign_context

// Move-only, wiped. Thread-safe once made.
class SigningKey {
 public:
  static SigningKey Generate();
  // INVALID_ARGUMENT unless 32 bytes.
  static absl::StatusOr<SigningKey> FromSeed(const SecretBytes& seed);

  const std::string& public_key() const { return public_key_; }
  SecretBytes Seed(InsecureSecretAccess) const;

  std::string Sign(absl::string_view context, absl::string_view bytes) const;
  // Over the bytes alone, for formats that others define (the log's checkpoint).
  std::string SignRaw(absl::string_view bytes) const;

 private:
  SigningKey(SecretBytes secret_key, std::string public_key);

  SecretBytes secret_key_;  // libsodium's form: seed | public key
  std::string public_key_;
};

// PERMISSION_DENIED "signature does not verify" for every fault: length, key, bytes, context.
absl::Status VerifySignature(absl::string_view public_key, absl::string_view context,
                             absl::string_view bytes, absl::string_view signature);
absl::Status VerifyRawSignature(absl::string_view public_key, absl::string_view bytes,
                                absl::string_view signature);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SIGN_H_
