#include "gateway/exchange/judge.h"

#include <utility>

#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "gateway/exchange/consent_state.h"
#include "gateway/exchange/officers.h"
#include "policy/decide.h"

namespace sluss {
namespace {

absl::StatusOr<JudgedNow> JudgeFacts(const PolicySet& policy, absl::Time now,
                                     const v1::Facts& message,
                                     const std::vector<v1::CitedConsent>& consents,
                                     const StoreView& view, const ExchangeLimits& limits) {
  JudgedNow judged;
  ASSIGN_OR_RETURN(judged.facts, FactsAt(now, message, consents, view, limits));
  judged.decision = Decide(policy, judged.facts);
  return judged;
}

void SayOfficerIsGone(v1::Decision* decision) {
  decision->set_reason_code(kOfficerNotInForce);
  decision->set_reason_sv(
      "En tjänsteman som står för uppgiften är inte längre behörig. Låt en annan ta ställning.");
  decision->set_reason_en(
      "An officer who attests this is no longer enrolled. Let another officer decide.");
}

}  // namespace

absl::StatusOr<JudgedNow> JudgeNow(const PolicySet& policy, absl::Time now,
                                   const v1::Facts& message,
                                   const std::vector<v1::CitedConsent>& consents,
                                   const std::vector<v1::AttestingOfficer>& officers,
                                   const StoreView& view, const ExchangeLimits& limits) {
  ASSIGN_OR_RETURN(JudgedNow all, JudgeFacts(policy, now, message, consents, view, limits));
  if (all.decision.duty()) return all;
  ASSIGN_OR_RETURN(const std::vector<v1::AttestingOfficer> still,
                   StillInForce(AgencyId(message.sender()), officers, now, view));
  if (still.size() == officers.size()) return all;
  v1::Facts fewer = message;
  fewer.clear_officer_role();
  for (const v1::AttestingOfficer& officer : still) fewer.add_officer_role(officer.role());
  fewer.set_reason(message.reason() && !still.empty());
  fewer.set_weighing(message.weighing() && !still.empty());
  ASSIGN_OR_RETURN(JudgedNow left, JudgeFacts(policy, now, fewer, consents, view, limits));
  const bool denied_by_it =
      left.decision.verdict() == v1::VERDICT_DENY && all.decision.verdict() != v1::VERDICT_DENY;
  if (denied_by_it) SayOfficerIsGone(&left.decision);
  return left;
}

}  // namespace sluss
