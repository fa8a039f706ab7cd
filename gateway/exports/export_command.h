// `slussctl log entries`: the log in the forms that others read.
#ifndef SLUSS_GATEWAY_EXPORTS_EXPORT_COMMAND_H_
#define SLUSS_GATEWAY_EXPORTS_EXPORT_COMMAND_H_

#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "gateway/exports/entry_source.h"

namespace sluss {

// Which log, and which of its entries.
struct EntryArguments {
  std::string database, log, key, from, to, agency, out, particulars;
};

// Adds --database or --log with --key, --from, --to, --out and --particulars. `arguments` must
// outlive the command.
void AddEntryOptions(CLI::App* command, EntryArguments* arguments);
absl::StatusOr<std::unique_ptr<EntrySource>> OpenEntries(const EntryArguments& arguments);
absl::StatusOr<EntryQuery> QueryOf(const EntryArguments& arguments);

// Ends the command: 1 where the log is not what it claims to be, 2 for what could not be read,
// written or understood.
[[noreturn]] void FailExport(const absl::Status& status);

// Below `log`, which is there already.
void AddEntriesCommand(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_EXPORT_COMMAND_H_
