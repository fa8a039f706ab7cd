#include "gateway/rpc/server.h"

#include <grpc/compression.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server_builder.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include "absl/time/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/grpc_log.h"
#include "gateway/rpc/tls.h"

namespace sluss {
namespace {

constexpr int kMaxMetadataBytes = 8 << 10;
constexpr absl::Duration kProbeEvery = absl::Seconds(30);     // a ping to a silent client,
constexpr absl::Duration kProbePatience = absl::Seconds(10);  // which must be answered
constexpr absl::Duration kPingsNoOftener = absl::Seconds(10);

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

// A quarter of the process's descriptors is for files, databases and calls to others.
int DescriptorsForConnections() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 20) / 4 * 3);
}

std::shared_ptr<grpc::ServerCredentials> MutualTls(const v1::TlsFiles& files,
                                                   const PeerVerifier* verifier) {
  grpc::experimental::TlsServerCredentialsOptions tls(WatchTlsFiles(files));
  tls.watch_identity_key_cert_pairs();
  tls.watch_root_certs();
  tls.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  std::shared_ptr<grpc::ServerCredentials> credentials =
      grpc::experimental::TlsServerCredentials(tls);
  credentials->SetAuthMetadataProcessor(MakeCallGuard(verifier));
  return credentials;
}

void SetLimits(const ServerOptions& options, grpc::ServerBuilder* builder) {
  grpc::ResourceQuota quota("server");
  quota.Resize(options.max_memory_bytes).SetMaxThreads(options.max_threads);
  builder->SetResourceQuota(quota);
  builder->SetMaxReceiveMessageSize(options.max_message_bytes);
  // A small message must not become a large one on arrival.
  for (const grpc_compression_algorithm algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder->SetCompressionAlgorithmSupportStatus(algorithm, /*enabled=*/false);
  }
  const auto set = [builder](const char* name, int value) {
    builder->AddChannelArgument(name, value);
  };
  set(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(options.handshake_deadline));
  set(GRPC_ARG_MAX_CONNECTION_IDLE_MS, Milliseconds(options.idle_deadline));
  set(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_streams_per_connection);
  set(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  set(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(kProbeEvery));
  set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(kProbePatience));
  set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, Milliseconds(kPingsNoOftener));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> StartServer(
    const ServerOptions& options, const PeerVerifier* verifier,
    const std::vector<grpc::Service*>& services) {
  AllowOnlyTls13();
  PollBetweenCalls();
  CatchGrpcLog();
  RETURN_IF_ERROR(CheckTlsFiles(options.tls, options.self, CertificateUsage::kServer, absl::Now()));
  const ConnectionLimits limits = {
      .total = std::min(options.max_connections, DescriptorsForConnections()),
      .per_source = options.max_connections_per_source};
  std::unique_ptr<RpcServer> server(new RpcServer());
  ASSIGN_OR_RETURN(server->acceptor_, Acceptor::Listen(options.listen, limits));

  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(options, &builder);
  server->handoff_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      MutualTls(options.tls, verifier));
  for (grpc::Service* service : services) builder.RegisterService(service);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) return absl::InternalError("gRPC refused to start the server");

  server->acceptor_->Start([handoff = server->handoff_.get()](int descriptor) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = descriptor;
    handoff->HandleNewConnection(&connection);
  });
  return server;
}

RpcServer::~RpcServer() { Shutdown(absl::ZeroDuration()); }

void RpcServer::SetServing(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

void RpcServer::Shutdown(absl::Duration patience) {
  if (acceptor_ != nullptr) acceptor_->Stop();
  if (server_ == nullptr) return;
  server_->GetHealthCheckService()->Shutdown();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + patience));
  server_->Wait();
}

}  // namespace sluss
