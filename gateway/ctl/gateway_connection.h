// How the commands of slussctl reach a running gateway: over the same mutual TLS as everybody, as
// whoever the certificate names.
#ifndef SLUSS_GATEWAY_CTL_GATEWAY_CONNECTION_H_
#define SLUSS_GATEWAY_CTL_GATEWAY_CONNECTION_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "proto/config.pb.h"

namespace sluss {

struct GatewayArguments {
  std::string address;
  std::string server_name;
  v1::TlsFiles tls;
};

// Adds --gateway, --name, --certificate, --key, --authority and --revocation-list, all required.
// `arguments` must outlive the command.
void AddGatewayOptions(CLI::App* command, GatewayArguments* arguments);

// Errors name the file at fault; whether the gateway answers shows at the first call.
absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectToGateway(const GatewayArguments& arguments);

// A context that ends after this.
std::unique_ptr<grpc::ClientContext> Within(std::chrono::seconds deadline);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_GATEWAY_CONNECTION_H_
