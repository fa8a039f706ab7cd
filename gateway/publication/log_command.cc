#include "gateway/publication/log_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/key_files.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/publication/log_directory.h"
#include "gateway/publication/log_text.h"
#include "gateway/publication/published_files.h"
#include "gateway/publication/witnessing.h"
#include "gateway/store/open_store.h"
#include "gateway/tlog/history.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

struct Options {
  std::string database;
  std::string tiles;
  std::string key;
  std::string origin;
  std::string directory;
  std::string witness_policy;
  uint64_t limit = 20;
  bool json = false;
};

absl::Status Export(const Options& options) {
  std::optional<VerifierKey> key;
  if (!options.key.empty()) {
    ASSIGN_OR_RETURN(key, VerifierKey::Parse(options.key));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreView> view, OpenStoreView(options.database));
  ASSIGN_OR_RETURN(const uint64_t size, ExportLog(*view, options.tiles, key));
  if (options.json) {
    std::cout << nlohmann::ordered_json{{"entries", size}, {"directory", options.tiles}} << "\n";
  } else {
    std::cout << size << " entries exported to " << options.tiles << "\n";
  }
  return absl::OkStatus();
}

absl::Status Show(const Options& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreView> view, OpenStoreView(options.database));
  ASSIGN_OR_RETURN(const LogHead head, view->ReadHead(/*gateway=*/""));
  for (uint64_t i = head.size - std::min(head.size, options.limit); i < head.size; ++i) {
    ASSIGN_OR_RETURN(const std::string entry, view->ReadEntry(i));
    const absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(entry);
    if (!leaf.ok()) {
      return absl::DataLossError(absl::StrCat("entry ", i, ": ", leaf.status().message()));
    }
    std::cout << (options.json ? EntryAsJson(i, *leaf) : EntryAsLine(i, *leaf)) << "\n";
  }
  return absl::OkStatus();
}

// The newest that a quorum has cosigned; without a policy, or before the first of these, the
// newest.
absl::StatusOr<ShownCheckpoint> ShownBy(const std::string& path) {
  if (path.empty()) return ShownCheckpoint(NewestPublished);
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(const WitnessPolicy policy, WitnessPolicy::Parse(text));
  return ShownCheckpoint(
      [policy](const StoreView& view) -> absl::StatusOr<std::optional<uint64_t>> {
        ASSIGN_OR_RETURN(const std::optional<uint64_t> cosigned, NewestCosigned(view, policy));
        return cosigned.has_value() ? cosigned : NewestPublished(view);
      });
}

// What the gateway would show, once.
absl::Status Publish(const Options& options) {
  if (!options.key.empty()) RETURN_IF_ERROR(VerifierKey::Parse(options.key).status());
  ASSIGN_OR_RETURN(const ShownCheckpoint shown, ShownBy(options.witness_policy));
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreView> view, OpenStoreView(options.database));
  ASSIGN_OR_RETURN(const auto last, view->LastPublished());
  if (!last.has_value()) {
    return absl::FailedPreconditionError(
        "nothing was published yet: the gateway does so within a second of its start");
  }
  RETURN_IF_ERROR(PublishedDirectory(options.tiles, options.key).Update(*view, shown));
  if (options.json) {
    std::cout << nlohmann::ordered_json{{"checkpoints", last->number + 1},
                                        {"entries", last->size},
                                        {"directory", options.tiles}}
              << "\n";
    return absl::OkStatus();
  }
  std::cout << last->number + 1 << " checkpoints published in " << options.tiles
            << ", the newest of " << last->size << " entries\n";
  return absl::OkStatus();
}

absl::Status MakeKey(const Options& options) {
  ASSIGN_OR_RETURN(const LogSecrets secrets, LogSecrets::Generate(options.origin));
  RETURN_IF_ERROR(SaveSecrets(secrets, options.directory));
  std::cout << secrets.PublicKey().verifier_key() << "\n";
  return absl::OkStatus();
}

CLI::App* AddCommand(CLI::App* parent, const char* name, const char* description,
                     const std::shared_ptr<Options>& options, absl::Status (*run)(const Options&)) {
  CLI::App* const command = parent->add_subcommand(name, description);
  command->callback([options, run] {
    const absl::Status status = run(*options);
    if (status.ok()) return;
    std::cerr << "log: " << status.message() << "\n";
    throw CLI::RuntimeError(1);
  });
  return command;
}

}  // namespace

void AddLogCommands(CLI::App& app) {
  CLI::App* const log = app.add_subcommand("log", "export and show the disclosure log");
  log->require_subcommand(1);
  const auto options = std::make_shared<Options>();

  const auto of_database = [&](CLI::App* command) {
    command
        ->add_option("--database", options->database,
                     "the gateway's database: an SQLite file or a URI postgresql://...")
        ->required();
    return command;
  };
  CLI::App* const tiles = of_database(
      AddCommand(log, "export",
                 "write the log as tlog-tiles, for sluss-verify or any other verifier\n"
                 "Example: slussctl log export --database sluss.db --tiles log && sluss-verify log",
                 options, Export));
  tiles->add_option("--tiles", options->tiles, "the directory to write or to bring up to date")
      ->required();
  tiles->add_option("--key", options->key,
                    "the log's verifier key: checked against the checkpoint and left in the "
                    "directory");

  CLI::App* const publish = of_database(
      AddCommand(log, "publish",
                 "write what the gateway publishes, byte for byte, for any web server to serve\n"
                 "Example: slussctl log publish --database sluss.db --dir /var/www/log "
                 "--witness-policy w.policy",
                 options, Publish));
  publish->add_option("--dir", options->tiles, "the directory to write or to bring up to date")
      ->required();
  publish->add_option("--key", options->key, "the log's verifier key, left in the directory");
  publish->add_option("--witness-policy", options->witness_policy,
                      "the gateway's: `checkpoint` is then the newest that a quorum has cosigned");

  tiles->add_flag("--json", options->json, "one JSON object");
  publish->add_flag("--json", options->json, "one JSON object");

  CLI::App* const show =
      of_database(AddCommand(log, "show",
                             "print the last entries, oldest first\n"
                             "Example: slussctl log show --database sluss.db --limit 100 --json",
                             options, Show));
  show->add_option("--limit", options->limit, "how many")->capture_default_str();
  show->add_flag("--json", options->json, "one JSON object a line");

  CLI::App* const key = AddCommand(
      log, "new-key",
      "make the key that will follow the one that signs the log; prints its verifier key\n"
      "Example: slussctl log new-key --origin log.sluss.example/gw1 --dir log-2027",
      options, MakeKey);
  key->add_option("--origin", options->origin, "the log's name, which stays")->required();
  key->add_option("--dir", options->directory, "directory for log.key (made, mode 0700)")
      ->required();
}

}  // namespace sluss
