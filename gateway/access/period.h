// Which entries of the log are of a period.
#ifndef SLUSS_GATEWAY_ACCESS_PERIOD_H_
#define SLUSS_GATEWAY_ACCESS_PERIOD_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "gateway/exchange/store.h"

namespace sluss {

// The first entry below `size` whose time is not before `time_us`; `size` where there is none. The
// log's time never goes back, so a few entries are read. DATA_LOSS where one cannot be.
absl::StatusOr<uint64_t> FirstEntryFrom(const StoreView& view, uint64_t size, int64_t time_us);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_ACCESS_PERIOD_H_
