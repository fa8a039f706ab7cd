// sluss-keyholder: the second holder, a process of its own with keys of its own.
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_log.h"
#include "gateway/base/process.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/key_ring_files.h"
#include "gateway/keyholder/access_holder_service.h"
#include "gateway/keyholder/config.h"
#include "gateway/keyholder/service.h"
#include "gateway/rpc/server.h"
#include "gateway/rpc/tls.h"

namespace sluss {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr int kMaxMessageBytes = 1 << 20;

absl::StatusOr<HolderRing> LoadKeys(const v1::KeyHolderConfig& config) {
  ASSIGN_OR_RETURN(
      HolderRing keys,
      LoadHolderRing(HolderRole::kKeyholder, {config.keys_dir(), config.key_directory()},
                     {config.beside().keys_dir(), config.beside().key_directory()}));
  const KeyDirectory& directory = keys.directories().current();
  if (directory.keyholder().name != config.name() || directory.gateway().name != config.gateway()) {
    return absl::InvalidArgumentError(
        absl::StrCat(config.key_directory(), ": is for `", directory.keyholder().name, "` and `",
                     directory.gateway().name, "`, not for the names configured"));
  }
  return keys;
}

// All that can be found out beside a key holder that runs, whose database is its own.
absl::Status Check(const v1::KeyHolderConfig& config) {
  RETURN_IF_ERROR(CheckTlsFiles(config.tls(), {PeerKind::kKeyHolder, config.name()},
                                CertificateUsage::kServer, SystemClock()->Now()));
  ASSIGN_OR_RETURN(const HolderRing keys, LoadKeys(config));
  return LoadScanArchive(HolderRole::kKeyholder, keys.directories(), config.archive()).status();
}

absl::Status Serve(const v1::KeyHolderConfig& config, const StopSignals& stop) {
  ASSIGN_OR_RETURN(const std::unique_ptr<PeerVerifier> verifier,
                   PeerVerifier::Create(config.tls().authority(), config.tls().revocation_list(),
                                        SystemClock()));
  ASSIGN_OR_RETURN(const HolderRing keys, LoadKeys(config));
  ASSIGN_OR_RETURN(const ScanArchive archive,
                   LoadScanArchive(HolderRole::kKeyholder, keys.directories(), config.archive()));
  ASSIGN_OR_RETURN(const std::unique_ptr<Counters> counters, Counters::Open(config.database()));
  EventLog log(&std::cout, SystemClock());
  WriteKeysEvent(keys.directories(), &log, archive);
  KeyHolder holder(&keys, counters.get(),
                   {.evaluations = config.evaluations_per_day(),
                    .transforms = config.transforms_per_day(),
                    .peels = config.peels_per_day(),
                    .scans = config.scans_per_day()},
                   SystemClock(), &archive);
  KeyHolderService service(&holder, verifier.get(), config.gateway(), &log);
  AccessHolderService scans(&holder, verifier.get(), config.gateway(), &log);
  ServerOptions options;
  options.listen = config.listen();
  options.self = {PeerKind::kKeyHolder, config.name()};
  options.tls = config.tls();
  options.max_message_bytes = kMaxMessageBytes;
  ASSIGN_OR_RETURN(const std::unique_ptr<RpcServer> server,
                   StartServer(options, verifier.get(), {&service, &scans}));
  log.Write("ready", {{"name", config.name()}, {"address", server->address()}});
  stop.Wait();
  server->Shutdown(kPatience);
  log.Write("stopped");
  return absl::OkStatus();
}

absl::Status Run(const std::string& path, bool only_check) {
  const StopSignals stop;
  RETURN_IF_ERROR(ProtectProcess());
  ASSIGN_OR_RETURN(const v1::KeyHolderConfig config, LoadKeyHolderConfig(path));
  return only_check ? Check(config) : Serve(config, stop);
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  CLI::App app("sluss-keyholder: the exchange's second holder of pseudonym keys");
  std::string path;
  bool only_check = false;
  app.add_option("CONFIG", path, "KeyHolderConfig in text format")->required();
  app.add_flag("--check-config", only_check, "check the configuration and all that it names");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = sluss::Run(path, only_check);
  if (status.ok()) return 0;
  std::fprintf(stderr, "sluss-keyholder: %s\n", std::string(status.message()).c_str());
  return 1;
}
