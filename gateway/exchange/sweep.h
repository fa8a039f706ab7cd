// What time does by itself to messages: nobody acknowledged in time, nobody fetched in time.
#ifndef SLUSS_GATEWAY_EXCHANGE_SWEEP_H_
#define SLUSS_GATEWAY_EXCHANGE_SWEEP_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/exchange/recorder.h"

namespace sluss {

inline constexpr size_t kSweepBatch = 200;

// A unit of work over at most kSweepBatch messages whose deadline has passed; how many there were.
// A sender is told once to phone when nobody has acknowledged by the message's deadline:
// PHONE_NOTICE entry, in one transaction with what the sender gets. A message that is not fetched
// until it expires ends there: EXPIRY entry, payload erased, sender told to phone. A message that
// ended long ago is forgotten (Retention); the log keeps what it told.
absl::StatusOr<size_t> ApplyDeadlines(Recorder& recorder);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_SWEEP_H_
