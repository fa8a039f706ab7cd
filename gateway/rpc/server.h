// A gRPC server that closes what the packaged gRPC 1.51 leaves open: mutual TLS 1.3 and nothing
// else, a certificate judged on every call, an acceptor that survives the lack of descriptors, and
// a limit on everything that a peer can make it spend.
#ifndef SLUSS_GATEWAY_RPC_SERVER_H_
#define SLUSS_GATEWAY_RPC_SERVER_H_

#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/rpc/acceptor.h"
#include "gateway/rpc/peer.h"
#include "gateway/rpc/peer_verifier.h"
#include "proto/config.pb.h"

namespace sluss {

struct ServerOptions {
  std::string listen;  // "127.0.0.1:7443", "[::1]:7443"; port 0 lets the system choose
  Peer self;           // whom the certificate must name
  v1::TlsFiles tls;
  int max_connections = 1000;
  int max_connections_per_source = 100;
  int max_streams_per_connection = 100;
  int max_message_bytes = 4 << 20;
  int64_t max_memory_bytes = int64_t{256} << 20;  // gRPC's buffers, all connections together
  int max_threads = 64;                           // of gRPC's synchronous interface
  absl::Duration handshake_deadline = absl::Seconds(3);
  absl::Duration idle_deadline = absl::Minutes(10);  // a connection without any call
};

// Thread-safe. Destruction is Shutdown(absl::ZeroDuration()).
class RpcServer {
 public:
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  const std::string& address() const { return acceptor_->address(); }
  AcceptorCounts connections() const { return acceptor_->counts(); }

  // What gRPC's health service answers while the server runs: whether it can do its work.
  void SetServing(bool serving);

  // Takes no new connection or call, lets calls end for at most `patience`, cancels the rest and
  // returns when none is left. Health answers NOT_SERVING meanwhile. Streams that are held open by
  // design should be ended by their handlers first. May be called again.
  void Shutdown(absl::Duration patience);

 private:
  friend absl::StatusOr<std::unique_ptr<RpcServer>> StartServer(
      const ServerOptions& options, const PeerVerifier* verifier,
      const std::vector<grpc::Service*>& services);
  RpcServer() = default;

  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> handoff_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Acceptor> acceptor_;
};

// Serves `services` and gRPC's health service. `verifier` and the services must outlive the server.
// Every fault of the options is an error here, before anything listens.
absl::StatusOr<std::unique_ptr<RpcServer>> StartServer(const ServerOptions& options,
                                                       const PeerVerifier* verifier,
                                                       const std::vector<grpc::Service*>& services);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_SERVER_H_
