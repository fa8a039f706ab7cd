// The gateway over gRPC and mutual TLS 1.3.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_GRPC_LINK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_GRPC_LINK_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agency-adapters/client/gateway_link.h"
#include "gateway/base/clock.h"
#include "proto/config.pb.h"

namespace sluss {

// Uses agency, gateway_address, gateway_name and tls of `config`. Connects at the first call and
// again whenever the connection is lost. Unary calls have a deadline of 20 s. Fails at once when a
// certificate file is missing or names another than `config.agency()`. `clock` must outlive the
// link.
absl::StatusOr<std::unique_ptr<GatewayLink>> MakeGrpcLink(const v1::AdapterConfig& config,
                                                          const Clock* clock);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_GRPC_LINK_H_
