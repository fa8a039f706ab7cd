#include "gateway/ctl/status_command.h"

#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/ctl/gateway_connection.h"
#include "gateway/ctl/witness_command.h"
#include "gateway/rpc/status.h"
#include "google/protobuf/util/json_util.h"
#include "proto/gateway.grpc.pb.h"

namespace sluss {
namespace {

struct StatusArguments {
  GatewayArguments gateway;
  std::string message_id;
};

absl::StatusOr<v1::GetStatusResponse> Ask(const StatusArguments& arguments) {
  ASSIGN_OR_RETURN(const auto channel, ConnectToGateway(arguments.gateway));
  v1::GetStatusRequest request;
  ASSIGN_OR_RETURN(*request.mutable_message_id(), FromHex(arguments.message_id));
  v1::GetStatusResponse response;
  RETURN_IF_ERROR(FromGrpc(v1::Gateway::NewStub(channel)->GetStatus(
      Within(std::chrono::seconds(10)).get(), request, &response)));
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
  if (!arguments.message_id.empty()) return;
  const auto standing = AskForStanding(arguments.gateway);
  const std::string warning = standing.ok() ? StandingWarning(*standing) : "";
  if (!warning.empty()) std::cerr << "slussctl: " << warning << "\n";
}

}  // namespace

void AddStatusCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand("status", "Ask a running gateway how it is");
  const auto arguments = std::make_shared<StatusArguments>();
  AddGatewayOptions(command, &arguments->gateway);
  command->add_option("--message", arguments->message_id,
                      "message id, hex: how that message ended");
  command->callback([arguments] { Run(*arguments); });
}

}  // namespace sluss
