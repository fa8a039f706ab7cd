// The gateway's gRPC service: who calls, how often, and then the exchange. Nothing is decided here.
#ifndef SLUSS_GATEWAY_SERVER_SERVICE_H_
#define SLUSS_GATEWAY_SERVER_SERVICE_H_

#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/base/event_log.h"
#include "gateway/base/mutex.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/exchange/exchange.h"
#include "gateway/rpc/peer_verifier.h"
#include "gateway/rpc/stream_registry.h"
#include "gateway/server/rate_limiter.h"
#include "proto/config.pb.h"
#include "proto/gateway.grpc.pb.h"

namespace sluss {

// What the service is joined with; all of it outlives the service.
struct ServiceParts {
  Exchange* exchange;
  const KeyDirectory* directory;
  const PeerVerifier* verifier;
  StreamRegistry* streams;
  const Clock* clock;
  EventLog* events;
  // Whether new disclosures are taken: OK, or why not and until when. Duty reports always are.
  std::function<absl::Status()> may_accept;
};

// Thread-safe. Every handler begins with the caller's certificate. Only the agencies of the
// configuration are served; a person's certificate may ask for the gateway's status, and that of
// an officer may show, take back and decide on consents.
class GatewayService final : public v1::Gateway::Service {
 public:
  GatewayService(const ServiceParts& parts, const v1::GatewayConfig& config);

  grpc::Status Submit(grpc::ServerContext* context, const v1::SubmitRequest* request,
                      v1::SubmitResponse* response) override;
  grpc::Status Feedback(grpc::ServerContext* context, const v1::SubmitRequest* request,
                        v1::SubmitResponse* response) override;
  grpc::Status Preflight(grpc::ServerContext* context, const v1::PreflightRequest* request,
                         v1::PreflightResponse* response) override;
  grpc::Status Fetch(grpc::ServerContext* context, const v1::FetchRequest* request,
                     grpc::ServerWriter<v1::Delivery>* writer) override;
  grpc::Status Acknowledge(grpc::ServerContext* context, const v1::AcknowledgeRequest* request,
                           v1::AcknowledgeResponse* response) override;
  grpc::Status Withdraw(grpc::ServerContext* context, const v1::WithdrawRequest* request,
                        v1::WithdrawResponse* response) override;
  grpc::Status RegisterConsent(grpc::ServerContext* context,
                               const v1::RegisterConsentRequest* request,
                               v1::RegisterConsentResponse* response) override;
  grpc::Status DecideConsent(grpc::ServerContext* context, const v1::DecideConsentRequest* request,
                             v1::DecideConsentResponse* response) override;
  grpc::Status GetConsent(grpc::ServerContext* context, const v1::GetConsentRequest* request,
                          v1::GetConsentResponse* response) override;
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;
  grpc::Status Enrol(grpc::ServerContext* context, const v1::EnrolRequest* request,
                     v1::EnrolResponse* response) override;
  grpc::Status EnrolOfficers(grpc::ServerContext* context, const v1::EnrolOfficersRequest* request,
                             v1::EnrolOfficersResponse* response) override;
  grpc::Status Reidentify(grpc::ServerContext* context, const v1::ReidentifyRequest* request,
                          v1::ReidentifyResponse* response) override;
  grpc::Status ReportReidentification(grpc::ServerContext* context,
                                      const v1::ReportReidentificationRequest* request,
                                      v1::ReportReidentificationResponse* response) override;
  grpc::Status GetKeyDirectory(grpc::ServerContext* context,
                               const v1::GetKeyDirectoryRequest* request,
                               v1::KeyDirectory* response) override;

 private:
  // One of an agency's held streams, counted while it lives.
  class StreamSlot;

  absl::StatusOr<AgencyId> Caller(const grpc::ServerContext& context) const;
  // The name of an officer of the exchange, "officer/anna"; empty when somebody else calls.
  std::string Official(const grpc::ServerContext& context) const;
  // The caller, if it has not used up its second. `duty`: a duty report is never held back.
  absl::StatusOr<AgencyId> Admit(const grpc::ServerContext& context, bool duty = false);
  // That the sender's clock agrees with ours: what it decides by time can be trusted. UNAVAILABLE,
  // so that the message waits until the clock is set.
  absl::Status CheckClock(const v1::SubmitRequest& request) const;
  absl::Status Deliver(const AgencyId& caller, grpc::ServerContext* context,
                       const v1::FetchRequest& request, grpc::ServerWriter<v1::Delivery>* writer);
  // Records a submission's end in the event log.
  grpc::Status Answer(const AgencyId& caller, absl::StatusOr<v1::SubmitResponse> answer,
                      v1::SubmitResponse* response);

  const ServiceParts parts_;
  const std::set<std::string> agencies_;
  const uint32_t max_streams_;
  const absl::Duration clock_skew_;
  RateLimiter limiter_;
  Mutex mutex_;
  std::map<AgencyId, uint32_t> open_streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_SERVICE_H_
