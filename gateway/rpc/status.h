// absl::Status on our side, grpc::Status on the wire.
#ifndef SLUSS_GATEWAY_RPC_STATUS_H_
#define SLUSS_GATEWAY_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace sluss {

// Code for code. The text is cut at 1,000 bytes: it travels in a trailer of limited size.
grpc::Status ToGrpc(const absl::Status& status);

// Code for code; a number that is no known code becomes UNKNOWN, never OK.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_STATUS_H_
