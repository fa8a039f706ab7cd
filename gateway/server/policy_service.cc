#include "gateway/server/policy_service.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"
#include "policy/analysis/diff.h"
#include "policy/analysis/invariants.h"
#include "policy/canonical.h"

namespace sluss {
namespace {

template <typename Response>
grpc::Status Finish(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return ToGrpc(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

absl::string_view RoleText(PolicyRole role) {
  switch (role) {
    case PolicyRole::kAuthor:
      return "author";
    case PolicyRole::kApprover:
      return "approver";
    case PolicyRole::kOfficer:
      return "officer";
    case PolicyRole::kAdministrator:
      return "administrator";
  }
  return "";
}

absl::StatusOr<std::string> DiffBytes(const PolicySet& before, const PolicySet& after) {
  ASSIGN_OR_RETURN(const v1::PolicyDiff diff, DiffPolicies(before, after));
  return CanonicalBytes(diff);
}

// With the rule that lets the witness pass, and what the witness lacks.
std::string Broken(const std::string& file, const v1::InvariantResult& result) {
  return absl::StrCat(file, ": invariant `", result.id(), "` is broken by `",
                      absl::StrJoin(result.rule(), "`, `"), "`",
                      result.lacks().empty() ? "" : ", which lets pass without ", result.lacks(),
                      ": ", result.sentence_en());
}

absl::StatusOr<uint32_t> CountInvariants(const PolicySet& set,
                                         const std::vector<PolicySource>& invariants) {
  uint32_t held = 0;
  std::vector<std::string> broken;
  for (const PolicySource& file : invariants) {
    ASSIGN_OR_RETURN(const v1::InvariantSet parsed, ParseInvariants(set, file));
    ASSIGN_OR_RETURN(const v1::InvariantReport report, CheckInvariants(set, parsed));
    for (const v1::InvariantResult& result : report.result()) {
      if (result.holds()) {
        ++held;
      } else {
        broken.push_back(Broken(file.name, result));
      }
    }
  }
  if (broken.empty()) return held;
  return absl::InvalidArgumentError(absl::StrJoin(broken, "\n"));
}

}  // namespace

DraftAnalysis ExactAnalysis() { return {.diff = DiffBytes, .invariants = CountInvariants}; }

void WritePolicyEvent(EventLog* events, const v1::Proposal& proposal) {
  events->Write("policy", {{"proposal", proposal.number()},
                           {"state", v1::ProposalState_Name(proposal.state())},
                           {"version", proposal.version()},
                           {"digest", ToHex(proposal.digest())}});
}

absl::StatusOr<Official> PolicyService::Caller(const grpc::ServerContext& context) const {
  ASSIGN_OR_RETURN(const Peer peer, Authenticate(context, *verifier_));
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(peer.name, absl::MaxSplits('/', 1));
  for (const PolicyRole role : {PolicyRole::kAuthor, PolicyRole::kApprover, PolicyRole::kOfficer,
                                PolicyRole::kAdministrator}) {
    if (peer.kind == PeerKind::kRole && parts.first == std::string(RoleText(role))) {
      return Official{role, parts.second};
    }
  }
  return absl::PermissionDeniedError(
      absl::StrCat("`", peer.name,
                   "` is no person with a role in policies: use a certificate of "
                   "sluss://role/author/NAME, approver, officer or administrator"));
}

grpc::Status PolicyService::Step(
    const grpc::ServerContext& context,
    const std::function<absl::StatusOr<v1::Proposal>(const Official&)>& step,
    v1::Proposal* response) {
  const absl::StatusOr<Official> by = Caller(context);
  if (!by.ok()) return ToGrpc(by.status());
  absl::StatusOr<v1::Proposal> done = step(*by);
  if (!done.ok()) {
    events_->Write("policy-refused", {{"role", std::string(RoleText(by->role))},
                                      {"code", absl::StatusCodeToString(done.status().code())}});
  } else if (done->number() != 0) {
    WritePolicyEvent(events_, *done);
  }
  return Finish(std::move(done), response);
}

grpc::Status PolicyService::Propose(grpc::ServerContext* context, const v1::ProposeRequest* request,
                                    v1::Proposal* response) {
  return Step(
      *context, [&](const Official& by) { return life_->Propose(by, *request); }, response);
}

grpc::Status PolicyService::Approve(grpc::ServerContext* context, const v1::ApproveRequest* request,
                                    v1::Proposal* response) {
  return Step(
      *context, [&](const Official& by) { return life_->Approve(by, *request); }, response);
}

grpc::Status PolicyService::Activate(grpc::ServerContext* context,
                                     const v1::ActivateRequest* request, v1::Proposal* response) {
  return Step(
      *context, [&](const Official& by) { return life_->Activate(by, *request); }, response);
}

grpc::Status PolicyService::Withdraw(grpc::ServerContext* context,
                                     const v1::WithdrawProposalRequest* request,
                                     v1::Proposal* response) {
  return Step(
      *context, [&](const Official& by) { return life_->Withdraw(by, *request); }, response);
}

grpc::Status PolicyService::Rollback(grpc::ServerContext* context,
                                     const v1::RollbackRequest* request, v1::Proposal* response) {
  return Step(
      *context, [&](const Official& by) { return life_->Rollback(by, *request); }, response);
}

grpc::Status PolicyService::GetProposal(grpc::ServerContext* context,
                                        const v1::GetProposalRequest* request,
                                        v1::Proposal* response) {
  const auto by = Caller(*context);
  if (!by.ok()) return ToGrpc(by.status());
  return Finish(life_->GetProposal(*request), response);
}

grpc::Status PolicyService::GetActive(grpc::ServerContext* context,
                                      const v1::GetActiveRequest* request,
                                      v1::ActivePolicy* response) {
  const auto by = Caller(*context);
  if (!by.ok()) return ToGrpc(by.status());
  return Finish(life_->GetActive(*request), response);
}

grpc::Status PolicyService::GetHistory(grpc::ServerContext* context,
                                       const v1::GetHistoryRequest* request,
                                       v1::PolicyHistory* response) {
  const auto by = Caller(*context);
  if (!by.ok()) return ToGrpc(by.status());
  return Finish(life_->GetHistory(*request), response);
}

grpc::Status PolicyService::GetRecorded(grpc::ServerContext* context,
                                        const v1::GetRecordedRequest* request,
                                        grpc::ServerWriter<v1::RecordedDecision>* writer) {
  const auto by = Caller(*context);
  if (!by.ok()) return ToGrpc(by.status());
  return ToGrpc(life_->GetRecorded(*by, *request, [&](const v1::RecordedDecision& one) {
    return !context->IsCancelled() && writer->Write(one);
  }));
}

}  // namespace sluss
