#include "gateway/server/oversight_service.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"

namespace sluss {
namespace {

template <typename Response>
grpc::Status Finish(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return ToGrpc(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

}  // namespace

template <typename Response, typename Act>
grpc::Status OversightService::Serve(const grpc::ServerContext& context, const char* event,
                                     const Act& act, Response* response) {
  const absl::StatusOr<std::string> officer = AuthenticateOfficer(context, *parts_.verifier);
  if (!officer.ok()) return ToGrpc(officer.status());
  if (parts_.search == nullptr) {
    return ToGrpc(absl::FailedPreconditionError(
        "searching is off at this gateway: its operator takes `search.off` out of its "
        "configuration"));
  }
  if (++calls_ > kMostOversightCalls) {
    --calls_;
    return ToGrpc(absl::ResourceExhaustedError(
        absl::StrCat(kMostOversightCalls, " calls of officers run already: try again soon")));
  }
  absl::StatusOr<Response> answer = act(*officer);
  --calls_;
  if (event != nullptr) {
    parts_.events->Write(event, {{"code", absl::StatusCodeToString(answer.status().code())}});
  }
  return Finish(std::move(answer), response);
}

grpc::Status OversightService::Search(grpc::ServerContext* context,
                                      const v1::SearchRequest* request, v1::SearchPage* response) {
  const auto act = [&](const std::string& officer) {
    return parts_.search->Search(officer, *request);
  };
  return Serve(*context, "log-searched", act, response);
}

grpc::Status OversightService::DrawReview(grpc::ServerContext* context,
                                          const v1::DrawReviewRequest* request,
                                          v1::Review* response) {
  const auto act = [&](const std::string& officer) {
    return parts_.reviews->Draw(officer, *request);
  };
  return Serve(*context, "review-drawn", act, response);
}

grpc::Status OversightService::ListReviews(grpc::ServerContext* context,
                                           const v1::ListReviewsRequest* request,
                                           v1::ReviewList* response) {
  const auto act = [&](const std::string& officer) { return parts_.reviews->List(*request); };
  return Serve(*context, nullptr, act, response);
}

grpc::Status OversightService::GetReview(grpc::ServerContext* context,
                                         const v1::GetReviewRequest* request,
                                         v1::ReviewPage* response) {
  const auto act = [&](const std::string& officer) {
    return parts_.reviews->Get(officer, *request);
  };
  return Serve(*context, "review-shown", act, response);
}

grpc::Status OversightService::AddFinding(grpc::ServerContext* context,
                                          const v1::AddFindingRequest* request,
                                          v1::Review* response) {
  const auto act = [&](const std::string& officer) {
    return parts_.reviews->AddFinding(officer, *request);
  };
  return Serve(*context, "review-finding", act, response);
}

grpc::Status OversightService::CloseReview(grpc::ServerContext* context,
                                           const v1::CloseReviewRequest* request,
                                           v1::Review* response) {
  const auto act = [&](const std::string& officer) {
    return parts_.reviews->Close(officer, *request);
  };
  return Serve(*context, "review-closed", act, response);
}

grpc::Status OversightService::GetReviewStatement(grpc::ServerContext* context,
                                                  const v1::GetReviewStatementRequest* request,
                                                  v1::ReviewStatement* response) {
  const auto act = [&](const std::string& officer) { return parts_.reviews->Statement(*request); };
  return Serve(*context, nullptr, act, response);
}

}  // namespace sluss
