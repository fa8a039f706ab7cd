// A whole scan over the wire, however often the connection breaks.
#ifndef SLUSS_GATEWAY_CTL_SCAN_CALL_H_
#define SLUSS_GATEWAY_CTL_SCAN_CALL_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/personal_number.h"
#include "gateway/report/scan_reader.h"
#include "proto/access.grpc.pb.h"

namespace sluss {

// The domain's nyms of the numbers, through both holders.
absl::StatusOr<std::vector<Nym>> EnrolForReport(v1::Access::StubInterface* access,
                                                const AgencyRing& keys,
                                                const std::vector<CanonicalNumber>& numbers);

struct ScanCall {
  std::string officer;    // as the certificate names the caller
  std::string procedure;  // 16 bytes
  int64_t from_us = 0;
  int64_t to_us = 0;
  // After each part, and when the connection broke and is tried again.
  std::function<void(const ScanReader&)> progress;
  std::function<void(const absl::Status&)> again;
  int attempts = 5;
};

// Until the scan is whole in `reader`. A connection that breaks is tried again from where it broke;
// an error that is the gateway's answer, or a proof that does not hold, ends it.
absl::Status RunScan(v1::Access::StubInterface* access, const AgencyRing& keys,
                     const ScanCall& call, ScanReader* reader);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_SCAN_CALL_H_
