// How long to wait before trying again: doubling from 0.25 s to 60 s, each a little random so that
// agencies that lost the gateway together do not come back together.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_BACKOFF_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_BACKOFF_H_

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/crypto/random.h"

namespace sluss {

// Not thread-safe.
class Backoff {
 public:
  // Between half of the current step and all of it; the next step is twice as long.
  absl::Duration Next() {
    const double part = static_cast<uint8_t>(RandomBytes(1)[0]) / 255.0;
    const absl::Duration wait = step_ * (0.5 + part / 2);
    step_ = std::min(step_ * 2, kLongest);
    return wait;
  }
  void Reset() { step_ = kShortest; }

  static constexpr absl::Duration kLongest = absl::Seconds(60);

 private:
  static constexpr absl::Duration kShortest = absl::Milliseconds(250);

  absl::Duration step_ = kShortest;
};

// Something that is tried again and again.
struct Attempt {
  absl::Time next = absl::InfinitePast();
  Backoff backoff;

  // No wait is longer than the longest: else the clock was set back, and the wait is over.
  bool Due(absl::Time now) const { return now >= next || next - now > Backoff::kLongest; }
};

// False for the faults that lie in the request itself: the same bytes will be refused again.
// Everything else, a fault of identity or certificate included, is for an operator to mend while
// the message waits.
inline bool WorthRetrying(const absl::Status& status) {
  return !absl::IsInvalidArgument(status) && !absl::IsFailedPrecondition(status) &&
         !absl::IsOutOfRange(status) && !absl::IsAlreadyExists(status) && !absl::IsNotFound(status);
}

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_BACKOFF_H_
