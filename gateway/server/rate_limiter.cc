#include "gateway/server/rate_limiter.h"

#include <algorithm>

namespace sluss {

absl::Status RateLimiter::Take(const AgencyId& agency) {
  const absl::Time now = clock_->Now();
  MutexLock lock(&mutex_);
  Bucket& bucket = buckets_.try_emplace(agency, Bucket{per_second_, now}).first->second;
  if (now > bucket.filled) {
    bucket.tokens = std::min(
        per_second_, bucket.tokens + per_second_ * absl::ToDoubleSeconds(now - bucket.filled));
  }
  bucket.filled = now;
  if (bucket.tokens < 1) {
    return absl::ResourceExhaustedError(
        "too many requests from this agency in one second: send the same request again later");
  }
  bucket.tokens -= 1;
  return absl::OkStatus();
}

}  // namespace sluss
