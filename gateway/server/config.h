// The gateway's configuration file: read once at start, checked as a whole, every fault with its
// line.
#ifndef SLUSS_GATEWAY_SERVER_CONFIG_H_
#define SLUSS_GATEWAY_SERVER_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/config.pb.h"

namespace sluss {

// Returns the configuration with paths resolved against the file's directory and every limit filled
// in with its standard value. INVALID_ARGUMENT has one line a fault. Sample with all fields:
// deploy/config/gateway.txtpb.
absl::StatusOr<v1::GatewayConfig> LoadGatewayConfig(const std::string& path);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_CONFIG_H_
