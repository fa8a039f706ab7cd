#include "gateway/crypto/public_sum.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/crypto/decaf_point.h"

namespace sluss {
namespace {

static_assert(kScalarSize == DECAF_255_SCALAR_BYTES);
static_assert(kPointSize == DECAF_255_SER_BYTES);

// As RawPoint.
struct RawScalar {
  decaf_255_scalar_t value;
};

// A Scalar is reduced: this cannot fail.
RawScalar Raw(const Scalar& scalar) {
  RawScalar raw;
  const std::string bytes = scalar.EncodePublic();
  if (decaf_255_scalar_decode(raw.value, reinterpret_cast<const uint8_t*>(bytes.data())) !=
      DECAF_SUCCESS) {
    std::abort();
  }
  return raw;
}

}  // namespace

// libdecaf 1.0.2 loses the generator's multiple when the other coefficient is zero.
void PublicSum::Add(const Scalar& coefficient, const std::optional<Point>& base) {
  if (coefficient.IsZero()) return;
  if (base.has_value()) {
    multiples_.emplace_back(coefficient, *base);
  } else {
    generator_ = generator_ + coefficient;
  }
}

// The generator shares its doublings with one multiple, the others with each other by twos.
absl::StatusOr<Point> PublicSum::Total() const {
  RawPoint total;
  const bool odd = multiples_.size() % 2 == 1;
  if (odd) {
    decaf_255_base_double_scalarmul_non_secret(total.value, Raw(generator_).value,
                                               Raw(multiples_[0].second).value,
                                               Raw(multiples_[0].first).value);
  } else {
    decaf_255_precomputed_scalarmul(total.value, decaf_255_precomputed_base, Raw(generator_).value);
  }
  for (size_t i = odd ? 1 : 0; i < multiples_.size(); i += 2) {
    RawPoint pair;
    decaf_255_point_double_scalarmul(
        pair.value, Raw(multiples_[i].second).value, Raw(multiples_[i].first).value,
        Raw(multiples_[i + 1].second).value, Raw(multiples_[i + 1].first).value);
    decaf_255_point_add(total.value, total.value, pair.value);
  }
  std::array<char, kPointSize> encoded;
  decaf_255_point_encode(reinterpret_cast<uint8_t*>(encoded.data()), total.value);
  return Point::Decode({encoded.data(), encoded.size()});
}

}  // namespace sluss
