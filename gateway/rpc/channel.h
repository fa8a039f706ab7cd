// A client's connection to a gateway or key holder: mutual TLS 1.3, the server known by its URI.
#ifndef SLUSS_GATEWAY_RPC_CHANNEL_H_
#define SLUSS_GATEWAY_RPC_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/clock.h"
#include "gateway/rpc/peer.h"
#include "proto/config.pb.h"

namespace sluss {

struct ChannelOptions {
  std::string address;      // "127.0.0.1:7443"; numeric ones with commas: any of them
  std::string server_name;  // "gateway/gw1": the peer that its certificate must name
  Peer self;                // whom our own certificate must name
  v1::TlsFiles tls;
  int max_message_bytes = 4 << 20;
};

// Checks the files at once, connects at the first call and again whenever the connection is lost,
// after 0.2 s growing to 5 s. A server is spoken to only if PeerVerifier accepts its certificate
// and it names `server_name`; host names and addresses are not compared. Certificate files that
// are renewed are read again. `clock` must outlive the channel.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const ChannelOptions& options,
                                                       const Clock* clock);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_CHANNEL_H_
