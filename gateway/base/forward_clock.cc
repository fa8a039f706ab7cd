#include "gateway/base/forward_clock.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sluss {

ForwardClock::ForwardClock(const Clock* clock, absl::Time since, Stopwatch stopwatch)
    : clock_(clock), stopwatch_(std::move(stopwatch)), shown_(since), read_(stopwatch_()) {}

absl::Time ForwardClock::Now() const {
  MutexLock lock(&mutex_);
  const absl::Duration read = stopwatch_();
  // Whole microseconds, as they are stored: the rest stays on the stopwatch.
  const absl::Duration step = absl::Trunc((read - read_) / 2, absl::Microseconds(1));
  const absl::Time machine = clock_->Now();
  if (machine >= shown_) {
    shown_ = machine;
    read_ = read;
  } else {
    shown_ += step;
    read_ += 2 * step;
  }
  return shown_;
}

void ForwardClock::NotBefore(absl::Time time) {
  MutexLock lock(&mutex_);
  shown_ = std::max(shown_, time);
}

absl::Duration ForwardClock::Behind() const {
  MutexLock lock(&mutex_);
  return std::max(shown_ - clock_->Now(), absl::ZeroDuration());
}

absl::Duration ForwardClock::SteadyTime() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace sluss
