// The key holder as the scan needs it.
#ifndef SLUSS_GATEWAY_ACCESS_SCAN_HOLDER_H_
#define SLUSS_GATEWAY_ACCESS_SCAN_HOLDER_H_

#include "absl/status/statusor.h"
#include "proto/access.pb.h"

namespace sluss {

// Blocks until answered or until its own deadline; several calls may be under way. UNAVAILABLE,
// DEADLINE_EXCEEDED: the key holder is away. Thread-safe.
class ScanHolder {
 public:
  virtual ~ScanHolder() = default;
  virtual absl::StatusOr<v1::ScanBatchResponse> TransformScan(
      const v1::ScanBatchRequest& request) = 0;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_ACCESS_SCAN_HOLDER_H_
