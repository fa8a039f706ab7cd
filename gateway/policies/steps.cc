#include "gateway/policies/steps.h"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/exchange/leaf.h"

namespace sluss {
namespace {

constexpr uint64_t kNewest = std::numeric_limits<uint64_t>::max();

void Commit(CommitTag tag, const std::string& value, LeafDraft* draft) {
  if (value.empty()) return;
  v1::OpenedField* field = &draft->committed.emplace_back();
  field->set_tag(static_cast<uint32_t>(tag));
  field->set_value(value);
}

// `by` is committed to only: who worked on a policy is a personal matter of officials.
LeafDraft StepLeaf(v1::RecordKind kind, const v1::Proposal& proposal, const Official* by) {
  LeafDraft draft;
  v1::AuditLeaf& leaf = draft.clear;
  leaf.set_kind(kind);
  leaf.set_proposal(proposal.number());
  leaf.set_policy_version(proposal.version());
  leaf.set_policy_digest(proposal.digest());
  leaf.set_base_policy_digest(proposal.base_digest());
  leaf.set_approval_digest(proposal.approval_digest());
  leaf.set_vocabulary_version(proposal.vocabulary_version());
  if (proposal.state() == v1::POLICY_SCHEDULED) leaf.set_effective_us(proposal.effective_us());
  if (by != nullptr) Commit(CommitTag::kOfficer, OfficialName(*by), &draft);
  return draft;
}

absl::Status Keep(Recorder& recorder, const LeafDraft& leaf, v1::Proposal proposal,
                  StepResult* result) {
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
  RETURN_IF_ERROR(recorder.store().PutProposal(proposal, entry));
  result->proposal = std::move(proposal);
  return absl::OkStatus();
}

std::string StateName(v1::ProposalState state) {
  switch (state) {
    case v1::POLICY_PROPOSED:
      return "waits for approval";
    case v1::POLICY_APPROVED:
      return "is approved already";
    case v1::POLICY_SCHEDULED:
      return "is approved and scheduled already";
    case v1::POLICY_IN_FORCE:
      return "is in force";
    case v1::POLICY_SUPERSEDED:
      return "was in force and is superseded";
    case v1::POLICY_VOID:
      return "is void, because another version came into force after it was proposed: propose "
             "again";
    case v1::POLICY_WITHDRAWN:
      return "was withdrawn";
    default:
      return "is in no known state";
  }
}

absl::Status WrongState(const v1::Proposal& proposal) {
  return absl::FailedPreconditionError(
      absl::StrCat("proposal ", proposal.number(), " ", StateName(proposal.state())));
}

// The proposal, or none with a refusal.
absl::StatusOr<std::optional<v1::Proposal>> Find(Recorder& recorder, uint64_t number,
                                                 StepResult* result) {
  ASSIGN_OR_RETURN(std::optional<v1::Proposal> proposal, recorder.store().FindProposal(number));
  if (!proposal.has_value()) {
    result->refusal = absl::NotFoundError(absl::StrCat("`number`: there is no proposal ", number));
  }
  return proposal;
}

absl::StatusOr<v1::PolicyActivation> InForce(const StoreView& view) {
  ASSIGN_OR_RETURN(std::vector<v1::PolicyActivation> newest, view.Activations(kNewest, 1));
  if (newest.empty()) return absl::DataLossError("no policy version is in force");
  return std::move(newest.front());
}

absl::Status OlderBase(const v1::Proposal& proposal, const v1::PolicyActivation& active) {
  return absl::FailedPreconditionError(absl::StrCat(
      "`base_digest` ", ToHex(proposal.base_digest()), " is not in force: version ",
      active.version(), " (", ToHex(active.digest()), ") is; draft again from that one"));
}

absl::Status Supersede(Recorder& recorder, const Entry& because, v1::PolicyActivation activation) {
  const int64_t now = absl::ToUnixMicros(recorder.now());
  activation.set_until_us(now);
  RETURN_IF_ERROR(recorder.store().PutActivation(activation, because));
  ASSIGN_OR_RETURN(std::optional<v1::Proposal> proposal,
                   recorder.store().FindProposal(activation.proposal()));
  if (!proposal.has_value()) return absl::OkStatus();  // imported
  proposal->set_state(v1::POLICY_SUPERSEDED);
  proposal->set_ended_us(now);
  return recorder.store().PutProposal(*proposal, because);
}

// Their difference is from a version that is no longer in force.
absl::Status VoidOthers(Recorder& recorder, uint64_t number) {
  ASSIGN_OR_RETURN(const std::vector<v1::Proposal> open, recorder.store().OpenProposals());
  for (v1::Proposal other : open) {
    if (other.number() == number) continue;
    other.set_state(v1::POLICY_VOID);
    other.set_ended_us(absl::ToUnixMicros(recorder.now()));
    LeafDraft leaf = StepLeaf(v1::POLICY_END, other, nullptr);
    leaf.clear.set_outcome("void");
    ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
    RETURN_IF_ERROR(recorder.store().PutProposal(other, entry));
  }
  return absl::OkStatus();
}

v1::PolicyActivation ActivationOf(const v1::Proposal& proposal, uint64_t number,
                                  const Entry& entry) {
  v1::PolicyActivation activation;
  activation.set_number(number);
  activation.set_digest(proposal.digest());
  activation.set_version(proposal.version());
  activation.set_vocabulary_version(proposal.vocabulary_version());
  activation.set_since_us(proposal.effective_us());
  activation.set_proposal(proposal.number());
  activation.set_rollback(proposal.rollback());
  activation.set_author(proposal.author());
  activation.set_approver(proposal.approver());
  activation.set_log_index(entry.index());
  return activation;
}

}  // namespace

std::string OfficialName(const Official& official) {
  switch (official.role) {
    case PolicyRole::kAuthor:
      return absl::StrCat("author/", official.name);
    case PolicyRole::kApprover:
      return absl::StrCat("approver/", official.name);
    case PolicyRole::kOfficer:
      return absl::StrCat("officer/", official.name);
    case PolicyRole::kAdministrator:
      return absl::StrCat("administrator/", official.name);
  }
  return official.name;
}

absl::Status ApplyProposal(Recorder& recorder, const Official& author, const std::string& version,
                           v1::Proposal proposal, StepResult* result) {
  ASSIGN_OR_RETURN(const v1::PolicyActivation active, InForce(recorder.store()));
  if (active.digest() != proposal.base_digest()) {
    result->refusal = OlderBase(proposal, active);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Proposal> last, recorder.store().Proposals(kNewest, 1));
  proposal.set_number(last.empty() ? 1 : last.front().number() + 1);
  proposal.set_state(v1::POLICY_PROPOSED);
  proposal.set_author(author.name);
  proposal.set_proposed_us(absl::ToUnixMicros(recorder.now()));
  ASSIGN_OR_RETURN(const Entry entry,
                   recorder.Append(StepLeaf(v1::POLICY_PROPOSAL, proposal, &author)));
  RETURN_IF_ERROR(recorder.store().PutPolicyVersion(proposal.digest(), version, entry));
  RETURN_IF_ERROR(recorder.store().PutProposal(proposal, entry));
  result->proposal = std::move(proposal);
  return absl::OkStatus();
}

absl::Status ApplyApproval(Recorder& recorder, const Official& approver,
                           const v1::ApproveRequest& request, StepResult* result) {
  ASSIGN_OR_RETURN(std::optional<v1::Proposal> proposal, Find(recorder, request.number(), result));
  if (!proposal.has_value()) return absl::OkStatus();
  if (proposal->state() != v1::POLICY_PROPOSED) {
    result->refusal = WrongState(*proposal);
  } else if (proposal->author() == approver.name) {
    result->refusal = absl::PermissionDeniedError(absl::StrCat("proposal ", proposal->number(),
                                                               " is by `", approver.name,
                                                               "`: somebody else must approve it"));
  } else if (proposal->approval_digest() != request.approval_digest()) {
    result->refusal = absl::InvalidArgumentError(
        absl::StrCat("`approval_digest` is not that of proposal ", proposal->number(),
                     ": show it again and approve the digest that stands there"));
  }
  if (!result->refusal.ok()) return absl::OkStatus();
  proposal->set_state(v1::POLICY_APPROVED);
  proposal->set_approver(approver.name);
  proposal->set_approved_us(absl::ToUnixMicros(recorder.now()));
  return Keep(recorder, StepLeaf(v1::POLICY_APPROVAL, *proposal, &approver), *proposal, result);
}

absl::Status ApplySchedule(Recorder& recorder, const Official& by,
                           const v1::ActivateRequest& request, StepResult* result) {
  ASSIGN_OR_RETURN(std::optional<v1::Proposal> proposal, Find(recorder, request.number(), result));
  if (!proposal.has_value()) return absl::OkStatus();
  if (proposal->state() != v1::POLICY_APPROVED && proposal->state() != v1::POLICY_SCHEDULED) {
    result->refusal = WrongState(*proposal);
    return absl::OkStatus();
  }
  proposal->set_state(v1::POLICY_SCHEDULED);
  proposal->set_effective_us(request.at_us());
  return Keep(recorder, StepLeaf(v1::POLICY_SCHEDULE, *proposal, &by), *proposal, result);
}

absl::Status ApplyWithdrawal(Recorder& recorder, const Official& by, uint64_t number,
                             StepResult* result) {
  ASSIGN_OR_RETURN(std::optional<v1::Proposal> proposal, Find(recorder, number, result));
  if (!proposal.has_value()) return absl::OkStatus();
  if (!IsOpen(proposal->state())) {
    result->refusal = WrongState(*proposal);
    return absl::OkStatus();
  }
  proposal->set_state(v1::POLICY_WITHDRAWN);
  proposal->set_withdrawn_by(by.name);
  proposal->set_ended_us(absl::ToUnixMicros(recorder.now()));
  LeafDraft leaf = StepLeaf(v1::POLICY_END, *proposal, &by);
  leaf.clear.set_outcome("withdrawn");
  return Keep(recorder, leaf, *proposal, result);
}

absl::Status ApplyActivation(Recorder& recorder, const Official* by, uint64_t number,
                             std::shared_ptr<const PolicySet> set, ActivePolicy* active,
                             StepResult* result) {
  ASSIGN_OR_RETURN(std::optional<v1::Proposal> proposal, Find(recorder, number, result));
  if (!proposal.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const v1::PolicyActivation before, InForce(recorder.store()));
  const int64_t now = absl::ToUnixMicros(recorder.now());
  const bool due =
      by != nullptr
          ? proposal->state() == v1::POLICY_APPROVED || proposal->state() == v1::POLICY_SCHEDULED
          : proposal->state() == v1::POLICY_SCHEDULED && proposal->effective_us() <= now;
  if (!due) {
    result->refusal =
        proposal->state() == v1::POLICY_PROPOSED
            ? absl::FailedPreconditionError(absl::StrCat(
                  "proposal ", number, " waits for approval: a second person approves it first"))
            : WrongState(*proposal);
  } else if (before.digest() != proposal->base_digest()) {
    result->refusal = OlderBase(*proposal, before);
  }
  if (!result->refusal.ok()) return absl::OkStatus();

  proposal->set_state(v1::POLICY_IN_FORCE);
  proposal->set_effective_us(now);
  LeafDraft leaf = StepLeaf(v1::POLICY_ACTIVATION, *proposal, by);
  leaf.clear.set_outcome(proposal->rollback() ? "rollback" : "activated");
  Commit(CommitTag::kFurtherOfficers, absl::StrCat("approver/", proposal->approver()), &leaf);
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
  RETURN_IF_ERROR(Supersede(recorder, entry, before));
  RETURN_IF_ERROR(
      recorder.store().PutActivation(ActivationOf(*proposal, before.number() + 1, entry), entry));
  RETURN_IF_ERROR(recorder.store().PutProposal(*proposal, entry));
  RETURN_IF_ERROR(VoidOthers(recorder, number));
  recorder.WhenDurable([active, set = std::move(set)] { active->Replace(set); });
  result->proposal = *std::move(proposal);
  return absl::OkStatus();
}

absl::Status ApplyImport(Recorder& recorder, const PolicySet& set, const std::string& version) {
  v1::Proposal imported;  // of nobody: it never was one
  imported.set_digest(set.digest());
  imported.set_version(set.version());
  imported.set_vocabulary_version(set.vocabulary_version());
  imported.set_effective_us(absl::ToUnixMicros(recorder.now()));
  LeafDraft leaf = StepLeaf(v1::POLICY_ACTIVATION, imported, nullptr);
  leaf.clear.set_outcome("imported");
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
  RETURN_IF_ERROR(recorder.store().PutPolicyVersion(set.digest(), version, entry));
  return recorder.store().PutActivation(ActivationOf(imported, 1, entry), entry);
}

absl::Status ApplyExport(Recorder& recorder, const Official& by, const std::string& from_day) {
  LeafDraft leaf;
  leaf.clear.set_kind(v1::EXPORT);
  leaf.clear.set_outcome("recorded-decisions");
  leaf.clear.set_decision_day(from_day);
  Commit(CommitTag::kOfficer, OfficialName(by), &leaf);
  return recorder.Append(leaf).status();
}

}  // namespace sluss
