// What was erased, written down outside the database before the database is changed: a crash in
// between leaves an order that is carried out at the next start, and so does a backup of the
// database that is put back.
#ifndef SLUSS_GATEWAY_OPENINGS_ERASURE_JOURNAL_H_
#define SLUSS_GATEWAY_OPENINGS_ERASURE_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/tlog/opening_class.h"

namespace sluss {

struct ErasedEntry {
  uint64_t index = 0;
  EventId event;  // 16 bytes: another log has another event at this index
};

struct JournalledErasure {
  absl::Time at;
  std::string procedure;  // 16 bytes, that of the log's entry
  // Either entries, one by one, or a class and month: of it, what is below `end` in the log.
  std::vector<ErasedEntry> entries;
  std::optional<OpeningMonth> month;
  uint64_t end = 0;
};

// Thread-safe.
class ErasureJournal {
 public:
  virtual ~ErasureJournal() = default;

  // Durable when it returns OK; after any error it may be there or not.
  virtual absl::Status Append(const JournalledErasure& erasure) = 0;
  // All, oldest first. DATA_LOSS names the line that cannot be read.
  virtual absl::StatusOr<std::vector<JournalledErasure>> Read() const = 0;
};

// "<directory>/erasures.journal", mode 0600, one line an erasure (PROTOCOL.md); made where it is
// missing. A last line that a crash tore is taken off: nothing was erased by it.
absl::StatusOr<std::unique_ptr<ErasureJournal>> OpenErasureJournalFile(
    const std::string& directory);

// One line with its end, and back. INVALID_ARGUMENT says what is wrong with it.
std::string FormatErasure(const JournalledErasure& erasure);
absl::StatusOr<JournalledErasure> ParseErasure(absl::string_view line);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OPENINGS_ERASURE_JOURNAL_H_
