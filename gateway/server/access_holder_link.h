// The key holder as the access scan sees it, over mutual TLS.
#ifndef SLUSS_GATEWAY_SERVER_ACCESS_HOLDER_LINK_H_
#define SLUSS_GATEWAY_SERVER_ACCESS_HOLDER_LINK_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "gateway/access/scan_holder.h"
#include "gateway/base/clock.h"
#include "proto/access.grpc.pb.h"
#include "proto/config.pb.h"

namespace sluss {

// Thread-safe. A call that is not answered within 30 seconds ends DEADLINE_EXCEEDED.
class AccessHolderLink : public ScanHolder {
 public:
  // Errors are those of the certificate files. `clock` must outlive the link.
  static absl::StatusOr<std::unique_ptr<AccessHolderLink>> Create(const v1::GatewayConfig& config,
                                                                  const Clock* clock);

  absl::StatusOr<v1::ScanBatchResponse> TransformScan(const v1::ScanBatchRequest& request) override;

 private:
  explicit AccessHolderLink(std::unique_ptr<v1::AccessHolder::Stub> stub)
      : stub_(std::move(stub)) {}

  const std::unique_ptr<v1::AccessHolder::Stub> stub_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_ACCESS_HOLDER_LINK_H_
