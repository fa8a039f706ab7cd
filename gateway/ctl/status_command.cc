#include "gateway/ctl/status_command.h"

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/rpc/certificate.h"
#include "gateway/rpc/channel.h"
#include "gateway/rpc/peer.h"
#include "gateway/rpc/status.h"
#include "google/protobuf/util/json_util.h"
#include "proto/gateway.grpc.pb.h"

namespace sluss {
namespace {

struct StatusArguments {
  std::string address;
  std::string server_name;
  v1::TlsFiles tls;
  std::string message_id;
};

absl::StatusOr<v1::GetStatusResponse> Ask(const StatusArguments& arguments) {
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(arguments.tls.certificate()));
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FirstOfChain(pem));
  const std::vector<std::string> uris = certificate.Uris();
  if (uris.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", arguments.tls.certificate(), "` must name exactly one sluss:// URI"));
  }
  ASSIGN_OR_RETURN(const Peer self, ParsePeerUri(uris.front()));
  ASSIGN_OR_RETURN(const auto channel, Connect({.address = arguments.address,
                                                .server_name = arguments.server_name,
                                                .self = self,
                                                .tls = arguments.tls},
                                               SystemClock()));
  v1::GetStatusRequest request;
  ASSIGN_OR_RETURN(*request.mutable_message_id(), FromHex(arguments.message_id));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  v1::GetStatusResponse response;
  RETURN_IF_ERROR(FromGrpc(v1::Gateway::NewStub(channel)->GetStatus(&context, request, &response)));
  return response;
}

void Run(const StatusArguments& arguments) {
  const auto response = Ask(arguments);
  if (!response.ok()) {
    std::cerr << "slussctl: " << response.status().message() << "\n";
    throw CLI::RuntimeError(1);
  }
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(*response, &json, options).ok()) {
    throw CLI::RuntimeError(1);
  }
  std::cout << json;
}

}  // namespace

void AddStatusCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand("status", "Ask a running gateway how it is");
  const auto arguments = std::make_shared<StatusArguments>();
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
  command->add_option("--message", arguments->message_id,
                      "message id, hex: how that message ended");
  command->callback([arguments] { Run(*arguments); });
}

}  // namespace sluss
