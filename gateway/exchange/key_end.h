// Messages whose keys are not honoured any more: revoked, or of a directory whose time is over.
//
// Nobody could open them, or nobody should. They end at once, as denied at delivery, and their
// sender is told to make them anew; none of them waits for ever.
#ifndef SLUSS_GATEWAY_EXCHANGE_KEY_END_H_
#define SLUSS_GATEWAY_EXCHANGE_KEY_END_H_

#include "absl/status/status.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/exchange/recorder.h"
#include "gateway/exchange/rows.h"

namespace sluss {

// How such a message ends, for its sender and in the log.
inline constexpr char kKeysNotHonoured[] = "keys-not-honoured";

// That it was made under a directory of the ring, and that both its parties take part still.
bool KeysHonoured(const MessageRow& row, const DirectoryRing& keys);

// Within a unit of work, of a message that is queued or handed out: DELIVERY_DENIED entry, payload
// erased, sender told, and to phone where it is urgent or a duty.
absl::Status EndForKeys(Recorder& recorder, const MessageRow& row);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_KEY_END_H_
