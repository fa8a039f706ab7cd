// The entries that an export or a report is about: of a log that was exported, verified first, or
// of the gateway's own database.
#ifndef SLUSS_GATEWAY_EXPORTS_ENTRY_SOURCE_H_
#define SLUSS_GATEWAY_EXPORTS_ENTRY_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/exports/day.h"
#include "proto/record.pb.h"

namespace sluss {

struct EntryQuery {
  DayPeriod period;
  std::string agency;  // as sender or recipient; empty: all
};

using TakeEntry = absl::FunctionRef<absl::Status(uint64_t index, const v1::AuditLeaf& leaf)>;

// Not thread-safe.
class EntrySource {
 public:
  virtual ~EntrySource() = default;
  // In the order of the log; stops at the first error of `take`. May be called again.
  virtual absl::Status ForEach(const EntryQuery& query, TakeEntry take) const = 0;
  // The serialised v1::PolicyBundle of a version; NOT_FOUND where it is not at hand.
  virtual absl::StatusOr<std::string> PolicyVersion(const std::string& digest) const = 0;
};

// A directory or zip (also an officer's bundle) whose whole log is verified here and now. `key` as
// text; empty: the one that lies in it, which proves nothing about who signed.
absl::StatusOr<std::unique_ptr<EntrySource>> OpenLogEntries(const std::string& path,
                                                            const std::string& key);
// The database of a gateway, which may be running.
absl::StatusOr<std::unique_ptr<EntrySource>> OpenStoredEntries(const std::string& database);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_ENTRY_SOURCE_H_
