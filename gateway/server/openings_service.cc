#include "gateway/server/openings_service.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"

namespace sluss {
namespace {

constexpr absl::string_view kOfficerRole = "officer/";

template <typename Response>
grpc::Status Finish(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return ToGrpc(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

}  // namespace

absl::StatusOr<std::string> OpeningsService::Officer(const grpc::ServerContext& context) const {
  const absl::StatusOr<Peer> peer = Authenticate(context, *verifier_);
  RETURN_IF_ERROR(peer.status());
  if (peer->kind == PeerKind::kRole && absl::StartsWith(peer->name, kOfficerRole)) {
    return peer->name;
  }
  return absl::PermissionDeniedError(
      absl::StrCat("`", peer->name,
                   "` is no officer of the exchange: use a certificate of "
                   "sluss://role/officer/NAME"));
}

grpc::Status OpeningsService::Erase(grpc::ServerContext* context, const v1::EraseRequest* request,
                                    v1::EraseResponse* response) {
  const auto officer = Officer(*context);
  if (!officer.ok()) return ToGrpc(officer.status());
  return Finish(erasures_->Erase(*officer, *request), response);
}

grpc::Status OpeningsService::Hold(grpc::ServerContext* context, const v1::HoldRequest* request,
                                   v1::HoldResponse* response) {
  const auto officer = Officer(*context);
  if (!officer.ok()) return ToGrpc(officer.status());
  return Finish(erasures_->Hold(*officer, *request), response);
}

grpc::Status OpeningsService::EndHold(grpc::ServerContext* context,
                                      const v1::EndHoldRequest* request,
                                      v1::HoldResponse* response) {
  const auto officer = Officer(*context);
  if (!officer.ok()) return ToGrpc(officer.status());
  return Finish(erasures_->EndHold(*officer, *request), response);
}

grpc::Status OpeningsService::List(grpc::ServerContext* context,
                                   const v1::ListOpeningsRequest* request,
                                   v1::OpeningsStanding* response) {
  const auto officer = Officer(*context);
  if (!officer.ok()) return ToGrpc(officer.status());
  return Finish(erasures_->List(), response);
}

}  // namespace sluss
