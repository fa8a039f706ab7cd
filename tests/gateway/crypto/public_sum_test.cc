// libdecaf's sums against the same sums by libsodium.
#include "gateway/crypto/public_sum.h"

#include <optional>
#include <string>

#include "gateway/base/hex.h"
#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kOrderMinusOne[] =
    "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

// Scalars at the edges of libdecaf's windows and of the group, and random ones.
Scalar AnyScalar(int turn) {
  switch (turn % 4) {
    case 0:
      return Must(
          Scalar::Decode(std::string(1, static_cast<char>(1 + turn)) + std::string(31, '\0')));
    case 1:
      return Must(Scalar::Decode(*FromHex(kOrderMinusOne)));
    default:
      return Scalar::Random();
  }
}

Point AnyPoint(int turn) {
  if (turn % 7 == 0) return Point::Generator();
  return Must(MultiplyBase(Scalar::Random()));
}

TEST(PublicSumTest, IsTheSumThatLibsodiumMakes) {
  for (int turn = 0; turn < 400; ++turn) {
    const int multiples = turn % 6;
    PublicSum sum;
    std::optional<Point> expected;
    const auto add = [&](const Scalar& coefficient, const std::optional<Point>& base) {
      sum.Add(coefficient, base);
      sum.Add(Scalar::Zero(), base);
      const Point multiple =
          base.has_value() ? Must(Multiply(coefficient, *base)) : Must(MultiplyBase(coefficient));
      expected = expected.has_value() ? Must(Add(*expected, multiple)) : multiple;
    };
    for (int i = 0; i < multiples; ++i) add(AnyScalar(turn + i), AnyPoint(turn + 3 * i + 1));
    if (multiples == 0 || turn % 3 == 0) add(AnyScalar(turn / 3), std::nullopt);
    if (turn % 5 == 0) add(Scalar::Random(), std::nullopt);
    EXPECT_EQ(Must(sum.Total()), *expected) << turn;
  }
}

TEST(PublicSumTest, PointsFromTheOneWayMapAreTheSameInBoth) {
  for (int turn = 0; turn < 100; ++turn) {
    const Scalar k = Scalar::Random();
    const Point point = Must(Point::FromUniform(RandomBytes(kUniformSize)));
    PublicSum sum;
    sum.Add(k, point);
    EXPECT_EQ(Must(sum.Total()), Must(Multiply(k, point)));
  }
}

TEST(PublicSumTest, ASumThatIsTheIdentityIsAnError) {
  const Scalar k = Scalar::Random();
  const Point point = Must(MultiplyBase(k));
  PublicSum none;
  EXPECT_THAT(none.Total(), StatusIs(kInvalid, "point is the identity element"));
  PublicSum cancelled;
  cancelled.Add(k, std::nullopt);
  cancelled.Add(Scalar::Zero(), point);
  EXPECT_EQ(Must(cancelled.Total()), point);
  cancelled.Add(Must(Scalar::Decode(*FromHex(kOrderMinusOne))), point);
  EXPECT_THAT(cancelled.Total(), StatusIs(kInvalid, "point is the identity element"));
}

}  // namespace
}  // namespace sluss
