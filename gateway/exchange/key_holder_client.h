// The seam to the key holder, the second hop of every pseudonym.
#ifndef SLUSS_GATEWAY_EXCHANGE_KEY_HOLDER_CLIENT_H_
#define SLUSS_GATEWAY_EXCHANGE_KEY_HOLDER_CLIENT_H_

#include "absl/status/statusor.h"
#include "proto/keyholder.pb.h"

namespace sluss {

// Calls block until answered or until their own deadline, which the implementation sets; none is
// repeated here. UNAVAILABLE, DEADLINE_EXCEEDED: the key holder is away. Thread-safe.
class KeyHolderClient {
 public:
  virtual ~KeyHolderClient() = default;
  virtual absl::StatusOr<v1::TransformResponse> Transform(const v1::TransformRequest& request) = 0;
  virtual absl::StatusOr<v1::EvaluateResponse> Evaluate(const v1::EvaluateRequest& request) = 0;
  virtual absl::StatusOr<v1::PeelResponse> Peel(const v1::PeelRequest& request) = 0;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_KEY_HOLDER_CLIENT_H_
