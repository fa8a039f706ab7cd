#include "gateway/crypto/hash_to_group.h"

#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"
#include "gateway/crypto/sha512.h"

namespace sluss {
namespace {

constexpr size_t kMaxDst = 255;

std::string Digest(HashFunction hash, std::initializer_list<absl::string_view> parts) {
  if (hash == HashFunction::kSha256) return std::string(AsStringView(Sha256(parts)));
  return std::string(AsStringView(Sha512(parts)));
}

std::string Xor(absl::string_view a, absl::string_view b) {
  std::string result(a);
  for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<char>(a[i] ^ b[i]);
  return result;
}

std::string BigEndian16(size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

}  // namespace

absl::StatusOr<std::string> ExpandMessageXmd(HashFunction hash, absl::string_view message,
                                             absl::string_view dst, size_t size) {
  if (dst.empty()) return absl::InvalidArgumentError("the domain separation tag is empty");
  if (size == 0 || size > 255 * DigestSize(hash)) {
    return absl::InvalidArgumentError(
        absl::StrCat("length must be 1 to ", 255 * DigestSize(hash), ", not ", size));
  }
  std::string dst_prime =
      dst.size() > kMaxDst ? Digest(hash, {"H2C-OVERSIZE-DST-", dst}) : std::string(dst);
  dst_prime.push_back(static_cast<char>(dst_prime.size()));

  const std::string pad(BlockSize(hash), '\0');
  const std::string zero(1, '\0');
  const std::string first = Digest(hash, {pad, message, BigEndian16(size), zero, dst_prime});
  std::string block(DigestSize(hash), '\0');
  std::string uniform;
  for (unsigned char i = 1; uniform.size() < size; ++i) {
    block = Digest(hash, {Xor(first, block), std::string(1, static_cast<char>(i)), dst_prime});
    uniform += block;
  }
  uniform.resize(size);
  return uniform;
}

absl::StatusOr<Point> HashToGroup(absl::string_view message, absl::string_view dst) {
  ASSIGN_OR_RETURN(const std::string uniform,
                   ExpandMessageXmd(HashFunction::kSha512, message, dst, kUniformSize));
  return Point::FromUniform(uniform);
}

absl::StatusOr<Scalar> HashToScalar(absl::string_view message, absl::string_view dst) {
  ASSIGN_OR_RETURN(const std::string uniform,
                   ExpandMessageXmd(HashFunction::kSha512, message, dst, kUniformSize));
  return Scalar::Reduce(uniform);
}

}  // namespace sluss
