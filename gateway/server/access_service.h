// The data protection officers' service for citizens: who calls is checked, each call leaves a
// line.
#ifndef SLUSS_GATEWAY_SERVER_ACCESS_SERVICE_H_
#define SLUSS_GATEWAY_SERVER_ACCESS_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/access/access_desk.h"
#include "gateway/base/event_log.h"
#include "gateway/exchange/exchange.h"
#include "gateway/rpc/peer_verifier.h"
#include "gateway/rpc/stream_registry.h"
#include "proto/access.grpc.pb.h"

namespace sluss {

// Thread-safe. Answers officers; everyone else is refused with PERMISSION_DENIED, and the officers
// too where the key directory names no access domain. What is joined outlives the service.
class AccessService final : public v1::Access::Service {
 public:
  AccessService(AccessDesk* desk, Exchange* exchange, const PeerVerifier* verifier,
                StreamRegistry* streams, EventLog* events)
      : desk_(desk), exchange_(exchange), verifier_(verifier), streams_(streams), events_(events) {}

  grpc::Status Enrol(grpc::ServerContext* context, const v1::EnrolRequest* request,
                     v1::EnrolResponse* response) override;
  grpc::Status Scan(grpc::ServerContext* context, const v1::SignedScanOrder* request,
                    grpc::ServerWriter<v1::ScanPart>* writer) override;

 private:
  // The officer's name, as the certificate has it.
  absl::StatusOr<std::string> Caller(const grpc::ServerContext& context) const;
  absl::StatusOr<v1::EnrolResponse> EnrolFor(const grpc::ServerContext& context,
                                             const v1::EnrolRequest& request);

  AccessDesk* const desk_;
  Exchange* const exchange_;
  const PeerVerifier* const verifier_;
  StreamRegistry* const streams_;
  EventLog* const events_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_ACCESS_SERVICE_H_
