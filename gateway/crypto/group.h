// The group ristretto255 (RFC 9496): prime order L, written additively, generator G.
//
// libsodium does the arithmetic in constant time; public_sum.h is for verifiers. What it leaves to
// its caller is closed here once: scalars of L or more and the identity element are refused at
// every decode, and a result that is the identity is an error, so that a Point is never the
// identity.
//
// Values; thread-safe as values are.
#ifndef SLUSS_GATEWAY_CRYPTO_GROUP_H_
#define SLUSS_GATEWAY_CRYPTO_GROUP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/secret.h"

namespace sluss {

inline constexpr size_t kScalarSize = 32;  // little-endian
inline constexpr size_t kPointSize = 32;
inline constexpr size_t kUniformSize = 64;  // what is mapped to a scalar or point without bias

class Point;

// An integer modulo L. Treated as a secret: wiped when it dies and never printed.
class Scalar {
 public:
  // INVALID_ARGUMENT unless 32 bytes below L. Zero is accepted: ask IsZero where it matters.
  static absl::StatusOr<Scalar> Decode(absl::string_view bytes);
  // Uniform and never zero.
  static Scalar Random();
  // `uniform`, 64 bytes, reduced modulo L.
  static Scalar Reduce(absl::string_view uniform);
  static Scalar Zero() { return Scalar(); }

  Scalar(const Scalar&) = default;
  Scalar& operator=(const Scalar&) = default;
  ~Scalar();

  bool IsZero() const;
  // INVALID_ARGUMENT for zero.
  absl::StatusOr<Scalar> Inverse() const;
  Scalar Negated() const;

  // For a scalar that is published, such as a proof's.
  std::string EncodePublic() const;
  // For a key.
  SecretBytes EncodeSecret(InsecureSecretAccess) const;

  friend Scalar operator+(const Scalar& a, const Scalar& b);
  friend Scalar operator-(const Scalar& a, const Scalar& b);
  friend Scalar operator*(const Scalar& a, const Scalar& b);
  // In constant time.
  friend bool operator==(const Scalar& a, const Scalar& b);

 private:
  friend absl::StatusOr<Point> Multiply(const Scalar& k, const Point& p);
  friend absl::StatusOr<Point> MultiplyBase(const Scalar& k);
  Scalar() = default;

  std::array<uint8_t, kScalarSize> bytes_{};
};

// An element of the group other than the identity, kept as its canonical encoding.
class Point {
 public:
  // INVALID_ARGUMENT says which: wrong length, the identity element, not a canonical encoding.
  static absl::StatusOr<Point> Decode(absl::string_view bytes);
  // The one-way map of RFC 9496 from 64 uniform bytes.
  static absl::StatusOr<Point> FromUniform(absl::string_view uniform);
  static const Point& Generator();

  // The encoding; valid as long as this point.
  absl::string_view encoded() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

  friend bool operator==(const Point& a, const Point& b) { return a.bytes_ == b.bytes_; }
  friend bool operator!=(const Point& a, const Point& b) { return !(a == b); }

  // All four: INVALID_ARGUMENT when the result is the identity element.
  friend absl::StatusOr<Point> Multiply(const Scalar& k, const Point& p);
  friend absl::StatusOr<Point> MultiplyBase(const Scalar& k);  // kG, three times as fast
  friend absl::StatusOr<Point> Add(const Point& p, const Point& q);
  friend absl::StatusOr<Point> Subtract(const Point& p, const Point& q);

 private:
  Point() = default;

  std::array<uint8_t, kPointSize> bytes_{};
};

absl::StatusOr<Point> Multiply(const Scalar& k, const Point& p);
absl::StatusOr<Point> MultiplyBase(const Scalar& k);
absl::StatusOr<Point> Add(const Point& p, const Point& q);
absl::StatusOr<Point> Subtract(const Point& p, const Point& q);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_GROUP_H_
