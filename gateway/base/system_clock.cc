// Alone in its file: a program that defines a SystemClock() of its own links without this one.
#include "absl/time/clock.h"
#include "gateway/base/clock.h"

namespace sluss {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace

const Clock* SystemClock() {
  static const RealClock* const clock = new RealClock;
  return clock;
}

}  // namespace sluss
