// sluss-gateway CONFIG: serves until SIGTERM or SIGINT.
//
// Exit codes: 0 stopped in order, or the configuration is in order; 1 could not start.
#include <iostream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "gateway/base/process.h"
#include "gateway/base/status_macros.h"
#include "gateway/server/config.h"
#include "gateway/server/gateway.h"

namespace sluss {
namespace {

// How long running calls may take to end when the gateway is told to stop.
constexpr absl::Duration kPatience = absl::Seconds(10);

absl::Status Run(const std::string& config_path, bool check_only) {
  const StopSignals stop;  // before any thread
  RETURN_IF_ERROR(ProtectProcess());
  ASSIGN_OR_RETURN(const v1::GatewayConfig config, LoadGatewayConfig(config_path));
  if (check_only) {
    std::cout << config_path << " is in order\n";
    return absl::OkStatus();
  }
  EventLog events(&std::cout, SystemClock());
  ASSIGN_OR_RETURN(std::unique_ptr<Gateway> gateway,
                   Gateway::Start(config, SystemClock(), &events));
  events.Write("ready", {{"name", config.name()}, {"address", gateway->address()}});
  stop.Wait();
  events.Write("stopping");
  gateway->Stop(kPatience);
  gateway.reset();
  events.Write("stopped");
  return absl::OkStatus();
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  CLI::App app("sluss-gateway: the gateway of an exchange");
  std::string config;
  bool check_only = false;
  app.add_option("CONFIG", config, "GatewayConfig in text format: see deploy/config/gateway.txtpb")
      ->required();
  app.add_flag("--check-config", check_only, "check the configuration file and exit");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = sluss::Run(config, check_only);
  if (status.ok()) return 0;
  std::cerr << "sluss-gateway: " << status.message() << "\n";
  return 1;
}
