// A sum of multiples of points whose scalars are public, as every verifier of a proof needs it.
//
// In variable time: no secret may come near it, which is why proofs are made with group.h instead.
// libdecaf does the arithmetic. It keeps points decoded and multiplies in pairs, while each call
// into libsodium decodes and encodes its points anew: twice as fast over a whole proof.
#ifndef SLUSS_GATEWAY_CRYPTO_PUBLIC_SUM_H_
#define SLUSS_GATEWAY_CRYPTO_PUBLIC_SUM_H_

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/crypto/group.h"

namespace sluss {

// Not thread-safe.
class PublicSum {
 public:
  // Adds coefficient * base. No base: the generator.
  void Add(const Scalar& coefficient, const std::optional<Point>& base);

  // INVALID_ARGUMENT when the sum is the identity element; an empty sum is.
  absl::StatusOr<Point> Total() const;

 private:
  Scalar generator_ = Scalar::Zero();
  std::vector<std::pair<Scalar, Point>> multiples_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_PUBLIC_SUM_H_
