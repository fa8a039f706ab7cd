// Pseudonyms on the message path: a number encrypted towards its recipient, and what comes out.
//
// Group elements:  M = HashToGroup(number), C = (rG, M + r J_B) with the recipient's joint key J_B.
// After both hops (hop.h) C lies under the recipient's own key alone and holds N = s_g s_h M; the
// recipient's nym is HMAC-SHA256(c_B, "nym" | key set | N). Neither holder can read C, the
// recipient can invert nothing, and two recipients' nyms of one child have nothing in common.
#ifndef SLUSS_GATEWAY_CRYPTO_PSEUDONYM_H_
#define SLUSS_GATEWAY_CRYPTO_PSEUDONYM_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/group.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/personal_number.h"

namespace sluss {

inline constexpr size_t kCiphertextSize = 2 * kPointSize;

// An ElGamal ciphertext, C1 | C2.
struct NymCiphertext {
  Point c1;
  Point c2;

  // INVALID_ARGUMENT: wrong length, or `C1` or `C2` is not a point or the identity.
  static absl::StatusOr<NymCiphertext> Decode(absl::string_view bytes);
  std::string Encode() const;
};

// 32 bytes, the key of the agency's own table. Means nothing outside the agency.
using Nym = StrongId<struct NymTag>;

// A ciphertext with the secret that made it.
struct EncryptedNumber {
  NymCiphertext ciphertext;
  Scalar randomness;  // r
};

// The group element M of a number.
absl::StatusOr<Point> NumberElement(const CanonicalNumber& number);
absl::StatusOr<EncryptedNumber> EncryptNumber(const CanonicalNumber& number,
                                              const Point& joint_key);

// That the sender made C itself and for this manifest: knowledge of r with C1 = rG, bound to
// `binding` (the manifest's digest) and the directory.
absl::StatusOr<std::string> ProveCiphertext(const EncryptedNumber& encrypted,
                                            const KeyDirectory& directory,
                                            absl::string_view binding);
// As SigmaVerify.
absl::Status VerifyCiphertext(const NymCiphertext& ciphertext, const KeyDirectory& directory,
                              absl::string_view binding, absl::string_view proof);

// N = C2 - y C1, of a ciphertext that has passed both hops.
absl::StatusOr<Point> DecryptElement(const AgencySecrets& secrets, const NymCiphertext& ciphertext);

// The nym of N at this agency.
Nym CloseNym(const AgencySecrets& secrets, const Point& element);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_PSEUDONYM_H_
