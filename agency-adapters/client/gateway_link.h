// The seam between the agency's edge and the gateway: the calls of proto/gateway.proto as values.
//
// The protocol core above it knows no transport; the gRPC link is grpc_link.h, tests use a fake.
// Calls block until answered or until the link's own deadline; none is repeated by the link.
// UNAVAILABLE, DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED may be tried again with the same message;
// other codes mean what the gateway's proto says. Thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_GATEWAY_LINK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_GATEWAY_LINK_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/gateway.pb.h"

namespace sluss {

class GatewayLink {
 public:
  virtual ~GatewayLink() = default;

  virtual absl::StatusOr<v1::SubmitResponse> Submit(const v1::SubmitRequest& request) = 0;
  virtual absl::StatusOr<v1::SubmitResponse> Feedback(const v1::SubmitRequest& request) = 0;
  virtual absl::StatusOr<v1::PreflightResponse> Preflight(const v1::PreflightRequest& request) = 0;
  virtual absl::StatusOr<v1::AcknowledgeResponse> Acknowledge(
      const v1::AcknowledgeRequest& request) = 0;
  virtual absl::StatusOr<v1::WithdrawResponse> Withdraw(const v1::WithdrawRequest& request) = 0;
  virtual absl::StatusOr<v1::RegisterConsentResponse> RegisterConsent(
      const v1::RegisterConsentRequest& request) = 0;
  virtual absl::StatusOr<v1::EnrolOfficersResponse> EnrolOfficers(
      const v1::EnrolOfficersRequest& request) = 0;
  virtual absl::StatusOr<v1::ReidentifyResponse> Reidentify(
      const v1::ReidentifyRequest& request) = 0;
  virtual absl::StatusOr<v1::ReportReidentificationResponse> ReportReidentification(
      const v1::ReportReidentificationRequest& request) = 0;
  virtual absl::StatusOr<v1::GetConsentResponse> GetConsent(
      const v1::GetConsentRequest& request) = 0;
  virtual absl::StatusOr<v1::EnrolResponse> Enrol(const v1::EnrolRequest& request) = 0;

  // Holds a stream and hands over each delivery in turn, on the caller's thread, until the stream
  // ends, `on_delivery` returns false (OK) or CancelFetch is called (CANCELLED). `on_delivery` may
  // call the other methods.
  virtual absl::Status Fetch(const v1::FetchRequest& request,
                             const std::function<bool(const v1::Delivery&)>& on_delivery) = 0;
  // Ends the Fetch that is running, and any later one: the agency's edge is stopping.
  virtual void CancelFetch() = 0;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_GATEWAY_LINK_H_
