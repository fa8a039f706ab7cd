#include "gateway/keyholder/service.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"

namespace sluss {

using Fields = nlohmann::ordered_json;

absl::Status KeyHolderService::CheckCaller(const grpc::ServerContext& context,
                                           Fields* fields) const {
  ASSIGN_OR_RETURN(const Peer peer, Authenticate(context, *verifier_));
  if (peer == Peer{PeerKind::kGateway, gateway_}) return absl::OkStatus();
  (*fields)["peer"] = peer.name;
  return absl::PermissionDeniedError(
      absl::StrCat("`", peer.name, "` may not call this key holder, only `", gateway_, "` may"));
}

template <typename Response, typename Work>
grpc::Status KeyHolderService::Serve(const grpc::ServerContext& context, absl::string_view event,
                                     int count, Response* response, Work work) {
  const absl::Time start = absl::Now();
  Fields fields = {{"count", count}};
  absl::Status status = CheckCaller(context, &fields);
  if (status.ok()) {
    absl::StatusOr<Response> result = work(&fields);
    status = result.status();
    if (result.ok()) *response = *std::move(result);
  }
  fields["status"] = absl::StatusCodeToString(status.code());
  fields["ms"] = absl::ToInt64Milliseconds(absl::Now() - start);
  log_->Write(event, fields);
  return ToGrpc(status);
}

grpc::Status KeyHolderService::Evaluate(grpc::ServerContext* context,
                                        const v1::EvaluateRequest* request,
                                        v1::EvaluateResponse* response) {
  return Serve(*context, "evaluate", request->gateway_element_size(), response,
               [&](Fields* fields) {
                 absl::StatusOr<v1::EvaluateResponse> result = holder_->Evaluate(*request);
                 // Named only where the request was found to be the agency's: else it is anyone's
                 // text.
                 if (result.ok()) (*fields)["agency"] = request->agency();
                 return result;
               });
}

grpc::Status KeyHolderService::Transform(grpc::ServerContext* context,
                                         const v1::TransformRequest* request,
                                         v1::TransformResponse* response) {
  return Serve(*context, "transform", request->item_size(), response, [&](Fields* fields) {
    absl::StatusOr<v1::TransformResponse> result = holder_->Transform(*request);
    if (result.ok()) {
      int refused = 0;
      for (const v1::TransformResult& item : result->result()) refused += !item.error().empty();
      (*fields)["refused"] = refused;
    }
    return result;
  });
}

grpc::Status KeyHolderService::Peel(grpc::ServerContext* context, const v1::PeelRequest* request,
                                    v1::PeelResponse* response) {
  return Serve(*context, "peel", /*count=*/1, response, [&](Fields* fields) {
    absl::StatusOr<v1::PeelResponse> result = holder_->Peel(*request);
    if (result.ok()) (*fields)["agency"] = request->recipient();
    return result;
  });
}

grpc::Status KeyHolderService::GetCounters(grpc::ServerContext* context,
                                           const v1::GetCountersRequest* request,
                                           v1::GetCountersResponse* response) {
  return Serve(*context, "counters", /*count=*/0, response,
               [&](Fields*) { return holder_->GetCounters(); });
}

}  // namespace sluss
