#include "gateway/crypto/group.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

static_assert(kScalarSize == crypto_core_ristretto255_SCALARBYTES);
static_assert(kPointSize == crypto_core_ristretto255_BYTES);
static_assert(kUniformSize == crypto_core_ristretto255_HASHBYTES);

const uint8_t* Bytes(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

absl::Status CheckSize(absl::string_view what, size_t wanted, size_t size) {
  if (size == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " must be ", wanted, " bytes, not ", size));
}

absl::Status IdentityError() { return absl::InvalidArgumentError("point is the identity element"); }

}  // namespace

absl::StatusOr<Scalar> Scalar::Decode(absl::string_view bytes) {
  if (absl::Status size = CheckSize("scalar", kScalarSize, bytes.size()); !size.ok()) return size;
  // Reducing changes exactly the encodings of L and above.
  std::array<uint8_t, 2 * kScalarSize> wide{};
  std::memcpy(wide.data(), bytes.data(), kScalarSize);
  Scalar scalar;
  crypto_core_ristretto255_scalar_reduce(scalar.bytes_.data(), wide.data());
  const bool canonical = sodium_memcmp(scalar.bytes_.data(), wide.data(), kScalarSize) == 0;
  sodium_memzero(wide.data(), wide.size());
  if (!canonical) {
    return absl::InvalidArgumentError("scalar is not below the order of the group");
  }
  return scalar;
}

Scalar Scalar::Random() {
  Scalar scalar;
  crypto_core_ristretto255_scalar_random(scalar.bytes_.data());
  return scalar;
}

Scalar Scalar::Reduce(absl::string_view uniform) {
  std::array<uint8_t, kUniformSize> wide{};
  std::memcpy(wide.data(), uniform.data(), std::min(uniform.size(), wide.size()));
  Scalar scalar;
  crypto_core_ristretto255_scalar_reduce(scalar.bytes_.data(), wide.data());
  sodium_memzero(wide.data(), wide.size());
  return scalar;
}

Scalar::~Scalar() { sodium_memzero(bytes_.data(), bytes_.size()); }

bool Scalar::IsZero() const { return sodium_is_zero(bytes_.data(), bytes_.size()) == 1; }

absl::StatusOr<Scalar> Scalar::Inverse() const {
  Scalar inverse;
  if (crypto_core_ristretto255_scalar_invert(inverse.bytes_.data(), bytes_.data()) != 0) {
    return absl::InvalidArgumentError("scalar is zero");
  }
  return inverse;
}

Scalar Scalar::Negated() const {
  Scalar negated;
  crypto_core_ristretto255_scalar_negate(negated.bytes_.data(), bytes_.data());
  return negated;
}

std::string Scalar::EncodePublic() const {
  return std::string(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
}

SecretBytes Scalar::EncodeSecret(InsecureSecretAccess access) const {
  return SecretBytes({reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}, access);
}

Scalar operator+(const Scalar& a, const Scalar& b) {
  Scalar sum;
  crypto_core_ristretto255_scalar_add(sum.bytes_.data(), a.bytes_.data(), b.bytes_.data());
  return sum;
}

Scalar operator-(const Scalar& a, const Scalar& b) {
  Scalar difference;
  crypto_core_ristretto255_scalar_sub(difference.bytes_.data(), a.bytes_.data(), b.bytes_.data());
  return difference;
}

Scalar operator*(const Scalar& a, const Scalar& b) {
  Scalar product;
  crypto_core_ristretto255_scalar_mul(product.bytes_.data(), a.bytes_.data(), b.bytes_.data());
  return product;
}

bool operator==(const Scalar& a, const Scalar& b) {
  return sodium_memcmp(a.bytes_.data(), b.bytes_.data(), kScalarSize) == 0;
}

absl::StatusOr<Point> Point::Decode(absl::string_view bytes) {
  if (absl::Status size = CheckSize("point", kPointSize, bytes.size()); !size.ok()) return size;
  // libsodium's check accepts the identity.
  if (sodium_is_zero(Bytes(bytes), kPointSize) == 1) return IdentityError();
  if (crypto_core_ristretto255_is_valid_point(Bytes(bytes)) != 1) {
    return absl::InvalidArgumentError("point is not a canonical ristretto255 encoding");
  }
  Point point;
  std::memcpy(point.bytes_.data(), bytes.data(), kPointSize);
  return point;
}

absl::StatusOr<Point> Point::FromUniform(absl::string_view uniform) {
  absl::Status size = CheckSize("input of the one-way map", kUniformSize, uniform.size());
  if (!size.ok()) return size;
  Point point;
  if (crypto_core_ristretto255_from_hash(point.bytes_.data(), Bytes(uniform)) != 0 ||
      sodium_is_zero(point.bytes_.data(), kPointSize) == 1) {
    return IdentityError();
  }
  return point;
}

const Point& Point::Generator() {
  static const Point generator = [] {
    const std::array<uint8_t, kScalarSize> one = {1};
    Point point;
    if (crypto_scalarmult_ristretto255_base(point.bytes_.data(), one.data()) != 0) std::abort();
    return point;
  }();
  return generator;
}

// The operands are valid points, so that the only failure left to libsodium is the identity.
absl::StatusOr<Point> Multiply(const Scalar& k, const Point& p) {
  Point product;
  if (crypto_scalarmult_ristretto255(product.bytes_.data(), k.bytes_.data(), p.bytes_.data()) !=
      0) {
    return IdentityError();
  }
  return product;
}

absl::StatusOr<Point> MultiplyBase(const Scalar& k) {
  Point product;
  if (crypto_scalarmult_ristretto255_base(product.bytes_.data(), k.bytes_.data()) != 0) {
    return IdentityError();
  }
  return product;
}

absl::StatusOr<Point> Add(const Point& p, const Point& q) {
  Point sum;
  if (crypto_core_ristretto255_add(sum.bytes_.data(), p.bytes_.data(), q.bytes_.data()) != 0 ||
      sodium_is_zero(sum.bytes_.data(), kPointSize) == 1) {
    return IdentityError();
  }
  return sum;
}

absl::StatusOr<Point> Subtract(const Point& p, const Point& q) {
  Point difference;
  if (crypto_core_ristretto255_sub(difference.bytes_.data(), p.bytes_.data(), q.bytes_.data()) !=
          0 ||
      sodium_is_zero(difference.bytes_.data(), kPointSize) == 1) {
    return IdentityError();
  }
  return difference;
}

}  // namespace sluss
