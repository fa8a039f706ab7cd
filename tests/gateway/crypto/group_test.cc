#include "gateway/crypto/group.h"

#include <ostream>
#include <string>
#include <type_traits>

#include "gateway/base/hex.h"
#include "gateway/crypto/hash_to_group.h"
#include "gateway/crypto/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// The order of the group, little-endian (RFC 9496, section 4).
constexpr char kOrder[] = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
constexpr char kOrderMinusOne[] =
    "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

std::string Small(char value) { return std::string(1, value) + std::string(31, '\0'); }

TEST(ScalarTest, OnlyCanonicalEncodingsDecode) {
  EXPECT_OK(Scalar::Decode(*FromHex(kOrderMinusOne)));
  for (const std::string& bytes :
       {*FromHex(kOrder), std::string(32, '\xff'), *FromHex("eed3") + FromHex(kOrder)->substr(2),
        std::string(31, '\0') + '\x20'}) {
    EXPECT_THAT(Scalar::Decode(bytes),
                StatusIs(kInvalid, "scalar is not below the order of the group"));
  }
  EXPECT_THAT(Scalar::Decode("abc"), StatusIs(kInvalid, "scalar must be 32 bytes, not 3"));
}

TEST(ScalarTest, Arithmetic) {
  const Scalar a = Scalar::Random();
  const Scalar b = Scalar::Random();
  EXPECT_TRUE(a + b - b == a);
  EXPECT_TRUE(a * Must(a.Inverse()) == Must(Scalar::Decode(Small(1))));
  EXPECT_TRUE((a + a.Negated()).IsZero());
  EXPECT_FALSE(a == b);
  EXPECT_THAT(Must(Scalar::Decode(Small(0))).Inverse(), StatusIs(kInvalid, "scalar is zero"));
}

TEST(PointTest, TheIdentityIsRefusedEverywhere) {
  const char* const identity = "point is the identity element";
  const Scalar k = Scalar::Random();
  const Point p = Must(MultiplyBase(k));
  EXPECT_THAT(Point::Decode(std::string(32, '\0')), StatusIs(kInvalid, identity));
  EXPECT_THAT(Subtract(p, p), StatusIs(kInvalid, identity));
  EXPECT_THAT(Add(p, Must(MultiplyBase(k.Negated()))), StatusIs(kInvalid, identity));
  EXPECT_THAT(Multiply(Must(Scalar::Decode(Small(0))), p), StatusIs(kInvalid, identity));
  EXPECT_THAT(MultiplyBase(Must(Scalar::Decode(Small(0)))), StatusIs(kInvalid, identity));
}

TEST(PointTest, NonCanonicalEncodingsAreRefused) {
  EXPECT_THAT(Point::Decode(std::string(32, '\xff')),
              StatusIs(kInvalid, "point is not a canonical ristretto255 encoding"));
  EXPECT_THAT(Point::Decode(Small(1)),
              StatusIs(kInvalid, "point is not a canonical ristretto255 encoding"));
  EXPECT_THAT(Point::Decode(""), StatusIs(kInvalid, "point must be 32 bytes, not 0"));
}

TEST(PointTest, MultiplicationIsLinear) {
  const Scalar a = Scalar::Random();
  const Scalar b = Scalar::Random();
  const Point p = Must(HashToGroup("a point", "a tag"));
  EXPECT_EQ(Must(Add(Must(Multiply(a, p)), Must(Multiply(b, p)))), Must(Multiply(a + b, p)));
  EXPECT_EQ(Must(Multiply(a, Point::Generator())), Must(MultiplyBase(a)));
  EXPECT_EQ(Must(Subtract(Must(Multiply(a, p)), Must(Multiply(b, p)))), Must(Multiply(a - b, p)));
}

TEST(ExpandMessageTest, LengthsAndTagsAreChecked) {
  EXPECT_THAT(ExpandMessageXmd(HashFunction::kSha512, "m", "", 32),
              StatusIs(kInvalid, HasSubstr("empty")));
  EXPECT_THAT(ExpandMessageXmd(HashFunction::kSha512, "m", "t", 0),
              StatusIs(kInvalid, HasSubstr("1 to 16320")));
  EXPECT_THAT(ExpandMessageXmd(HashFunction::kSha256, "m", "t", 255 * 32 + 1),
              StatusIs(kInvalid, HasSubstr("1 to 8160")));
  EXPECT_EQ(Must(ExpandMessageXmd(HashFunction::kSha256, "m", std::string(300, 't'), 77)).size(),
            77u);
}

template <typename T, typename = void>
struct IsPrintable : std::false_type {};
template <typename T>
struct IsPrintable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<T>())>>
    : std::true_type {};

TEST(SecretTest, SecretsCannotBePrintedOrCopiedByAccident) {
  EXPECT_FALSE(IsPrintable<Scalar>::value);
  EXPECT_FALSE(IsPrintable<SecretBytes>::value);
  EXPECT_FALSE(IsPrintable<CanonicalNumber>::value);
  EXPECT_FALSE(std::is_copy_constructible_v<SecretBytes>);
  EXPECT_FALSE(std::is_copy_constructible_v<SigningKey>);
  EXPECT_FALSE(std::is_copy_constructible_v<HpkePrivateKey>);
  EXPECT_FALSE((std::is_convertible_v<SecretBytes, std::string>));
}

TEST(SecretTest, AMovedFromSecretIsEmpty) {
  const auto access = InsecureSecretAccess::Get();
  SecretBytes a("secret", access);
  SecretBytes b = std::move(a);
  EXPECT_EQ(a.size(), 0u);  // NOLINT(bugprone-use-after-move): what is tested
  EXPECT_EQ(b.Get(access), "secret");
  EXPECT_TRUE(SecretsEqual(b, SecretBytes("secret", access)));
  EXPECT_FALSE(SecretsEqual(b, SecretBytes("secreT", access)));
  EXPECT_FALSE(SecretsEqual(b, SecretBytes("secrets", access)));
}

}  // namespace
}  // namespace sluss
