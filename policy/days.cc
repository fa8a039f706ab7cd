#include "policy/days.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::CivilDay kEpoch(1970, 1, 1);

// The digits of text[begin, end), which must be some.
std::optional<int> Digits(absl::string_view text, size_t begin, size_t end) {
  int number = 0;
  for (size_t i = begin; i < end; ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

constexpr bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::optional<Day> ReadDay(absl::string_view text) {
  constexpr int kBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::optional<int> year = Digits(text, 0, 4), month = Digits(text, 5, 7),
                           day = Digits(text, 8, 10);
  if (!year.has_value() || !month.has_value() || !day.has_value() || *month < 1 || *month > 12) {
    return std::nullopt;
  }
  const int leap = IsLeap(*year) ? 1 : 0;
  const int length = kBefore[*month] - kBefore[*month - 1] + (*month == 2 ? leap : 0);
  if (*day < 1 || *day > length) return std::nullopt;
  // Days before the year in the calendar that runs on backwards, as CivilDay's does; 719528 of them
  // lie before 1970. Year 0 is a leap year.
  const int ended = *year - 1;
  const int before_year = *year == 0 ? 0 : *year * 365 + ended / 4 - ended / 100 + ended / 400 + 1;
  return before_year + kBefore[*month - 1] + (*month > 2 ? leap : 0) + *day - 1 - 719528;
}

}  // namespace

absl::StatusOr<Day> ParseDay(absl::string_view text) {
  const std::optional<Day> day = ReadDay(text);
  if (day.has_value()) return *day;
  return absl::InvalidArgumentError(absl::StrCat("`", text, "` is not a day as YYYY-MM-DD"));
}

std::string DayText(Day day) { return absl::FormatCivilTime(kEpoch + day); }

absl::StatusOr<DayRange> ParseValidity(const v1::Validity& validity) {
  DayRange range;
  if (!validity.from().empty()) {
    ASSIGN_OR_RETURN(range.from, ParseDay(validity.from()));
  }
  if (!validity.to().empty()) {
    ASSIGN_OR_RETURN(range.to, ParseDay(validity.to()));
  }
  if (range.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no day lies from `", validity.from(), "` to before `", validity.to(), "`"));
  }
  return range;
}

}  // namespace sluss
