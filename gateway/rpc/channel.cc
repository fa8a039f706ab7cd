#include "gateway/rpc/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/grpc_log.h"
#include "gateway/rpc/peer_verifier.h"
#include "gateway/rpc/status.h"
#include "gateway/rpc/tls.h"

namespace sluss {
namespace {

using grpc::experimental::ExternalCertificateVerifier;

// Looks at the server's certificate after each handshake, before anything is sent.
class ServerCheck : public ExternalCertificateVerifier {
 public:
  ServerCheck(std::unique_ptr<PeerVerifier> verifier, Peer expected)
      : verifier_(std::move(verifier)), expected_(std::move(expected)) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> callback, grpc::Status* sync_status) override {
    const grpc::string_ref pem = request->peer_cert();
    *sync_status = ToGrpc(Check(absl::string_view(pem.data(), pem.size())));
    return true;  // decided at once
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest* request) override {}

 private:
  absl::Status Check(absl::string_view pem) const {
    ASSIGN_OR_RETURN(const Peer peer, verifier_->Verify(pem, CertificateUsage::kServer));
    if (peer == expected_) return absl::OkStatus();
    return absl::UnauthenticatedError(
        absl::StrCat("the server is `", PeerUri(peer), "`, not `", PeerUri(expected_), "`"));
  }

  const std::unique_ptr<PeerVerifier> verifier_;
  const Peer expected_;
};

// Of several gateways the first that answers is kept until it is lost.
std::string TargetOf(const std::string& address) {
  if (!absl::StrContains(address, ',')) return absl::StrCat("dns:///", address);
  return absl::StrCat(address.front() == '[' ? "ipv6:" : "ipv4:", address);
}

grpc::ChannelArguments Arguments(const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
  arguments.SetMaxSendMessageSize(options.max_message_bytes);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  // Also what one attempt may take: a handshake on a busy machine needs more than the backoff.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  // Slower than the server's limit on pings, quick enough for a held stream to notice a lost link.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Neither the environment nor the name service has a say in where the connection goes.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  return arguments;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const ChannelOptions& options,
                                                       const Clock* clock) {
  AllowOnlyTls13();
  PollBetweenCalls();
  CatchGrpcLog();
  ASSIGN_OR_RETURN(Peer server, ParseServerName(options.server_name));
  RETURN_IF_ERROR(
      CheckTlsFiles(options.tls, options.self, CertificateUsage::kClient, clock->Now()));
  ASSIGN_OR_RETURN(
      std::unique_ptr<PeerVerifier> verifier,
      PeerVerifier::Create(options.tls.authority(), options.tls.revocation_list(), clock));

  grpc::experimental::TlsChannelCredentialsOptions tls;
  tls.set_certificate_provider(WatchTlsFiles(options.tls));
  tls.watch_identity_key_cert_pairs();
  tls.watch_root_certs();
  tls.set_certificate_verifier(
      ExternalCertificateVerifier::Create<ServerCheck>(std::move(verifier), std::move(server)));
  tls.set_check_call_host(false);  // ServerCheck stands in for it
  return grpc::CreateCustomChannel(TargetOf(options.address),
                                   grpc::experimental::TlsCredentials(tls), Arguments(options));
}

}  // namespace sluss
