#include "gateway/store/log_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/store/database_file.h"
#include "gateway/store/log_export.h"
#include "gateway/store/log_text.h"
#include "gateway/store/sql_reader.h"
#include "gateway/tlog/history.h"

namespace sluss {
namespace {

struct Options {
  std::string database;
  std::string tiles;
  std::string key;
  uint64_t limit = 20;
  bool json = false;
};

absl::Status Export(const Options& options) {
  std::optional<VerifierKey> key;
  if (!options.key.empty()) {
    ASSIGN_OR_RETURN(key, VerifierKey::Parse(options.key));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, OpenBeside(options.database));
  ASSIGN_OR_RETURN(const uint64_t size, ExportLog(SqlReader(connection.get()), options.tiles, key));
  std::cout << size << " entries exported to " << options.tiles << "\n";
  return absl::OkStatus();
}

absl::Status Show(const Options& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, OpenBeside(options.database));
  const SqlReader reader(connection.get());
  ASSIGN_OR_RETURN(const LogHead head, reader.ReadHead(/*gateway=*/""));
  for (uint64_t i = head.size - std::min(head.size, options.limit); i < head.size; ++i) {
    ASSIGN_OR_RETURN(const std::string entry, reader.ReadEntry(i));
    const absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(entry);
    if (!leaf.ok()) {
      return absl::DataLossError(absl::StrCat("entry ", i, ": ", leaf.status().message()));
    }
    std::cout << (options.json ? EntryAsJson(i, *leaf) : EntryAsLine(i, *leaf)) << "\n";
  }
  return absl::OkStatus();
}

CLI::App* AddCommand(CLI::App* parent, const char* name, const char* description,
                     const std::shared_ptr<Options>& options, absl::Status (*run)(const Options&)) {
  CLI::App* const command = parent->add_subcommand(name, description);
  command->add_option("--database", options->database, "the gateway's database file")->required();
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

  CLI::App* const tiles = AddCommand(
      log, "export", "write the log as tlog-tiles, for sluss-verify or any other verifier", options,
      Export);
  tiles->add_option("--tiles", options->tiles, "the directory to write or to bring up to date")
      ->required();
  tiles->add_option("--key", options->key,
                    "the log's verifier key: checked against the checkpoint and left in the "
                    "directory");

  CLI::App* const show =
      AddCommand(log, "show", "print the last entries, oldest first", options, Show);
  show->add_option("--limit", options->limit, "how many")->capture_default_str();
  show->add_flag("--json", options->json, "one JSON object a line");
}

}  // namespace sluss
