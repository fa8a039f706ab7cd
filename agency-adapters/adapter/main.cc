// sluss-adapter: one agency's edge as a process of its own, at the agency's own site.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "agency-adapters/adapter/config.h"
#include "agency-adapters/adapter/native.h"
#include "agency-adapters/adapter/progress.h"
#include "agency-adapters/client/edge.h"
#include "agency-adapters/client/grpc_link.h"
#include "agency-adapters/client/state_lock.h"
#include "gateway/base/event_log.h"
#include "gateway/base/process.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/key_ring_files.h"

namespace sluss {
namespace {

enum class Mode { kServe, kOnce, kCheckConfig, kEnrolOnly };

// What --once takes for "nothing more is coming".
constexpr absl::Duration kQuiet = absl::Seconds(3);

absl::StatusOr<AgencyRing> LoadKeys(const v1::AdapterConfig& config) {
  ASSIGN_OR_RETURN(AgencyRing keys,
                   LoadAgencyRing({config.keys_dir(), config.key_directory()},
                                  {config.beside().keys_dir(), config.beside().key_directory()}));
  if (keys.current().secrets().agency.value() == config.agency()) return keys;
  return absl::InvalidArgumentError(absl::StrCat(config.keys_dir(), ": are the keys of `",
                                                 keys.current().secrets().agency.value(),
                                                 "`, not of `", config.agency(), "`"));
}

absl::Status Work(Mode mode, Edge* edge, EventLog* events, const StopSignals& stop) {
  events->Write("ready");
  if (mode == Mode::kEnrolOnly) return edge->Enrol();
  std::jthread waiting([&] {
    stop.Wait();
    edge->Stop();
  });
  if (mode == Mode::kOnce) {
    edge->RunOnce(kQuiet);
    kill(getpid(), SIGTERM);  // ends the wait
  } else {
    edge->Run();
  }
  events->Write("stopped");
  return absl::OkStatus();
}

absl::Status Run(const std::string& path, Mode mode) {
  const StopSignals stop;
  RETURN_IF_ERROR(ProtectProcess());
  ASSIGN_OR_RETURN(const v1::AdapterConfig config, LoadAdapterConfig(path));
  ASSIGN_OR_RETURN(const AgencyRing keys, LoadKeys(config));
  ASSIGN_OR_RETURN(ReceiptVerifier verifier,
                   ReceiptVerifier::Make(keys.directories().current().log()));
  ASSIGN_OR_RETURN(const std::unique_ptr<NativeFormat> format, MakeNativeFormat(config));
  ASSIGN_OR_RETURN(const std::unique_ptr<GatewayLink> link, MakeGrpcLink(config, SystemClock()));
  if (mode == Mode::kCheckConfig) return absl::OkStatus();
  ASSIGN_OR_RETURN(const StateLock lock, StateLock::Take(config.state_dir()));
  EventLog events(&std::cout, SystemClock());
  ASSIGN_OR_RETURN(const std::unique_ptr<ReceiptBook> receipts,
                   ReceiptBook::Open(PosixFileSystem(), config.receipts_dir(), std::move(verifier),
                                     [&](uint64_t index) {
                                       events.Write("log-contradicts-itself", {{"entry", index}});
                                     }));
  WriteKeysEvent(keys.directories(), &events);
  const EdgeParts parts = {.keys = &keys,
                           .receipts = receipts.get(),
                           .format = format.get(),
                           .link = link.get(),
                           .clock = SystemClock(),
                           .events = &events};
  const EdgeOptions options = {.drop_dir = config.drop_dir(),
                               .native_out_dir = config.native_out_dir(),
                               .state_dir = config.state_dir(),
                               .register_csv = config.register_csv(),
                               .officers_dir = config.officers_dir(),
                               .poll = absl::Milliseconds(config.poll_milliseconds()),
                               .keep_clocks = absl::Hours(24) * config.keep_clocks_days(),
                               .metrics_file = config.metrics_file(),
                               .progress = ShowProgress(&events)};
  ASSIGN_OR_RETURN(const std::unique_ptr<Edge> edge,
                   Edge::Create(options, parts, PosixFileSystem()));
  return Work(mode, edge.get(), &events, stop);
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  CLI::App app("sluss-adapter: carries one agency's notifications to and from the gateway");
  std::string path;
  bool once = false, check = false, enrol = false;
  app.add_option("CONFIG", path, "AdapterConfig in text format")->required();
  auto* const modes = app.add_option_group("mode")->require_option(0, 1);
  modes->add_flag("--once", once, "send and receive what is there, then end");
  modes->add_flag("--check-config", check, "check the configuration and all that it names");
  modes->add_flag("--enrol-only", enrol, "enrol the register, then end");
  CLI11_PARSE(app, argc, argv);
  const sluss::Mode mode = once    ? sluss::Mode::kOnce
                           : check ? sluss::Mode::kCheckConfig
                           : enrol ? sluss::Mode::kEnrolOnly
                                   : sluss::Mode::kServe;
  const absl::Status status = sluss::Run(path, mode);
  if (status.ok()) return 0;
  std::fprintf(stderr, "sluss-adapter: %s\n", std::string(status.message()).c_str());
  return 1;
}
