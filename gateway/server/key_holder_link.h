// The key holder as the exchange sees it, over mutual TLS.
#ifndef SLUSS_GATEWAY_SERVER_KEY_HOLDER_LINK_H_
#define SLUSS_GATEWAY_SERVER_KEY_HOLDER_LINK_H_

#include <memory>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/exchange/key_holder_client.h"
#include "proto/config.pb.h"
#include "proto/keyholder.grpc.pb.h"

namespace sluss {

// Thread-safe. A call that is not answered within 10 seconds ends DEADLINE_EXCEEDED; the connection
// is made again by itself.
class KeyHolderLink : public KeyHolderClient {
 public:
  // Errors are those of the certificate files. `clock` must outlive the link.
  static absl::StatusOr<std::unique_ptr<KeyHolderLink>> Create(const v1::GatewayConfig& config,
                                                               const Clock* clock);

  absl::StatusOr<v1::TransformResponse> Transform(const v1::TransformRequest& request) override;
  absl::StatusOr<v1::EvaluateResponse> Evaluate(const v1::EvaluateRequest& request) override;
  absl::StatusOr<v1::PeelResponse> Peel(const v1::PeelRequest& request) override;

 private:
  explicit KeyHolderLink(std::unique_ptr<v1::KeyHolder::Stub> stub) : stub_(std::move(stub)) {}

  const std::unique_ptr<v1::KeyHolder::Stub> stub_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_KEY_HOLDER_LINK_H_
