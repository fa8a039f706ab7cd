#include "gateway/server/access_holder_link.h"

#include <chrono>

#include "gateway/base/status_macros.h"
#include "gateway/rpc/status.h"
#include "gateway/server/key_holder_channel.h"

namespace sluss {
namespace {

// Several batches wait for each other at a key holder that also relays.
constexpr std::chrono::seconds kPatience(30);

}  // namespace

absl::StatusOr<std::unique_ptr<AccessHolderLink>> AccessHolderLink::Create(
    const v1::GatewayConfig& config, const Clock* clock) {
  ASSIGN_OR_RETURN(const auto channel, ConnectToKeyHolder(config, clock));
  return std::unique_ptr<AccessHolderLink>(
      new AccessHolderLink(v1::AccessHolder::NewStub(channel)));
}

absl::StatusOr<v1::ScanBatchResponse> AccessHolderLink::TransformScan(
    const v1::ScanBatchRequest& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::ScanBatchResponse response;
  RETURN_IF_ERROR(FromGrpc(stub_->TransformScan(&context, request, &response)));
  return response;
}

}  // namespace sluss
