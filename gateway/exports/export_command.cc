#include "gateway/exports/export_command.h"

#include <iostream>

#include "CLI/CLI.hpp"
#include "gateway/base/status_macros.h"
#include "gateway/exports/entry_format.h"
#include "gateway/exports/output.h"
#include "gateway/exports/particulars.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

struct Arguments {
  EntryArguments entries;
  std::string format = "jsonl";
  bool json = false;
};

absl::StatusOr<uint64_t> Export(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const v1::Particulars particulars,
                   LoadParticulars(arguments.entries.particulars));
  ASSIGN_OR_RETURN(const std::unique_ptr<EntryFormat> format,
                   MakeEntryFormat(arguments.format, particulars));
  ASSIGN_OR_RETURN(const EntryQuery query, QueryOf(arguments.entries));
  ASSIGN_OR_RETURN(const std::unique_ptr<EntrySource> source, OpenEntries(arguments.entries));
  ASSIGN_OR_RETURN(const std::unique_ptr<Output> output, Output::Open(arguments.entries.out));
  uint64_t count = 0;
  output->Write(format->Begin());
  RETURN_IF_ERROR(source->ForEach(query, [&](uint64_t index, const v1::AuditLeaf& leaf) {
    output->Write(format->Entry(index, leaf));
    ++count;
    return absl::OkStatus();
  }));
  output->Write(format->End());
  RETURN_IF_ERROR(output->Close());
  return count;
}

void Run(const Arguments& arguments) {
  const absl::StatusOr<uint64_t> count = Export(arguments);
  if (!count.ok()) FailExport(count.status());
  if (arguments.entries.out.empty()) return;  // the entries themselves are there
  if (arguments.json) {
    std::cout << nlohmann::ordered_json{{"entries", *count},
                                        {"format", arguments.format},
                                        {"file", arguments.entries.out}}
              << "\n";
  } else {
    std::cout << *count << " entries as " << arguments.format << " in " << arguments.entries.out
              << "\n";
  }
}

}  // namespace

void AddEntryOptions(CLI::App* command, EntryArguments* arguments) {
  auto* const database =
      command->add_option("--database", arguments->database,
                          "the gateway's database: an SQLite file or a URI postgresql://...");
  auto* const log = command->add_option(
      "--log", arguments->log,
      "an exported log: a directory or a zip, also an officer's bundle; verified first");
  database->excludes(log);
  command->add_option("--log-key", arguments->key, "the log's verifier key, as you were given it")
      ->needs(log);
  command->add_option("--from", arguments->from, "the first day, YYYY-MM-DD, Swedish");
  command->add_option("--to", arguments->to, "the day after the last");
  command->add_option("--out", arguments->out, "the file to write; none: standard output");
}

absl::StatusOr<std::unique_ptr<EntrySource>> OpenEntries(const EntryArguments& arguments) {
  if (arguments.database.empty() == arguments.log.empty()) {
    return absl::InvalidArgumentError("give `--database` or `--log`");
  }
  return arguments.log.empty() ? OpenStoredEntries(arguments.database)
                               : OpenLogEntries(arguments.log, arguments.key);
}

absl::StatusOr<EntryQuery> QueryOf(const EntryArguments& arguments) {
  EntryQuery query;
  ASSIGN_OR_RETURN(query.period, ParseDayPeriod(arguments.from, arguments.to));
  query.agency = arguments.agency;
  return query;
}

void FailExport(const absl::Status& status) {
  std::cerr << "slussctl: " << status.message() << "\n";
  const bool found_wrong = absl::IsDataLoss(status) || absl::IsPermissionDenied(status);
  throw CLI::RuntimeError(found_wrong ? 1 : 2);
}

void AddEntriesCommand(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* const command = app.get_subcommand("log")->add_subcommand(
      "entries",
      "write entries of the log as JSON lines, CSV, FHIR AuditEvents or a RIV-TA StoreLog\n"
      "Exit codes: 0 written; 1 the log is not what it claims to be; 2 could not be read.\n"
      "Example: slussctl log entries --log november.zip --log-key '...' --format csv \\\n"
      "    --from 2026-11-01 --to 2026-12-01 --agency school/ekbacken --out november.csv");
  AddEntryOptions(command, &arguments->entries);
  command->add_option("--agency", arguments->entries.agency,
                      "only entries that name it as sender or recipient");
  command->add_option("--format", arguments->format, "jsonl, csv, fhir or riv-ta")
      ->capture_default_str();
  command->add_option("--particulars", arguments->entries.particulars,
                      "names and HSA ids of organisations, for riv-ta");
  command->add_flag("--json", arguments->json, "say what was written as one JSON object");
  command->callback([arguments] { Run(*arguments); });
}

}  // namespace sluss
