// Taking back a consent or a part of it; withdraw.h promises what it does.
#ifndef SLUSS_GATEWAY_EXCHANGE_WITHDRAW_CONSENT_H_
#define SLUSS_GATEWAY_EXCHANGE_WITHDRAW_CONSENT_H_

#include "absl/status/status.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/recorder.h"
#include "gateway/exchange/withdrawal.h"
#include "policy/policy_set.h"

namespace sluss {

absl::Status WithdrawConsent(Recorder& recorder, const Withdrawal& request, const PolicySet& policy,
                             const ExchangeLimits& limits, Withdrawn* result);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_WITHDRAW_CONSENT_H_
