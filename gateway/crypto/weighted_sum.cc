#include "gateway/crypto/weighted_sum.h"

#include "absl/status/status.h"
#include "gateway/crypto/decaf_point.h"

namespace sluss {
namespace {

constexpr int kWindowBits = 4;
constexpr size_t kBuckets = (1 << kWindowBits) - 1;  // of the window's values but zero

int WindowOf(const Weight& weight, int window) {
  const uint8_t byte = weight[window / 2];
  return window % 2 == 0 ? byte & 0x0f : byte >> 4;
}

// Adds 1 b[1] + 2 b[2] + ... + 15 b[15], as sums of sums from above.
void AddBuckets(const std::array<RawPoint, kBuckets>& buckets, RawPoint* total) {
  RawPoint running;
  decaf_255_point_copy(running.value, decaf_255_point_identity);
  for (size_t i = kBuckets; i-- > 0;) {
    decaf_255_point_add(running.value, running.value, buckets[i].value);
    decaf_255_point_add(total->value, total->value, running.value);
  }
}

}  // namespace

absl::StatusOr<Point> WeightedSum(std::span<const Weight> weights,
                                  std::span<const Point* const> points) {
  if (weights.size() != points.size()) {
    return absl::InvalidArgumentError("there is not one weight for each point");
  }
  std::vector<RawPoint> raw;
  raw.reserve(points.size());
  for (const Point* const point : points) raw.push_back(Raw(*point));
  RawPoint total;
  decaf_255_point_copy(total.value, decaf_255_point_identity);
  for (int window = 2 * static_cast<int>(sizeof(Weight)) - 1; window >= 0; --window) {
    for (int i = 0; i < kWindowBits; ++i) decaf_255_point_double(total.value, total.value);
    std::array<RawPoint, kBuckets> buckets;
    for (RawPoint& bucket : buckets) {
      decaf_255_point_copy(bucket.value, decaf_255_point_identity);
    }
    for (size_t i = 0; i < raw.size(); ++i) {
      const int value = WindowOf(weights[i], window);
      if (value == 0) continue;
      RawPoint& bucket = buckets[value - 1];
      decaf_255_point_add(bucket.value, bucket.value, raw[i].value);
    }
    AddBuckets(buckets, &total);
  }
  std::array<char, kPointSize> encoded;
  decaf_255_point_encode(reinterpret_cast<uint8_t*>(encoded.data()), total.value);
  return Point::Decode({encoded.data(), encoded.size()});
}

}  // namespace sluss
