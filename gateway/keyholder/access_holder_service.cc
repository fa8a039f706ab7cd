#include "gateway/keyholder/access_holder_service.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"

namespace sluss {

absl::StatusOr<v1::ScanBatchResponse> AccessHolderService::Answer(
    const grpc::ServerContext& context, const v1::ScanBatchRequest& request) {
  ASSIGN_OR_RETURN(const Peer peer, Authenticate(context, *verifier_));
  if (peer == Peer{PeerKind::kGateway, gateway_}) return holder_->TransformScan(request);
  return absl::PermissionDeniedError(
      absl::StrCat("`", peer.name, "` may not call this key holder, only `", gateway_, "` may"));
}

grpc::Status AccessHolderService::TransformScan(grpc::ServerContext* context,
                                                const v1::ScanBatchRequest* request,
                                                v1::ScanBatchResponse* response) {
  absl::StatusOr<v1::ScanBatchResponse> answer = Answer(*context, *request);
  log_->Write("scan", {{"count", request->ciphertext_size()},
                       {"status", absl::StatusCodeToString(answer.status().code())},
                       {"remaining", answer.ok() ? answer->remaining() : 0}});
  if (!answer.ok()) return ToGrpc(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

}  // namespace sluss
