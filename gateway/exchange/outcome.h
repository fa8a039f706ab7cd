// How a message ended, told to its sender.
#ifndef SLUSS_GATEWAY_EXCHANGE_OUTCOME_H_
#define SLUSS_GATEWAY_EXCHANGE_OUTCOME_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/exchange/recorder.h"
#include "gateway/exchange/rows.h"
#include "proto/gateway.pb.h"

namespace sluss {

// The sentences for a state, Swedish and English; `reason_sv` and `reason_en` follow where there
// are any. Pure.
v1::Outcome OutcomeOf(v1::MessageState state, absl::string_view reason_code,
                      absl::string_view reason_sv = "", absl::string_view reason_en = "");

// The message is queued or out, but nobody has acknowledged it within its time: phone.
v1::Outcome PhoneNow(v1::MessageState state);

// Still queued, but it leaves without what a withdrawn consent no longer covers.
v1::Outcome TrimmedOutcome(absl::string_view reason_code);

// What the recipient says that it did with a recalled message: "destroyed", "not-received",
// "taken".
v1::Outcome RecallEnded(absl::string_view code);

// Queues the outcome for the sender and wakes it.
absl::Status TellSender(Recorder& recorder, const MessageRow& row, const v1::Outcome& outcome);

// The ciphertexts of the pseudonym are erased with the payload, once nobody waits for them.
void ForgetPseudonym(MessageRow* row);

// A message's last step: recorded, its payload erased, out of the queue, its sender told.
absl::Status EndMessage(Recorder& recorder, MessageRow row, const Entry& because,
                        const v1::Outcome& outcome);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_OUTCOME_H_
