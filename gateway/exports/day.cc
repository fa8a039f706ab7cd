#include "gateway/exports/day.h"

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

absl::StatusOr<int64_t> StartOf(absl::string_view name, const std::string& text) {
  absl::CivilDay day;
  if (absl::ParseCivilTime(text, &day) && absl::FormatCivilTime(day) == text) {
    return absl::ToUnixMicros(StartOfSwedishDay(day));
  }
  return absl::InvalidArgumentError(absl::StrCat("`", name, "` is no day: write it as 2026-11-01"));
}

}  // namespace

absl::StatusOr<DayPeriod> ParseDayPeriod(const std::string& from, const std::string& to) {
  DayPeriod period;
  if (!from.empty()) {
    ASSIGN_OR_RETURN(period.from_us, StartOf("from", from));
  }
  if (!to.empty()) {
    ASSIGN_OR_RETURN(period.to_us, StartOf("to", to));
  }
  if (period.from_us < period.to_us) return period;
  return absl::InvalidArgumentError("`from` must lie before `to`");
}

}  // namespace sluss
