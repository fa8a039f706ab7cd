#include "agency-adapters/client/grpc_link.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/channel.h"
#include "gateway/rpc/status.h"
#include "proto/gateway.grpc.pb.h"

namespace sluss {
namespace {

constexpr std::chrono::seconds kDeadline(20);
constexpr int kMaxMessageBytes = 64 << 20;  // a native record of 30 MB, sealed and proven

class GrpcLink : public GatewayLink {
 public:
  explicit GrpcLink(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::Gateway::NewStub(channel)) {}

  absl::StatusOr<v1::SubmitResponse> Submit(const v1::SubmitRequest& request) override {
    return Call(&v1::Gateway::Stub::Submit, request);
  }
  absl::StatusOr<v1::SubmitResponse> Feedback(const v1::SubmitRequest& request) override {
    return Call(&v1::Gateway::Stub::Feedback, request);
  }
  absl::StatusOr<v1::PreflightResponse> Preflight(const v1::PreflightRequest& request) override {
    return Call(&v1::Gateway::Stub::Preflight, request);
  }
  absl::StatusOr<v1::AcknowledgeResponse> Acknowledge(
      const v1::AcknowledgeRequest& request) override {
    return Call(&v1::Gateway::Stub::Acknowledge, request);
  }
  absl::StatusOr<v1::WithdrawResponse> Withdraw(const v1::WithdrawRequest& request) override {
    return Call(&v1::Gateway::Stub::Withdraw, request);
  }
  absl::StatusOr<v1::RegisterConsentResponse> RegisterConsent(
      const v1::RegisterConsentRequest& request) override {
    return Call(&v1::Gateway::Stub::RegisterConsent, request);
  }
  absl::StatusOr<v1::EnrolOfficersResponse> EnrolOfficers(
      const v1::EnrolOfficersRequest& request) override {
    return Call(&v1::Gateway::Stub::EnrolOfficers, request);
  }
  absl::StatusOr<v1::ReidentifyResponse> Reidentify(const v1::ReidentifyRequest& request) override {
    return Call(&v1::Gateway::Stub::Reidentify, request);
  }
  absl::StatusOr<v1::ReportReidentificationResponse> ReportReidentification(
      const v1::ReportReidentificationRequest& request) override {
    return Call(&v1::Gateway::Stub::ReportReidentification, request);
  }
  absl::StatusOr<v1::GetConsentResponse> GetConsent(const v1::GetConsentRequest& request) override {
    return Call(&v1::Gateway::Stub::GetConsent, request);
  }
  absl::StatusOr<v1::EnrolResponse> Enrol(const v1::EnrolRequest& request) override {
    return Call(&v1::Gateway::Stub::Enrol, request);
  }

  absl::Status Fetch(const v1::FetchRequest& request,
                     const std::function<bool(const v1::Delivery&)>& on_delivery) override {
    grpc::ClientContext context;
    if (!Begin(&context)) return absl::CancelledError("the edge is stopping");
    const auto reader = stub_->Fetch(&context, request);
    v1::Delivery delivery;
    bool wanted = true;
    while (wanted && reader->Read(&delivery)) wanted = on_delivery(delivery);
    if (!wanted) context.TryCancel();
    const absl::Status status = FromGrpc(reader->Finish());
    End();
    return wanted ? status : absl::OkStatus();
  }

  void CancelFetch() override {
    MutexLock lock(&mutex_);
    cancelled_ = true;
    if (fetching_ != nullptr) fetching_->TryCancel();
  }

 private:
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (v1::Gateway::Stub::*method)(grpc::ClientContext*,
                                                                          const Request&,
                                                                          Response*),
                                const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    Response response;
    RETURN_IF_ERROR(FromGrpc(((*stub_).*method)(&context, request, &response)));
    return response;
  }

  bool Begin(grpc::ClientContext* context) {
    MutexLock lock(&mutex_);
    if (!cancelled_) fetching_ = context;
    return !cancelled_;
  }
  void End() {
    MutexLock lock(&mutex_);
    fetching_ = nullptr;
  }

  const std::unique_ptr<v1::Gateway::Stub> stub_;
  Mutex mutex_;
  grpc::ClientContext* fetching_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GatewayLink>> MakeGrpcLink(const v1::AdapterConfig& config,
                                                          const Clock* clock) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel,
                   Connect({.address = config.gateway_address(),
                            .server_name = config.gateway_name(),
                            .self = {.kind = PeerKind::kAgency, .name = config.agency()},
                            .tls = config.tls(),
                            .max_message_bytes = kMaxMessageBytes},
                           clock));
  return std::make_unique<GrpcLink>(channel);
}

}  // namespace sluss
