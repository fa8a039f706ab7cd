// What a long-running program of the exchange does first and last, in its main.
#ifndef SLUSS_GATEWAY_BASE_PROCESS_H_
#define SLUSS_GATEWAY_BASE_PROCESS_H_

#include <signal.h>

#include "absl/status/status.h"

namespace sluss {

// No core file and no debugger of the same user will see this process's memory, and files that it
// makes are for its user only. INTERNAL where the system refuses.
absl::Status ProtectProcess();

// SIGTERM and SIGINT, waited for instead of handled. Make it before any thread, so that every
// thread inherits the mask. A peer that hangs up (SIGPIPE) is ignored from then on.
class StopSignals {
 public:
  StopSignals();
  // Returns the signal that came.
  int Wait() const;

 private:
  sigset_t signals_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_BASE_PROCESS_H_
