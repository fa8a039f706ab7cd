#include "gateway/access/period.h"

#include <string>

#include "gateway/base/status_macros.h"
#include "gateway/tlog/history.h"

namespace sluss {

absl::StatusOr<uint64_t> FirstEntryFrom(const StoreView& view, uint64_t size, int64_t time_us) {
  uint64_t low = 0;
  uint64_t high = size;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    ASSIGN_OR_RETURN(const std::string entry, view.ReadEntry(middle));
    const absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(entry);
    if (!leaf.ok()) return absl::DataLossError(leaf.status().message());
    if (leaf->time_us() < time_us) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace sluss
