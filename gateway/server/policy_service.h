// The service of those who change policies: who calls and in which role, and then the policies'
// life. Nothing is decided here.
#ifndef SLUSS_GATEWAY_SERVER_POLICY_SERVICE_H_
#define SLUSS_GATEWAY_SERVER_POLICY_SERVICE_H_

#include <functional>

#include "absl/status/statusor.h"
#include "gateway/base/event_log.h"
#include "gateway/policies/policy_life.h"
#include "gateway/rpc/peer_verifier.h"
#include "proto/policy_admin.grpc.pb.h"

namespace sluss {

// The exact analysis, as drafts go through it.
DraftAnalysis ExactAnalysis();

// Records in the event log that a step was taken; no names.
void WritePolicyEvent(EventLog* events, const v1::Proposal& proposal);

// Thread-safe. Every handler begins with the caller's certificate; agencies have no business here.
// What is joined outlives the service.
class PolicyService final : public v1::PolicyAdmin::Service {
 public:
  PolicyService(PolicyLife* life, const PeerVerifier* verifier, EventLog* events)
      : life_(life), verifier_(verifier), events_(events) {}

  grpc::Status Propose(grpc::ServerContext* context, const v1::ProposeRequest* request,
                       v1::Proposal* response) override;
  grpc::Status Approve(grpc::ServerContext* context, const v1::ApproveRequest* request,
                       v1::Proposal* response) override;
  grpc::Status Activate(grpc::ServerContext* context, const v1::ActivateRequest* request,
                        v1::Proposal* response) override;
  grpc::Status Withdraw(grpc::ServerContext* context, const v1::WithdrawProposalRequest* request,
                        v1::Proposal* response) override;
  grpc::Status Rollback(grpc::ServerContext* context, const v1::RollbackRequest* request,
                        v1::Proposal* response) override;
  grpc::Status GetProposal(grpc::ServerContext* context, const v1::GetProposalRequest* request,
                           v1::Proposal* response) override;
  grpc::Status GetActive(grpc::ServerContext* context, const v1::GetActiveRequest* request,
                         v1::ActivePolicy* response) override;
  grpc::Status GetHistory(grpc::ServerContext* context, const v1::GetHistoryRequest* request,
                          v1::PolicyHistory* response) override;
  grpc::Status GetRecorded(grpc::ServerContext* context, const v1::GetRecordedRequest* request,
                           grpc::ServerWriter<v1::RecordedDecision>* writer) override;

 private:
  absl::StatusOr<Official> Caller(const grpc::ServerContext& context) const;
  // A step in the caller's name, with an event for it or for its refusal.
  grpc::Status Step(const grpc::ServerContext& context,
                    const std::function<absl::StatusOr<v1::Proposal>(const Official&)>& step,
                    v1::Proposal* response);

  PolicyLife* const life_;
  const PeerVerifier* const verifier_;
  EventLog* const events_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_POLICY_SERVICE_H_
