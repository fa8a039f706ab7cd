// A clock that a test moves.
#ifndef SLUSS_TESTS_TESTING_FAKE_CLOCK_H_
#define SLUSS_TESTS_TESTING_FAKE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "gateway/base/clock.h"

namespace sluss::testing {

// Thread-safe. Stands still until moved.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time start) : us_(absl::ToUnixMicros(start)) {}
  absl::Time Now() const override { return absl::FromUnixMicros(us_.load()); }
  void Set(absl::Time time) { us_.store(absl::ToUnixMicros(time)); }
  void Advance(absl::Duration by) { us_.fetch_add(absl::ToInt64Microseconds(by)); }

 private:
  std::atomic<int64_t> us_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_TESTING_FAKE_CLOCK_H_
