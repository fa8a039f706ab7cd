#include "gateway/server/openings_service.h"

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

grpc::Status OpeningsService::Erase(grpc::ServerContext* context, const v1::EraseRequest* request,
                                    v1::EraseResponse* response) {
  const auto officer = AuthenticateOfficer(*context, *verifier_);
  if (!officer.ok()) return ToGrpc(officer.status());
  return Finish(erasures_->Erase(*officer, *request), response);
}

grpc::Status OpeningsService::Hold(grpc::ServerContext* context, const v1::HoldRequest* request,
                                   v1::HoldResponse* response) {
  const auto officer = AuthenticateOfficer(*context, *verifier_);
  if (!officer.ok()) return ToGrpc(officer.status());
  return Finish(erasures_->Hold(*officer, *request), response);
}

grpc::Status OpeningsService::EndHold(grpc::ServerContext* context,
                                      const v1::EndHoldRequest* request,
                                      v1::HoldResponse* response) {
  const auto officer = AuthenticateOfficer(*context, *verifier_);
  if (!officer.ok()) return ToGrpc(officer.status());
  return Finish(erasures_->EndHold(*officer, *request), response);
}

grpc::Status OpeningsService::List(grpc::ServerContext* context,
                                   const v1::ListOpeningsRequest* request,
                                   v1::OpeningsStanding* response) {
  const auto officer = AuthenticateOfficer(*context, *verifier_);
  if (!officer.ok()) return ToGrpc(officer.status());
  return Finish(erasures_->List(), response);
}

}  // namespace sluss
