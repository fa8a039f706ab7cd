// The service of officers who take a part of the log away. Officers only; whoever else asks is
// refused, and an event says so.
#ifndef SLUSS_GATEWAY_SERVER_EXPORT_SERVICE_H_
#define SLUSS_GATEWAY_SERVER_EXPORT_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/base/event_log.h"
#include "gateway/exports/bundle_export.h"
#include "gateway/rpc/peer_verifier.h"
#include "proto/export.grpc.pb.h"

namespace sluss {

// Thread-safe. What is joined outlives the service.
class ExportService final : public v1::LogExport::Service {
 public:
  ExportService(const BundleExport* exports, const PeerVerifier* verifier, EventLog* events)
      : exports_(exports), verifier_(verifier), events_(events) {}

  grpc::Status ExportBundle(grpc::ServerContext* context, const v1::ExportBundleRequest* request,
                            grpc::ServerWriter<v1::BundlePart>* writer) override;
  grpc::Status ReadLogFile(grpc::ServerContext* context, const v1::ReadLogFileRequest* request,
                           v1::LogFile* response) override;

 private:
  const BundleExport* const exports_;
  const PeerVerifier* const verifier_;
  EventLog* const events_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_EXPORT_SERVICE_H_
