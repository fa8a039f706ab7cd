#include "gateway/policies/policy_life.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/policies/recorded.h"
#include "gateway/policies/version.h"

namespace sluss {
namespace {

constexpr uint64_t kNewest = std::numeric_limits<uint64_t>::max();
constexpr size_t kMostNoteBytes = 4000;
constexpr absl::Duration kFurthest = absl::Hours(24 * 366);
constexpr uint32_t kStandardLimit = 50;
constexpr uint32_t kMostLimit = 1000;

absl::Status RequireRole(const Official& by, std::initializer_list<PolicyRole> roles,
                         absl::string_view what) {
  for (const PolicyRole role : roles) {
    if (by.role == role) return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat("`", OfficialName(by), "` may not ", what,
                                                  ": use the certificate of a role that may"));
}

absl::Status CheckNote(const std::string& note) {
  if (note.size() <= kMostNoteBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`note` has ", note.size(), " bytes, at most ", kMostNoteBytes, " are kept"));
}

absl::Status CheckDay(const std::string& day, absl::string_view field) {
  absl::CivilDay parsed;
  if (day.empty() || (absl::ParseCivilTime(day, &parsed) && absl::FormatCivilTime(parsed) == day)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` must be a day, YYYY-MM-DD"));
}

}  // namespace

absl::StatusOr<PolicyAtStart> ChoosePolicy(const StoreView& view,
                                           absl::StatusOr<std::shared_ptr<const PolicySet>> files) {
  PolicyAtStart start;
  start.files = files.status();
  if (files.ok()) start.files_digest = (*files)->digest();
  ASSIGN_OR_RETURN(const std::vector<v1::PolicyActivation> newest, view.Activations(kNewest, 1));
  start.first = newest.empty();
  if (start.first) {
    RETURN_IF_ERROR(files.status());
    start.set = *std::move(files);
  } else {
    ASSIGN_OR_RETURN(start.set, LoadVersion(view, newest.front().digest()));
  }
  return start;
}

absl::Status FollowActivation(const StoreView& view, ActivePolicy* active) {
  ASSIGN_OR_RETURN(const std::vector<v1::PolicyActivation> newest, view.Activations(kNewest, 1));
  if (newest.empty() || newest.front().digest() == active->Current()->digest()) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const PolicySet> set,
                   LoadVersion(view, newest.front().digest()));
  active->Replace(std::move(set));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<PolicyLife>> PolicyLife::Begin(PolicyLifeParts parts) {
  std::unique_ptr<PolicyLife> life(new PolicyLife(std::move(parts)));
  const auto import = [&](Recorder& recorder, StepResult*) -> absl::Status {
    ASSIGN_OR_RETURN(const auto newest, recorder.store().Activations(kNewest, 1));
    // Another gateway may have imported or activated one since `active` was chosen.
    if (!newest.empty()) return FollowActivation(recorder.store(), life->parts_.active);
    const std::shared_ptr<const PolicySet> set = life->parts_.active->Current();
    v1::StoredPolicyVersion version;
    version.set_bundle(set->canonical_bytes());
    return ApplyImport(recorder, *set, version.SerializeAsString());
  };
  RETURN_IF_ERROR(life->Run(import).status());
  return life;
}

absl::StatusOr<v1::Proposal> PolicyLife::Run(const Step& step) {
  StepResult result;
  RETURN_IF_ERROR(
      parts_.ledger->Run([&](Recorder& recorder) { return step(recorder, &result); }).status());
  RETURN_IF_ERROR(result.refusal);
  return std::move(result.proposal);
}

absl::StatusOr<v1::Proposal> PolicyLife::Propose(const Official& by,
                                                 const v1::ProposeRequest& request) {
  RETURN_IF_ERROR(RequireRole(by, {PolicyRole::kAuthor}, "propose a policy"));
  RETURN_IF_ERROR(CheckNote(request.note()));
  if (request.policy().empty()) {
    return absl::InvalidArgumentError("`policy` is empty: a draft names all policies");
  }
  const std::shared_ptr<const PolicySet> base = parts_.active->Current();
  if (request.base_digest() != base->digest()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "`base_digest` ", ToHex(request.base_digest()), " is not in force: version ",
        base->version(), " (", ToHex(base->digest()), ") is; draft again from that one"));
  }
  MutexLock lock(&analysing_);
  ASSIGN_OR_RETURN(const v1::StoredPolicyVersion base_version,
                   ReadVersion(*parts_.store, base->digest()));
  ASSIGN_OR_RETURN(CheckedDraft draft, CheckDraft(*base, base_version, request, parts_.analysis));
  return Keep(by, std::move(draft), request.note(), request.check_only());
}

absl::StatusOr<v1::Proposal> PolicyLife::Rollback(const Official& by,
                                                  const v1::RollbackRequest& request) {
  RETURN_IF_ERROR(RequireRole(by, {PolicyRole::kAuthor}, "propose a rollback"));
  RETURN_IF_ERROR(CheckNote(request.note()));
  ASSIGN_OR_RETURN(const auto activations,
                   parts_.store->Activations(kNewest, std::numeric_limits<int32_t>::max()));
  const bool was_in_force = std::any_of(
      activations.begin(), activations.end(),
      [&](const v1::PolicyActivation& one) { return one.digest() == request.digest(); });
  if (!was_in_force) {
    return absl::NotFoundError(
        absl::StrCat("`digest` ", ToHex(request.digest()),
                     " is of no version that was in force: see the history"));
  }
  MutexLock lock(&analysing_);
  ASSIGN_OR_RETURN(v1::StoredPolicyVersion version, ReadVersion(*parts_.store, request.digest()));
  ASSIGN_OR_RETURN(auto earlier, LoadVersion(*parts_.store, request.digest()));
  ASSIGN_OR_RETURN(CheckedDraft draft, CheckRollback(*parts_.active->Current(), std::move(earlier),
                                                     std::move(version), parts_.analysis));
  return Keep(by, std::move(draft), request.note(), request.check_only());
}

absl::StatusOr<v1::Proposal> PolicyLife::Keep(const Official& by, CheckedDraft draft,
                                              const std::string& note, bool check_only) {
  draft.proposal.set_note(note);
  draft.proposal.set_author(by.name);
  if (check_only) return std::move(draft.proposal);
  return Run([&](Recorder& recorder, StepResult* result) {
    return ApplyProposal(recorder, by, draft.version.SerializeAsString(), draft.proposal, result);
  });
}

absl::StatusOr<v1::Proposal> PolicyLife::Approve(const Official& by,
                                                 const v1::ApproveRequest& request) {
  RETURN_IF_ERROR(RequireRole(by, {PolicyRole::kApprover}, "approve a policy"));
  return Run([&](Recorder& recorder, StepResult* result) {
    return ApplyApproval(recorder, by, request, result);
  });
}

absl::StatusOr<v1::Proposal> PolicyLife::Activate(const Official& by,
                                                  const v1::ActivateRequest& request) {
  RETURN_IF_ERROR(
      RequireRole(by, {PolicyRole::kAuthor, PolicyRole::kApprover}, "activate a policy"));
  if (request.at_us() == 0) return ActivateNow(&by, request.number());
  const absl::Time now = parts_.clock->Now();
  const absl::Time at = absl::FromUnixMicros(request.at_us());
  if (at <= now || at > now + kFurthest) {
    return absl::InvalidArgumentError(
        "`at_us` must lie ahead, at most a year: leave it out to activate now");
  }
  return Run([&](Recorder& recorder, StepResult* result) {
    return ApplySchedule(recorder, by, request, result);
  });
}

// The set is loaded outside the ledger's thread, which a large one would hold up.
absl::StatusOr<v1::Proposal> PolicyLife::ActivateNow(const Official* by, uint64_t number) {
  ASSIGN_OR_RETURN(const v1::Proposal proposal, GetProposal([&] {
                     v1::GetProposalRequest request;
                     request.set_number(number);
                     return request;
                   }()));
  ASSIGN_OR_RETURN(const auto set, LoadVersion(*parts_.store, proposal.digest()));
  return Run([&](Recorder& recorder, StepResult* result) {
    return ApplyActivation(recorder, by, number, set, parts_.active, result);
  });
}

absl::StatusOr<v1::Proposal> PolicyLife::Withdraw(const Official& by,
                                                  const v1::WithdrawProposalRequest& request) {
  RETURN_IF_ERROR(
      RequireRole(by, {PolicyRole::kAuthor, PolicyRole::kApprover}, "withdraw a proposal"));
  return Run([&](Recorder& recorder, StepResult* result) {
    return ApplyWithdrawal(recorder, by, request.number(), result);
  });
}

absl::StatusOr<std::optional<v1::Proposal>> PolicyLife::ActivateDue() {
  const int64_t now = absl::ToUnixMicros(parts_.clock->Now());
  ASSIGN_OR_RETURN(const std::vector<v1::Proposal> open, parts_.store->OpenProposals());
  const v1::Proposal* due = nullptr;
  for (const v1::Proposal& one : open) {
    if (one.state() != v1::POLICY_SCHEDULED || one.effective_us() > now) continue;
    // Of several that fell due while the gateway was down, the earliest: the others are void then,
    // as they would have been.
    if (due == nullptr || one.effective_us() < due->effective_us()) due = &one;
  }
  if (due == nullptr) return std::nullopt;
  absl::StatusOr<v1::Proposal> activated = ActivateNow(nullptr, due->number());
  if (activated.ok()) return *std::move(activated);
  // Another gateway that shares the store was first.
  ASSIGN_OR_RETURN(const auto proposal, parts_.store->FindProposal(due->number()));
  if (proposal.has_value() && proposal->state() == v1::POLICY_IN_FORCE) return std::nullopt;
  return activated.status();
}

absl::StatusOr<v1::Proposal> PolicyLife::GetProposal(const v1::GetProposalRequest& request) const {
  ASSIGN_OR_RETURN(std::optional<v1::Proposal> proposal,
                   parts_.store->FindProposal(request.number()));
  if (proposal.has_value()) return *std::move(proposal);
  return absl::NotFoundError(absl::StrCat("`number`: there is no proposal ", request.number()));
}

absl::StatusOr<v1::ActivePolicy> PolicyLife::GetActive(const v1::GetActiveRequest& request) const {
  ASSIGN_OR_RETURN(std::vector<v1::PolicyActivation> newest, parts_.store->Activations(kNewest, 1));
  if (newest.empty()) return absl::DataLossError("no policy version is in force");
  v1::ActivePolicy active;
  *active.mutable_activation() = std::move(newest.front());
  if (!request.with_files()) return active;
  ASSIGN_OR_RETURN(v1::StoredPolicyVersion version,
                   ReadVersion(*parts_.store, active.activation().digest()));
  v1::PolicyBundle bundle;
  if (!bundle.ParseFromString(version.bundle())) {
    return absl::DataLossError("the stored policy version cannot be read");
  }
  BundleFiles files = FilesOf(bundle);
  active.mutable_catalogue()->Swap(&files.catalogue);
  active.mutable_policy()->Swap(&files.policy);
  active.mutable_cases()->Swap(version.mutable_cases());
  active.mutable_invariants()->Swap(version.mutable_invariants());
  return active;
}

absl::StatusOr<v1::PolicyHistory> PolicyLife::GetHistory(
    const v1::GetHistoryRequest& request) const {
  if (request.limit() > kMostLimit) {
    return absl::InvalidArgumentError(
        absl::StrCat("`limit` is ", request.limit(), ", at most ", kMostLimit, " are given"));
  }
  const uint64_t before = request.before() == 0 ? kNewest : request.before();
  const size_t limit = request.limit() == 0 ? kStandardLimit : request.limit();
  v1::PolicyHistory history;
  ASSIGN_OR_RETURN(const auto activations, parts_.store->Activations(before, limit));
  history.mutable_activation()->Add(activations.begin(), activations.end());
  ASSIGN_OR_RETURN(std::vector<v1::Proposal> proposals, parts_.store->Proposals(before, limit));
  for (v1::Proposal& proposal : proposals) {
    proposal.clear_diff();
    *history.add_proposal() = std::move(proposal);
  }
  return history;
}

absl::Status PolicyLife::GetRecorded(const Official& by, const v1::GetRecordedRequest& request,
                                     const std::function<bool(const v1::RecordedDecision&)>& take) {
  RETURN_IF_ERROR(RequireRole(by,
                              {PolicyRole::kAuthor, PolicyRole::kApprover, PolicyRole::kOfficer},
                              "read recorded decisions"));
  RETURN_IF_ERROR(CheckDay(request.from_day(), "from_day"));
  RETURN_IF_ERROR(CheckDay(request.to_day(), "to_day"));
  RETURN_IF_ERROR(Run([&](Recorder& recorder, StepResult*) {
                    return ApplyExport(recorder, by, request.from_day());
                  }).status());
  return ReadRecorded(*parts_.store, request.from_day(), request.to_day(), take);
}

}  // namespace sluss
