// Taking back a consent, or a message that is still queued.
#ifndef SLUSS_GATEWAY_EXCHANGE_WITHDRAW_H_
#define SLUSS_GATEWAY_EXCHANGE_WITHDRAW_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/recorder.h"
#include "proto/gateway.pb.h"

namespace sluss {

struct Withdrawal {
  AgencyId caller;
  ConsentId consent_id;  // one of the two is set
  MessageId message_id;
  std::string officer;       // 32 bytes
  std::string on_behalf_of;  // "guardian", "child", "party"
};

// INVALID_ARGUMENT names the field.
absl::StatusOr<Withdrawal> ParseWithdrawal(const AgencyId& caller,
                                           const v1::WithdrawRequest& request);

struct Withdrawn {
  absl::Status refusal;
  v1::WithdrawResponse response;  // all but the receipt
  std::optional<uint64_t> recorded_before;
};

// A unit of work: WITHDRAWAL entry, then a STOP entry for each queued message that ends by it;
// their payloads are erased and their senders told, all at once or not at all. A consent may be
// taken back by the depositor and every party that it names, a message by its sender. Asked again,
// it answers from the first withdrawal.
absl::Status ApplyWithdrawal(Recorder& recorder, const Withdrawal& request, Withdrawn* result);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_WITHDRAW_H_
