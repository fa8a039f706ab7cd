// The one source of time. Passed to constructors, so that a test moves time instead of sleeping.
#ifndef SLUSS_GATEWAY_BASE_CLOCK_H_
#define SLUSS_GATEWAY_BASE_CLOCK_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace sluss {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's clock. Never null, never destroyed.
const Clock* SystemClock();

// The day of the law: the civil day in Europe/Stockholm, whatever zone the machine is in.
absl::CivilDay SwedishDay(absl::Time time);

// Midnight, Swedish time, at which `day` begins.
absl::Time StartOfSwedishDay(absl::CivilDay day);

// The moment of a local Swedish time, as forms state it. In the hour that clocks show twice in
// autumn it is the first; in the hour that spring leaves out, the time an hour later.
absl::Time FromSwedishTime(absl::CivilSecond local);

// What a Swedish clock shows at `time`.
absl::CivilSecond ToSwedishTime(absl::Time time);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_BASE_CLOCK_H_
