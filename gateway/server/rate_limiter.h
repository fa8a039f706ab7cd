// How many requests a second one agency may make.
#ifndef SLUSS_GATEWAY_SERVER_RATE_LIMITER_H_
#define SLUSS_GATEWAY_SERVER_RATE_LIMITER_H_

#include <map>

#include "absl/status/status.h"
#include "gateway/base/clock.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"

namespace sluss {

// A token bucket an agency, one second deep. Thread-safe. `clock` must outlive it. A clock that
// goes back adds nothing and takes nothing.
class RateLimiter {
 public:
  RateLimiter(double per_second, const Clock* clock) : per_second_(per_second), clock_(clock) {}

  // RESOURCE_EXHAUSTED when the agency's second is used up: the same request may be sent again.
  absl::Status Take(const AgencyId& agency);

 private:
  struct Bucket {
    double tokens;
    absl::Time filled;
  };

  const double per_second_;
  const Clock* const clock_;
  Mutex mutex_;
  std::map<AgencyId, Bucket> buckets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_RATE_LIMITER_H_
