// RFC 9497, suite ristretto255-SHA512: oblivious evaluation of a pseudorandom function, in its
// three modes. Sluss uses mode 0x01 (enrolment); the others are here to pass the RFC's vectors and
// for whoever builds on them.
//
// Free functions over values; thread-safe. Proofs are challenge | response, 64 bytes. Operations on
// the server's key run in constant time.
#ifndef SLUSS_GATEWAY_CRYPTO_OPRF_H_
#define SLUSS_GATEWAY_CRYPTO_OPRF_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/group.h"
#include "gateway/crypto/secret.h"

namespace sluss {

enum class OprfMode : uint8_t { kOprf = 0x00, kVoprf = 0x01, kPoprf = 0x02 };

struct OprfKeyPair {
  Scalar secret;
  Point public_key;
};

// DeriveKeyPair (3.2.1).
absl::StatusOr<OprfKeyPair> OprfDeriveKeyPair(OprfMode mode, const SecretBytes& seed,
                                              absl::string_view info);

// The group element of an input: HashToGroup with this mode's domain separation tag.
absl::StatusOr<Point> OprfInputElement(OprfMode mode, absl::string_view input);

// Blind (3.3.1): what the client sends. `blind` is Scalar::Random(), kept for Finalize.
absl::StatusOr<Point> OprfBlind(OprfMode mode, absl::string_view input, const Scalar& blind);

// The evaluated element without its blind.
absl::StatusOr<Point> OprfUnblind(const Scalar& blind, const Point& evaluated);

// A batch, evaluated under one key with one proof for all.
struct OprfEvaluation {
  std::vector<Point> elements;
  std::string proof;
};

// ---- Mode 0x00: no proof ------------------------------------------------------------------------
absl::StatusOr<Point> OprfBlindEvaluate(const Scalar& secret, const Point& blinded);
absl::StatusOr<std::string> OprfFinalize(absl::string_view input, const Scalar& blind,
                                         const Point& evaluated);

// ---- Mode 0x01: proved under a public key -------------------------------------------------------
absl::StatusOr<OprfEvaluation> VoprfBlindEvaluate(const Scalar& secret, const Point& public_key,
                                                  std::span<const Point> blinded);
// INVALID_ARGUMENT when the batch is empty or the counts differ, or the proof is malformed;
// PERMISSION_DENIED when it does not verify.
absl::Status VoprfVerify(const Point& public_key, std::span<const Point> blinded,
                         std::span<const Point> evaluated, absl::string_view proof);
absl::StatusOr<std::vector<std::string>> VoprfFinalize(std::span<const std::string> inputs,
                                                       std::span<const Scalar> blinds,
                                                       const Point& public_key,
                                                       std::span<const Point> blinded,
                                                       const OprfEvaluation& evaluation);

// ---- Mode 0x02: proved, with public input `info` ------------------------------------------------
// The key that the client checks against; INVALID_ARGUMENT when `info` cancels the key.
absl::StatusOr<Point> PoprfTweakedKey(const Point& public_key, absl::string_view info);
absl::StatusOr<OprfEvaluation> PoprfBlindEvaluate(const Scalar& secret,
                                                  std::span<const Point> blinded,
                                                  absl::string_view info);
absl::StatusOr<std::vector<std::string>> PoprfFinalize(
    std::span<const std::string> inputs, std::span<const Scalar> blinds, const Point& tweaked_key,
    std::span<const Point> blinded, const OprfEvaluation& evaluation, absl::string_view info);

// For test vectors only: the evaluation with the proof's random scalar given. A scalar that is used
// twice, or known, gives the key away.
absl::StatusOr<OprfEvaluation> VoprfBlindEvaluateForTest(const Scalar& secret,
                                                         const Point& public_key,
                                                         std::span<const Point> blinded,
                                                         const Scalar& proof_scalar);
absl::StatusOr<OprfEvaluation> PoprfBlindEvaluateForTest(const Scalar& secret,
                                                         std::span<const Point> blinded,
                                                         absl::string_view info,
                                                         const Scalar& proof_scalar);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_OPRF_H_
