// The key holder's part in a citizen's access report, on the wire.
#ifndef SLUSS_GATEWAY_KEYHOLDER_ACCESS_HOLDER_SERVICE_H_
#define SLUSS_GATEWAY_KEYHOLDER_ACCESS_HOLDER_SERVICE_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "gateway/base/event_log.h"
#include "gateway/keyholder/key_holder.h"
#include "gateway/rpc/peer_verifier.h"
#include "proto/access.grpc.pb.h"

namespace sluss {

// Thread-safe. Answers one gateway; everyone else is refused with PERMISSION_DENIED.
class AccessHolderService final : public v1::AccessHolder::Service {
 public:
  // `gateway`: "gateway/gw1". The pointers must outlive the service. Writes one line a call, as
  // KeyHolderService does: how many, what remains of the day; never a ciphertext.
  AccessHolderService(KeyHolder* holder, const PeerVerifier* verifier, std::string gateway,
                      EventLog* log)
      : holder_(holder), verifier_(verifier), gateway_(std::move(gateway)), log_(log) {}

  grpc::Status TransformScan(grpc::ServerContext* context, const v1::ScanBatchRequest* request,
                             v1::ScanBatchResponse* response) override;

 private:
  absl::StatusOr<v1::ScanBatchResponse> Answer(const grpc::ServerContext& context,
                                               const v1::ScanBatchRequest& request);

  KeyHolder* const holder_;
  const PeerVerifier* const verifier_;
  const std::string gateway_;
  EventLog* const log_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_KEYHOLDER_ACCESS_HOLDER_SERVICE_H_
