// A clock that never goes back, for what must not be undone when the machine's clock is set back:
// the order of the log, deadlines that have passed, the day of the law.
//
// Shows the machine's time while that goes forward. When the machine's clock is set back, it goes
// on from the latest time that it has shown, at half the speed of a stopwatch, until the machine's
// time has caught up: deadlines are then at most twice as late as they should be, and a jump of an
// hour is made up for after two. Non-promise: a clock that ran ahead is not found out; what was
// said by it stays said.
#ifndef SLUSS_GATEWAY_BASE_FORWARD_CLOCK_H_
#define SLUSS_GATEWAY_BASE_FORWARD_CLOCK_H_

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"

namespace sluss {

// Thread-safe.
class ForwardClock : public Clock {
 public:
  // Grows evenly whatever is done to the machine's clock.
  using Stopwatch = std::function<absl::Duration()>;

  // Never before `since`. `clock` must outlive this object.
  ForwardClock(const Clock* clock, absl::Time since, Stopwatch stopwatch = SteadyTime);

  absl::Time Now() const override;
  // From now on never before `time`, which another's clock has shown.
  void NotBefore(absl::Time time);
  // How far the machine's clock lies behind what was shown last; zero while it goes forward.
  absl::Duration Behind() const;

  static absl::Duration SteadyTime();

 private:
  const Clock* const clock_;
  const Stopwatch stopwatch_;
  mutable Mutex mutex_;
  mutable absl::Time shown_ ABSL_GUARDED_BY(mutex_);
  mutable absl::Duration read_ ABSL_GUARDED_BY(mutex_);  // the stopwatch, when `shown_` was shown
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_BASE_FORWARD_CLOCK_H_
