// The service of officers who erase and hold what opens the log's entries. Nobody else may ask.
#ifndef SLUSS_GATEWAY_SERVER_OPENINGS_SERVICE_H_
#define SLUSS_GATEWAY_SERVER_OPENINGS_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/openings/erasures.h"
#include "gateway/rpc/peer_verifier.h"
#include "proto/openings.grpc.pb.h"

namespace sluss {

// Thread-safe. What is joined outlives the service.
class OpeningsService final : public v1::Openings::Service {
 public:
  OpeningsService(Erasures* erasures, const PeerVerifier* verifier)
      : erasures_(erasures), verifier_(verifier) {}

  grpc::Status Erase(grpc::ServerContext* context, const v1::EraseRequest* request,
                     v1::EraseResponse* response) override;
  grpc::Status Hold(grpc::ServerContext* context, const v1::HoldRequest* request,
                    v1::HoldResponse* response) override;
  grpc::Status EndHold(grpc::ServerContext* context, const v1::EndHoldRequest* request,
                       v1::HoldResponse* response) override;
  grpc::Status List(grpc::ServerContext* context, const v1::ListOpeningsRequest* request,
                    v1::OpeningsStanding* response) override;

 private:
  Erasures* const erasures_;
  const PeerVerifier* const verifier_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_OPENINGS_SERVICE_H_
