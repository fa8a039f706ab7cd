// The service of those who look after the log: how it stands with its readers outside. Anybody whom
// the exchange has certified may ask; nothing is changed here.
#ifndef SLUSS_GATEWAY_SERVER_LOG_SERVICE_H_
#define SLUSS_GATEWAY_SERVER_LOG_SERVICE_H_

#include "gateway/rpc/peer_verifier.h"
#include "gateway/server/log_publication.h"
#include "proto/log_admin.grpc.pb.h"

namespace sluss {

// Thread-safe. What is joined outlives the service.
class LogService final : public v1::LogAdmin::Service {
 public:
  LogService(const LogPublication* publication, const PeerVerifier* verifier)
      : publication_(publication), verifier_(verifier) {}

  grpc::Status GetStanding(grpc::ServerContext* context, const v1::GetStandingRequest* request,
                           v1::LogStanding* response) override;

 private:
  const LogPublication* const publication_;
  const PeerVerifier* const verifier_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_LOG_SERVICE_H_
