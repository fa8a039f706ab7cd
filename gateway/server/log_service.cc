#include "gateway/server/log_service.h"

#include <utility>

#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"

namespace sluss {

grpc::Status LogService::GetStanding(grpc::ServerContext* context,
                                     const v1::GetStandingRequest* request,
                                     v1::LogStanding* response) {
  const auto peer = Authenticate(*context, *verifier_);
  if (!peer.ok()) return ToGrpc(peer.status());
  absl::StatusOr<v1::LogStanding> standing = publication_->Standing();
  if (!standing.ok()) return ToGrpc(standing.status());
  *response = *std::move(standing);
  return grpc::Status::OK;
}

}  // namespace sluss
