// The one judgement over a message, at submission and again at delivery: its facts as they stand
// now, and what the policy says of them.
#ifndef SLUSS_GATEWAY_EXCHANGE_JUDGE_H_
#define SLUSS_GATEWAY_EXCHANGE_JUDGE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/store.h"
#include "policy/policy_set.h"
#include "proto/policy.pb.h"
#include "proto/stored.pb.h"

namespace sluss {

// What the reason of a message is called that was denied because its officers are no longer there.
inline constexpr char kOfficerNotInForce[] = "officer-not-in-force";

struct JudgedNow {
  v1::Facts facts;  // as decided
  v1::Decision decision;
};

// Consents and officers are looked up in `view`: a consent that was withdrawn and an officer who
// was struck off or whose enrolment has ended count no more. Two things stand apart:
//   - a duty report is judged by the officers that it was sent with: that one of them has left is
//   no
//     reason to keep from a child what the law commands (SoL 2025:400 19 kap. 1 §);
//   - where the denial comes from an officer's absence alone, the reason says so.
// `officers` empty: those that `message` names by role (a message of an older gateway). Fails only
// where `view` does.
absl::StatusOr<JudgedNow> JudgeNow(const PolicySet& policy, absl::Time now,
                                   const v1::Facts& message,
                                   const std::vector<v1::CitedConsent>& consents,
                                   const std::vector<v1::AttestingOfficer>& officers,
                                   const StoreView& view, const ExchangeLimits& limits);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_JUDGE_H_
