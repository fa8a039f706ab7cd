// What a cited consent is worth at a moment: the one question asked at submission, at preflight and
// again at delivery. Pure but for the reading of records; thread-safe.
#ifndef SLUSS_GATEWAY_EXCHANGE_CONSENT_STATE_H_
#define SLUSS_GATEWAY_EXCHANGE_CONSENT_STATE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/exchange/consent_standing.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/store.h"
#include "policy/policy_set.h"
#include "proto/notification.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

// The state of one consent by itself: in force, complete, nobody refused. From the age of own
// consent, when it was given or as `age_from` says now, the child must have granted too; below it,
// where it was judged mature (OSL 12 kap. 3 §; by age and maturity).
v1::ConsentState OwnStateOf(const StandingConsent& consent, uint32_t age_from, absl::Time now,
                            const ExchangeLimits& limits);

// The state of one consent for the message that `facts` describe (sender, recipient, purpose, roles
// of its officers, age). VALID only when everything holds; else the gravest fault: what is said
// about the consent itself before what is said about its use.
v1::ConsentState StateOf(const StandingConsent& consent, const v1::Facts& facts, absl::Time now,
                         const ExchangeLimits& limits);

// Of the two, the one that says more against the consent.
v1::ConsentState Graver(v1::ConsentState a, v1::ConsentState b);

// Every age at which something is decided otherwise, ascending: those of the policy, and those of
// consent. A sender tells the interval between two of them and nothing more.
std::vector<uint32_t> AgeLimits(const PolicySet& policy, const ExchangeLimits& limits);

// The facts of a message as they stand at `now`: the day of the law, and over all consents that it
// cites the gravest state and, when all are valid, the categories that they cover. Each counts for
// what all that it is judged by permit (JudgedBy). Fails only where `view` does.
absl::StatusOr<v1::Facts> FactsAt(absl::Time now, v1::Facts message,
                                  const std::vector<v1::CitedConsent>& consents,
                                  const StoreView& view, const ExchangeLimits& limits);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_CONSENT_STATE_H_
