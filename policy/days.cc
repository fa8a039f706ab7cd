#include "policy/days.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::CivilDay kEpoch(1970, 1, 1);

}  // namespace

absl::StatusOr<Day> ParseDay(absl::string_view text) {
  bool shaped = text.size() == 10;
  for (size_t i = 0; shaped && i < text.size(); ++i) {
    shaped = i == 4 || i == 7 ? text[i] == '-' : absl::ascii_isdigit(text[i]);
  }
  int year = 0, month = 0, day = 0;
  shaped = shaped && absl::SimpleAtoi(text.substr(0, 4), &year) &&
           absl::SimpleAtoi(text.substr(5, 2), &month) && absl::SimpleAtoi(text.substr(8, 2), &day);
  const absl::CivilDay civil(year, month, day);  // normalises: 30 February becomes 1 or 2 March
  if (!shaped || civil.month() != month || civil.day() != day) {
    return absl::InvalidArgumentError(absl::StrCat("`", text, "` is not a day as YYYY-MM-DD"));
  }
  return static_cast<Day>(civil - kEpoch);
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
