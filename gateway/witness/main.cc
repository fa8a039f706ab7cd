// sluss-witness init|serve: keeps one checkpoint a log and cosigns what follows it.
//
// Exit codes: 0 done, or stopped in order; 1 could not.
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "gateway/base/event_log.h"
#include "gateway/base/process.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/key_files.h"
#include "gateway/https/https_server.h"
#include "gateway/rpc/peer_verifier.h"
#include "gateway/tlog/cosignature.h"
#include "gateway/tlog/witness.h"
#include "gateway/witness/witness_dir.h"

namespace sluss {
namespace {

struct WitnessOptions {
  std::string directory, name;
  std::vector<std::string> logs;
  HttpsOptions https;
  std::string revocation_list;
};

// The key has the form of a log's: a name, and a key that signs notes.
absl::Status Init(const WitnessOptions& options) {
  ASSIGN_OR_RETURN(const LogSecrets secrets, LogSecrets::Generate(options.name));
  ASSIGN_OR_RETURN(const auto memory, WitnessDir::Open(options.directory, /*create=*/true));
  RETURN_IF_ERROR(SaveSecrets(secrets, options.directory));
  ASSIGN_OR_RETURN(const WitnessKey key,
                   WitnessKey::Make(options.name, secrets.signing.public_key()));
  std::cout << key.ToString() << "\n";
  return absl::OkStatus();
}

HttpResponse Answer(Witness* witness, EventLog* events, const HttpRequest& request) {
  HttpResponse response;
  if (request.path != "/add-checkpoint" || request.method != "POST") {
    response.status = request.path != "/add-checkpoint" ? 404 : 405;
    response.body = "what is answered here is POST /add-checkpoint\n";
    return response;
  }
  WitnessAnswer answer = witness->AddCheckpoint(request.body);
  events->Write(answer.split_view ? "split-view" : "add-checkpoint",
                {{"peer", request.peer->name}, {"status", answer.http_status}});
  return {answer.http_status, std::move(answer.content_type), std::move(answer.body)};
}

absl::StatusOr<std::vector<VerifierKey>> ParseLogs(const std::vector<std::string>& texts) {
  std::vector<VerifierKey> logs;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(text));
    logs.push_back(std::move(key));
  }
  return logs;
}

absl::Status Serve(const WitnessOptions& options) {
  const StopSignals stop;  // before any thread
  RETURN_IF_ERROR(ProtectProcess());
  ASSIGN_OR_RETURN(const std::vector<VerifierKey> logs, ParseLogs(options.logs));
  ASSIGN_OR_RETURN(const auto memory, WitnessDir::Open(options.directory, /*create=*/false));
  ASSIGN_OR_RETURN(LogSecrets secrets, LoadLogSecrets(options.directory));
  ASSIGN_OR_RETURN(const auto witness, Witness::Create(secrets.origin, std::move(secrets.signing),
                                                       logs, memory.get(), SystemClock()));
  RETURN_IF_ERROR(witness->Sizes().status());  // what it remembers can be read
  ASSIGN_OR_RETURN(
      const auto verifier,
      PeerVerifier::Create(options.https.authority, options.revocation_list, SystemClock()));
  EventLog events(&std::cout, SystemClock());
  ASSIGN_OR_RETURN(
      const auto server,
      HttpsServer::Start(options.https, verifier.get(), [&](const HttpRequest& request) {
        return Answer(witness.get(), &events, request);
      }));
  events.Write("ready", {{"key", witness->verifier_key()}, {"address", server->address()}});
  stop.Wait();
  events.Write("stopped");
  return absl::OkStatus();
}

void AddServeOptions(CLI::App* serve, WitnessOptions* options) {
  serve->add_option("--dir", options->directory, "What `init` made")->required();
  serve->add_option("--log", options->logs, "Verifier key of a log to watch; may be repeated")
      ->required();
  serve->add_option("--listen", options->https.listen, "host:port")->required();
  serve->add_option("--certificate", options->https.certificate, "PEM")->required();
  serve->add_option("--key", options->https.private_key, "PEM, readable by its owner only")
      ->required();
  serve->add_option("--authority", options->https.authority, "Who certifies those that may ask")
      ->required();
  serve->add_option("--revocation-list", options->revocation_list, "The authority's list")
      ->required();
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  sluss::WitnessOptions options;
  CLI::App app("sluss-witness: says of a log that it showed one history only");
  app.require_subcommand(1);
  CLI::App* init = app.add_subcommand("init", "Make a key and an empty memory; prints the key");
  init->add_option("--name", options.name, "As a URL without scheme: witness.example/revision")
      ->required();
  init->add_option("--dir", options.directory, "Directory to make")->required();
  CLI::App* serve = app.add_subcommand("serve", "Answer POST /add-checkpoint until SIGTERM");
  sluss::AddServeOptions(serve, &options);
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = init->parsed() ? sluss::Init(options) : sluss::Serve(options);
  if (status.ok()) return 0;
  std::cerr << "sluss-witness: " << status.message() << "\n";
  return 1;
}
