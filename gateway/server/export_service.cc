#include "gateway/server/export_service.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"

namespace sluss {

grpc::Status ExportService::ExportBundle(grpc::ServerContext* context,
                                         const v1::ExportBundleRequest* request,
                                         grpc::ServerWriter<v1::BundlePart>* writer) {
  absl::StatusOr<std::string> officer = AuthenticateOfficer(*context, *verifier_);
  absl::Status status = officer.status();
  if (status.ok()) {
    status = exports_->Run(*officer, *request, [&](const v1::BundlePart& part) {
      return !context->IsCancelled() && writer->Write(part);
    });
  }
  events_->Write(status.ok() ? "log-exported" : "log-export-refused",
                 {{"code", absl::StatusCodeToString(status.code())}});
  return ToGrpc(status);
}

grpc::Status ExportService::ReadLogFile(grpc::ServerContext* context,
                                        const v1::ReadLogFileRequest* request,
                                        v1::LogFile* response) {
  const absl::StatusOr<std::string> officer = AuthenticateOfficer(*context, *verifier_);
  if (!officer.ok()) return ToGrpc(officer.status());
  absl::StatusOr<std::string> content = exports_->ReadFile(*request);
  if (!content.ok()) return ToGrpc(content.status());
  response->set_content(*std::move(content));
  return grpc::Status::OK;
}

}  // namespace sluss
