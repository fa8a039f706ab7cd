// A socket that listens, for whichever library then accepts from it.
#ifndef SLUSS_GATEWAY_RPC_LISTEN_H_
#define SLUSS_GATEWAY_RPC_LISTEN_H_

#include <string>

#include "absl/status/statusor.h"

namespace sluss {

struct Listener {
  int descriptor;       // the caller's to close
  std::string address;  // bound to, with the port that the system chose
};

// On "host:port", "[v6]:port"; port 0 lets the system choose. INVALID_ARGUMENT on a malformed
// address, UNAVAILABLE where the system does not let it be bound.
absl::StatusOr<Listener> Listen(const std::string& address);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_LISTEN_H_
