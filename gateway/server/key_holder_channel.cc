#include "gateway/server/key_holder_channel.h"

#include "gateway/base/status_macros.h"
#include "gateway/rpc/channel.h"
#include "gateway/rpc/peer.h"

namespace sluss {
namespace {

// Room for a full batch of elements or hops, and nothing like a message.
constexpr int kMaxBytes = 1 << 20;

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectToKeyHolder(const v1::GatewayConfig& config,
                                                                  const Clock* clock) {
  ASSIGN_OR_RETURN(const Peer self, ParseServerName(config.name()));
  return Connect({.address = config.keyholder().address(),
                  .server_name = config.keyholder().name(),
                  .self = self,
                  .tls = config.tls(),
                  .max_message_bytes = kMaxBytes},
                 clock);
}

}  // namespace sluss
