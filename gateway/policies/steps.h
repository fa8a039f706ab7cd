// The steps of a policy's life, each within one transaction of the ledger: what it needs is read
// there, so that of two that race one finds the other done; the change and its leaf become durable
// together or not at all.
#ifndef SLUSS_GATEWAY_POLICIES_STEPS_H_
#define SLUSS_GATEWAY_POLICIES_STEPS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "gateway/exchange/recorder.h"
#include "gateway/policies/active_policy.h"
#include "policy/policy_set.h"
#include "proto/policy_admin.pb.h"

namespace sluss {

enum class PolicyRole { kAuthor, kApprover, kOfficer, kAdministrator };

// A person as the certificate names one. The same name under two roles is one person.
struct Official {
  PolicyRole role;
  std::string name;
};

// "author/anna"
std::string OfficialName(const Official& official);

// `refusal` is for the caller; then nothing was changed. The steps' own errors are the store's.
struct StepResult {
  absl::Status refusal;
  v1::Proposal proposal;  // after the step
};

// Keeps a checked draft, under the next number.
absl::Status ApplyProposal(Recorder& recorder, const Official& author, const std::string& version,
                           v1::Proposal proposal, StepResult* result);
absl::Status ApplyApproval(Recorder& recorder, const Official& approver,
                           const v1::ApproveRequest& request, StepResult* result);
absl::Status ApplySchedule(Recorder& recorder, const Official& by,
                           const v1::ActivateRequest& request, StepResult* result);
absl::Status ApplyWithdrawal(Recorder& recorder, const Official& by, uint64_t number,
                             StepResult* result);

// Brings proposal `number`, whose set is `set`, into force: the version before it is superseded and
// every other open proposal is void. `by` is null where a schedule does it. `active` is replaced
// when this is durable.
absl::Status ApplyActivation(Recorder& recorder, const Official* by, uint64_t number,
                             std::shared_ptr<const PolicySet> set, ActivePolicy* active,
                             StepResult* result);

// The first version of all, from files.
absl::Status ApplyImport(Recorder& recorder, const PolicySet& set, const std::string& version);

// The entry that an export of recorded decisions leaves behind.
absl::Status ApplyExport(Recorder& recorder, const Official& by, const std::string& from_day);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_POLICIES_STEPS_H_
