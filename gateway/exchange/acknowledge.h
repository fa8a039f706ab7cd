// The recipient has a delivery, or could not accept it.
#ifndef SLUSS_GATEWAY_EXCHANGE_ACKNOWLEDGE_H_
#define SLUSS_GATEWAY_EXCHANGE_ACKNOWLEDGE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/recorder.h"

namespace sluss {

struct Acknowledgement {
  AgencyId caller;
  DeliveryId delivery_id;
  bool refused = false;
  std::string reason_code;  // with refused
};

// What came of it, filled in the ledger's thread.
struct Acknowledged {
  absl::Status refusal;                     // for the caller
  std::optional<uint64_t> recorded_before;  // the entry of an acknowledgement that came earlier
};

// A unit of work. A notification: ACKNOWLEDGEMENT or REFUSAL entry, payload erased, sender told;
// the first answer stands. One that ended after it was handed out (expiry, denied when it was to be
// handed out again) is acknowledged all the same, since the recipient has it; one that was called
// back is not. An outcome or a pseudonym leaves the queue; a refused pseudonym is recorded. A
// recall: RECALL_END entry with what the recipient did, sender told.
absl::Status ApplyAcknowledgement(Recorder& recorder, const Acknowledgement& request,
                                  Acknowledged* result);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_ACKNOWLEDGE_H_
