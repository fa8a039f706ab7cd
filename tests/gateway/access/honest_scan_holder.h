// The key holder of a citizen's scan as it should answer, without its wire, counters and checks of
// the order.
#ifndef SLUSS_TESTS_GATEWAY_ACCESS_HONEST_SCAN_HOLDER_H_
#define SLUSS_TESTS_GATEWAY_ACCESS_HONEST_SCAN_HOLDER_H_

#include <string>
#include <vector>

#include "gateway/access/scan_holder.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/holder.h"
#include "gateway/crypto/scan_requests.h"
#include "gateway/crypto/sha512.h"

namespace sluss::testing {

class HonestScanHolder : public ScanHolder {
 public:
  explicit HonestScanHolder(const Holder* holder) : holder_(holder) {}

  absl::StatusOr<v1::ScanBatchResponse> TransformScan(
      const v1::ScanBatchRequest& request) override {
    ASSIGN_OR_RETURN(const std::vector<MaybeCiphertext> before,
                     CheckScanBatch(holder_->directory(), request));
    const std::string digest(AsStringView(Sha512({request.order().order()})));
    ASSIGN_OR_RETURN(const ScanHop hop, holder_->HopForScan(digest, before));
    v1::ScanBatchResponse response;
    for (const MaybeCiphertext& one : hop.after) {
      response.add_ciphertext(one.has_value() ? one->Encode() : "");
    }
    response.set_proof(hop.proof);
    return response;
  }

 private:
  const Holder* const holder_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_ACCESS_HONEST_SCAN_HOLDER_H_
