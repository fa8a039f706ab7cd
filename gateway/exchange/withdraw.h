// Taking back a consent, in whole or in part, or a message of one's own.
#ifndef SLUSS_GATEWAY_EXCHANGE_WITHDRAW_H_
#define SLUSS_GATEWAY_EXCHANGE_WITHDRAW_H_

#include "absl/status/status.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/recorder.h"
#include "gateway/exchange/withdrawal.h"
#include "policy/policy_set.h"

namespace sluss {

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
