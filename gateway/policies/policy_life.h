// The life of policies as use cases: draft, check, propose, approve by a second person, activate at
// a time, roll back, look back.
//
//   1. An author's draft is loaded and checked, its difference from the version in force is formed,
//      and both are stored as a proposal.
//   2. An approver, who is another person, approves the digest over both versions, the vocabulary
//      and the difference. A version that comes into force meanwhile makes the proposal void.
//   3. Activation: one transaction ends the version in force, begins the new one, voids all other
//      proposals and writes the leaves; when it is durable, and before anything later is decided,
//      the set in memory is replaced. Scheduled ones wait in the store for their time.
//
// Every step is a leaf of the log in the transaction of its change. Errors as policy_admin.proto
// says; whatever fails has changed nothing, or is answered as done where the store took it after
// all.
#ifndef SLUSS_GATEWAY_POLICIES_POLICY_LIFE_H_
#define SLUSS_GATEWAY_POLICIES_POLICY_LIFE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/store.h"
#include "gateway/policies/active_policy.h"
#include "gateway/policies/draft.h"
#include "gateway/policies/steps.h"
#include "policy/policy_set.h"
#include "proto/analysis.pb.h"
#include "proto/policy_admin.pb.h"

namespace sluss {

// What is in force when a gateway starts. Files are the first version, imported at the first start;
// from then on the stored version rules and the files are a draft that nobody has proposed.
struct PolicyAtStart {
  std::shared_ptr<const PolicySet> set;
  bool first = false;        // nothing was stored: `set` is that of the files
  absl::Status files;        // whether the files load
  std::string files_digest;  // where they do
};
// Fails where nothing is stored and the files do not load, or where the stored version does not.
absl::StatusOr<PolicyAtStart> ChoosePolicy(const StoreView& view,
                                           absl::StatusOr<std::shared_ptr<const PolicySet>> files);

// Puts in force what the newest stored activation says, where another gateway that shares the store
// activated it. In the ledger's thread.
absl::Status FollowActivation(const StoreView& view, ActivePolicy* active);

// The pointed-to objects outlive the life.
struct PolicyLifeParts {
  const StoreView* store;
  Ledger* ledger;
  const Clock* clock;
  ActivePolicy* active;  // holds what ChoosePolicy gave
  DraftAnalysis analysis;
};

// Thread-safe; methods block for as long as their commit takes, Propose and Rollback for as long as
// the analysis takes, one of them at a time.
class PolicyLife {
 public:
  // Imports the active set where nothing is stored yet. Whoever begins it calls ActivateDue before
  // anything is decided: a schedule may have fallen due while the gateway was down.
  static absl::StatusOr<std::unique_ptr<PolicyLife>> Begin(PolicyLifeParts parts);

  absl::StatusOr<v1::Proposal> Propose(const Official& by, const v1::ProposeRequest& request);
  absl::StatusOr<v1::Proposal> Approve(const Official& by, const v1::ApproveRequest& request);
  // A time must lie ahead, at most a year. Again for a scheduled one: another time.
  absl::StatusOr<v1::Proposal> Activate(const Official& by, const v1::ActivateRequest& request);
  absl::StatusOr<v1::Proposal> Withdraw(const Official& by,
                                        const v1::WithdrawProposalRequest& request);
  absl::StatusOr<v1::Proposal> Rollback(const Official& by, const v1::RollbackRequest& request);

  absl::StatusOr<v1::Proposal> GetProposal(const v1::GetProposalRequest& request) const;
  absl::StatusOr<v1::ActivePolicy> GetActive(const v1::GetActiveRequest& request) const;
  absl::StatusOr<v1::PolicyHistory> GetHistory(const v1::GetHistoryRequest& request) const;
  // The entry of the export is durable before the first decision is handed to `take`.
  absl::Status GetRecorded(const Official& by, const v1::GetRecordedRequest& request,
                           const std::function<bool(const v1::RecordedDecision&)>& take);

  // Activates what is due; the proposal where there was one. Called every few seconds.
  absl::StatusOr<std::optional<v1::Proposal>> ActivateDue();

 private:
  explicit PolicyLife(PolicyLifeParts parts) : parts_(std::move(parts)) {}

  absl::StatusOr<v1::Proposal> Keep(const Official& by, CheckedDraft draft, const std::string& note,
                                    bool check_only);
  using Step = std::function<absl::Status(Recorder&, StepResult*)>;
  absl::StatusOr<v1::Proposal> Run(const Step& step);
  absl::StatusOr<v1::Proposal> ActivateNow(const Official* by, uint64_t number);

  const PolicyLifeParts parts_;
  Mutex analysing_;  // two large analyses at a time would starve the exchange
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_POLICIES_POLICY_LIFE_H_
