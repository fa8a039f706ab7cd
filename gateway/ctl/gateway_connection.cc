#include "gateway/ctl/gateway_connection.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/rpc/certificate.h"
#include "gateway/rpc/channel.h"
#include "gateway/rpc/peer.h"

namespace sluss {
namespace {

// Policies with their files in one answer.
constexpr int kMaxMessageBytes = 64 << 20;

}  // namespace

void AddGatewayOptions(CLI::App* command, GatewayArguments* arguments) {
  command->add_option("--gateway", arguments->address, "host:port")->required();
  command->add_option("--name", arguments->server_name, "as its certificate names it: gateway/gw1")
      ->required();
  const auto file = [&](const char* option, std::string* value, const char* text) {
    command->add_option(option, *value, text)->required()->check(CLI::ExistingFile);
  };
  file("--certificate", arguments->tls.mutable_certificate(), "own certificate, PEM");
  file("--key", arguments->tls.mutable_private_key(), "own private key, PEM");
  file("--authority", arguments->tls.mutable_authority(), "the exchange's authority, PEM");
  file("--revocation-list", arguments->tls.mutable_revocation_list(), "its revocation list, PEM");
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectToGateway(const GatewayArguments& arguments) {
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(arguments.tls.certificate()));
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FirstOfChain(pem));
  const std::vector<std::string> uris = certificate.Uris();
  if (uris.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", arguments.tls.certificate(), "` must name exactly one sluss:// URI"));
  }
  ASSIGN_OR_RETURN(const Peer self, ParsePeerUri(uris.front()));
  return Connect({.address = arguments.address,
                  .server_name = arguments.server_name,
                  .self = self,
                  .tls = arguments.tls,
                  .max_message_bytes = kMaxMessageBytes},
                 SystemClock());
}

std::unique_ptr<grpc::ClientContext> Within(std::chrono::seconds deadline) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + deadline);
  return context;
}

}  // namespace sluss
