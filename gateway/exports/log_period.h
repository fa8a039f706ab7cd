// The entries of a stored log that lie in a period, found without reading what lies before it.
#ifndef SLUSS_GATEWAY_EXPORTS_LOG_PERIOD_H_
#define SLUSS_GATEWAY_EXPORTS_LOG_PERIOD_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/exchange/store.h"
#include "proto/record.pb.h"

namespace sluss {

// DATA_LOSS where the stored bytes are no entry, or an error of the view.
absl::StatusOr<v1::AuditLeaf> ReadStoredLeaf(const StoreView& view, uint64_t index);

// The first entry below `size` from which on everything of `from_us` and later is found; `size`
// where there is none. Entries are at most kMaxClockStep older than any before them.
absl::StatusOr<uint64_t> FirstOfPeriod(const StoreView& view, uint64_t size, int64_t from_us);

// Calls `take` with every entry of [from_us, to_us) below `size` from `first` on, in order; stops
// at its first error.
absl::Status ForEachOfPeriod(
    const StoreView& view, uint64_t first, uint64_t size, int64_t from_us, int64_t to_us,
    absl::FunctionRef<absl::Status(uint64_t index, const v1::AuditLeaf& leaf)> take);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_LOG_PERIOD_H_
