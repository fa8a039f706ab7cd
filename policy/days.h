// Days of the law as whole numbers: what a rule and a paragraph are in force on.
#ifndef SLUSS_POLICY_DAYS_H_
#define SLUSS_POLICY_DAYS_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/policy.pb.h"

namespace sluss {

// Days since 1970-01-01.
using Day = int32_t;

// Half-open: `from` belongs to it, `to` does not.
struct DayRange {
  Day from = std::numeric_limits<Day>::min();
  Day to = std::numeric_limits<Day>::max();

  bool Contains(Day day) const { return from <= day && day < to; }
  bool Contains(const DayRange& other) const { return from <= other.from && other.to <= to; }
  bool empty() const { return from >= to; }
};

inline DayRange Intersection(const DayRange& a, const DayRange& b) {
  return {std::max(a.from, b.from), std::min(a.to, b.to)};
}

// Strictly YYYY-MM-DD; INVALID_ARGUMENT shows the text.
absl::StatusOr<Day> ParseDay(absl::string_view text);
std::string DayText(Day day);

// INVALID_ARGUMENT for a bad day or a range without any day.
absl::StatusOr<DayRange> ParseValidity(const v1::Validity& validity);

}  // namespace sluss

#endif  // SLUSS_POLICY_DAYS_H_
