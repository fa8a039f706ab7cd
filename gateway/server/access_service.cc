#include "gateway/server/access_service.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"

namespace sluss {
namespace {

// The numbers of one person: a samordningsnummer and what came after it, and no register.
constexpr int kMostNumbers = 4;

}  // namespace

absl::StatusOr<std::string> AccessService::Caller(const grpc::ServerContext& context) const {
  ASSIGN_OR_RETURN(std::string officer, AuthenticateOfficer(context, *verifier_));
  if (desk_->domain().empty()) {
    return absl::FailedPreconditionError(
        "the key directory names no `access_domain`: assemble it with slussctl keys assemble "
        "--access-domain");
  }
  return officer;
}

absl::StatusOr<v1::EnrolResponse> AccessService::EnrolFor(const grpc::ServerContext& context,
                                                          const v1::EnrolRequest& request) {
  RETURN_IF_ERROR(Caller(context).status());
  if (request.blinded_size() > kMostNumbers) {
    return absl::InvalidArgumentError(absl::StrCat("`blinded` has ", request.blinded_size(),
                                                   " elements: a report is about one "
                                                   "person, who has at most ",
                                                   kMostNumbers, " numbers"));
  }
  return exchange_->Enrol(AgencyId(desk_->domain()), request);
}

grpc::Status AccessService::Enrol(grpc::ServerContext* context, const v1::EnrolRequest* request,
                                  v1::EnrolResponse* response) {
  absl::StatusOr<v1::EnrolResponse> answer = EnrolFor(*context, *request);
  events_->Write("access-enrol", {{"code", absl::StatusCodeToString(answer.status().code())}});
  if (!answer.ok()) return ToGrpc(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

grpc::Status AccessService::Scan(grpc::ServerContext* context, const v1::SignedScanOrder* request,
                                 grpc::ServerWriter<v1::ScanPart>* writer) {
  // A scan lasts: whose certificate is revoked meanwhile is shown nothing more.
  const StreamRegistry::Handle watched = streams_->Register(context);
  const absl::StatusOr<std::string> officer = Caller(*context);
  uint64_t rows = 0;
  const absl::Status status = !officer.ok()
                                  ? officer.status()
                                  : desk_->Scan(*officer, *request, [&](const v1::ScanPart& part) {
                                      rows += part.batch().row_size();
                                      return !context->IsCancelled() && writer->Write(part);
                                    });
  events_->Write("access-scan",
                 {{"rows", rows}, {"code", absl::StatusCodeToString(status.code())}});
  return ToGrpc(status);
}

}  // namespace sluss
