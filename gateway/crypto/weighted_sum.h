// A sum of many points with small public weights, as a composite proof needs it.
//
// In variable time: no secret may come near it (public_sum.h says the same). Pippenger's buckets:
// for 256 points an eighth of what single multiplications cost.
#ifndef SLUSS_GATEWAY_CRYPTO_WEIGHTED_SUM_H_
#define SLUSS_GATEWAY_CRYPTO_WEIGHTED_SUM_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/crypto/group.h"

namespace sluss {

// Little-endian: below 2^128, which is what a composite of a group of prime order needs.
using Weight = std::array<uint8_t, 16>;

// INVALID_ARGUMENT when the sum is the identity element (an empty sum is) or the numbers differ.
// Free function; thread-safe.
absl::StatusOr<Point> WeightedSum(std::span<const Weight> weights,
                                  std::span<const Point* const> points);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_WEIGHTED_SUM_H_
