// The SystemClock of the `-moved` programs: the machine's clock and as many seconds more or less as
// the file named by SLUSS_MOVED_CLOCK says, looked up at every call. So a test takes real processes
// through weeks. What TLS and gRPC go by stays the machine's.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "absl/time/clock.h"
#include "gateway/base/clock.h"

namespace sluss {
namespace {

class MovedClock : public Clock {
 public:
  absl::Time Now() const override {
    const char* const path = std::getenv("SLUSS_MOVED_CLOCK");
    int64_t seconds = 0;
    if (path == nullptr || !(std::ifstream(path) >> seconds)) {
      std::cerr << "SLUSS_MOVED_CLOCK names no file with a number of seconds\n";
      std::abort();
    }
    return absl::Now() + absl::Seconds(seconds);
  }
};

}  // namespace

const Clock* SystemClock() {
  static const MovedClock* const clock = new MovedClock;
  return clock;
}

}  // namespace sluss
