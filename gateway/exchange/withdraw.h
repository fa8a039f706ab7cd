// Taking back a consent, in whole or in part, or a message of one's own.
#ifndef SLUSS_GATEWAY_EXCHANGE_WITHDRAW_H_
#define SLUSS_GATEWAY_EXCHANGE_WITHDRAW_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/recorder.h"
#include "policy/policy_set.h"
#include "proto/gateway.pb.h"

namespace sluss {

struct Withdrawal {
  AgencyId caller;       // empty: an officer of the exchange
  std::string official;  // the officer's name in the certificate: "officer/anna"
  ConsentId consent_id;  // one of the two is set
  MessageId message_id;
  std::string officer;          // 32 bytes; of an agency
  std::string on_behalf_of;     // "guardian", "child", "party"
  std::set<std::string> party;  // only what concerns these; both empty: the whole
  std::set<std::string> category;
};

// INVALID_ARGUMENT names the field. The second is for an officer of the exchange, who takes back a
// consent on a guardian's or a child's behalf and nothing else.
absl::StatusOr<Withdrawal> ParseWithdrawal(const AgencyId& caller,
                                           const v1::WithdrawRequest& request);
absl::StatusOr<Withdrawal> ParseOfficialWithdrawal(absl::string_view official,
                                                   const v1::WithdrawRequest& request);

struct Withdrawn {
  absl::Status refusal;
  v1::WithdrawResponse response;  // all but the receipt
  std::optional<uint64_t> recorded_before;
};

// A unit of work: WITHDRAWAL entry, then what it does to every message in flight (narrowing.h), all
// at once or not at all. A consent may be taken back by the depositor and every party that it
// names, whichever version of it is named: the newest ends. A part after which fewer than two
// parties, no depositor or no category is left ends the whole. A message may be taken back by its
// sender: queued it is stopped; handed out it is called back, but a duty report stays. Asked again,
// it answers from the first withdrawal.
absl::Status ApplyWithdrawal(Recorder& recorder, const Withdrawal& request, const PolicySet& policy,
                             const ExchangeLimits& limits, Withdrawn* result);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_WITHDRAW_H_
