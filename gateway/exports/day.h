// Days as officers name a period: Swedish ones, the last exclusive.
#ifndef SLUSS_GATEWAY_EXPORTS_DAY_H_
#define SLUSS_GATEWAY_EXPORTS_DAY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace sluss {

struct DayPeriod {
  int64_t from_us = 0;
  int64_t to_us = INT64_MAX;  // exclusive
};

// YYYY-MM-DD, or empty for an open end. INVALID_ARGUMENT names `from` or `to`.
absl::StatusOr<DayPeriod> ParseDayPeriod(const std::string& from, const std::string& to);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_DAY_H_
