#include "gateway/server/key_holder_link.h"

#include <chrono>

#include "gateway/base/status_macros.h"
#include "gateway/rpc/status.h"
#include "gateway/server/key_holder_channel.h"

namespace sluss {
namespace {

constexpr std::chrono::seconds kPatience(10);

}  // namespace

absl::StatusOr<std::unique_ptr<KeyHolderLink>> KeyHolderLink::Create(
    const v1::GatewayConfig& config, const Clock* clock) {
  ASSIGN_OR_RETURN(const auto channel, ConnectToKeyHolder(config, clock));
  return std::unique_ptr<KeyHolderLink>(new KeyHolderLink(v1::KeyHolder::NewStub(channel)));
}

absl::StatusOr<v1::TransformResponse> KeyHolderLink::Transform(
    const v1::TransformRequest& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::TransformResponse response;
  RETURN_IF_ERROR(FromGrpc(stub_->Transform(&context, request, &response)));
  return response;
}

absl::StatusOr<v1::EvaluateResponse> KeyHolderLink::Evaluate(const v1::EvaluateRequest& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::EvaluateResponse response;
  RETURN_IF_ERROR(FromGrpc(stub_->Evaluate(&context, request, &response)));
  return response;
}

absl::StatusOr<v1::PeelResponse> KeyHolderLink::Peel(const v1::PeelRequest& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::PeelResponse response;
  RETURN_IF_ERROR(FromGrpc(stub_->Peel(&context, request, &response)));
  return response;
}

}  // namespace sluss
