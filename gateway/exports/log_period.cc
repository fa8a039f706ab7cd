#include "gateway/exports/log_period.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/history.h"

namespace sluss {
namespace {

// The end of time stays where it is.
int64_t Later(int64_t us) {
  const int64_t step = absl::ToInt64Microseconds(kMaxClockStep);
  return us > INT64_MAX - step ? INT64_MAX : us + step;
}

}  // namespace

absl::StatusOr<v1::AuditLeaf> ReadStoredLeaf(const StoreView& view, uint64_t index) {
  ASSIGN_OR_RETURN(const std::string entry, view.ReadEntry(index));
  absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(entry);
  if (leaf.ok()) return leaf;
  return absl::DataLossError(absl::StrCat("entry ", index, ": ", leaf.status().message()));
}

absl::StatusOr<uint64_t> FirstOfPeriod(const StoreView& view, uint64_t size, int64_t from_us) {
  uint64_t before = 0, end = size;
  while (before < end) {
    const uint64_t middle = before + (end - before) / 2;
    ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ReadStoredLeaf(view, middle));
    if (Later(leaf.time_us()) < from_us) {
      before = middle + 1;
    } else {
      end = middle;
    }
  }
  return before;
}

absl::Status ForEachOfPeriod(
    const StoreView& view, uint64_t first, uint64_t size, int64_t from_us, int64_t to_us,
    absl::FunctionRef<absl::Status(uint64_t index, const v1::AuditLeaf& leaf)> take) {
  for (uint64_t index = first; index < size; ++index) {
    ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ReadStoredLeaf(view, index));
    if (leaf.time_us() >= Later(to_us)) break;
    if (leaf.time_us() < from_us || leaf.time_us() >= to_us) continue;
    RETURN_IF_ERROR(take(index, leaf));
  }
  return absl::OkStatus();
}

}  // namespace sluss
