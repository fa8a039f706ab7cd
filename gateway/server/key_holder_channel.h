// The gateway's way to the key holder, whichever of its services is asked.
#ifndef SLUSS_GATEWAY_SERVER_KEY_HOLDER_CHANNEL_H_
#define SLUSS_GATEWAY_SERVER_KEY_HOLDER_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "proto/config.pb.h"

namespace sluss {

// Errors are those of the certificate files. `clock` must outlive the channel.
absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectToKeyHolder(const v1::GatewayConfig& config,
                                                                  const Clock* clock);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_KEY_HOLDER_CHANNEL_H_
