#include "agency-adapters/common/personal_number.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int kDayOffset = 60;  // samordningsnummer

int Number(absl::string_view digits) {
  int value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  return value;
}

// What was written, taken apart: the digits, and the '-' or '+' before the last four.
struct Written {
  std::string digits;
  char separator = 0;
};

absl::StatusOr<Written> TakeApart(absl::string_view text) {
  Written written;
  bool letters = false;
  size_t after_separator = 0;
  for (char c : text) {
    if (absl::ascii_isspace(c)) continue;
    if (absl::ascii_isdigit(c)) {
      written.digits += c;
      if (written.separator != 0) ++after_separator;
    } else if (absl::ascii_isalpha(c)) {
      letters = true;
    } else if ((c == '-' || c == '+') && written.separator == 0) {
      written.separator = c;
    } else {
      return absl::InvalidArgumentError(
          "not a personal number: only digits, spaces and one `-` or `+` are allowed");
    }
  }
  if (letters) {
    return absl::InvalidArgumentError(
        "a reservnummer cannot be matched between agencies; send when the child has a personnummer "
        "or samordningsnummer, or report by telephone");
  }
  if (written.digits.size() != 10 && written.digits.size() != 12) {
    return absl::InvalidArgumentError("not a personal number: 10 or 12 digits are needed");
  }
  if (written.separator != 0 && after_separator != 4) {
    return absl::InvalidArgumentError(
        "not a personal number: `-` and `+` stand before the last four digits");
  }
  return written;
}

// The day with the month and day of `six` (YYMMDD, the day possibly +60) in `year`; false when the
// calendar has no such day.
bool BirthDate(int year, absl::string_view six, absl::CivilDay* date) {
  const int month = Number(six.substr(2, 2));
  int day = Number(six.substr(4, 2));
  if (day > kDayOffset) day -= kDayOffset;
  *date = absl::CivilDay(year, month, day);
  // CivilDay normalises 31 April to 1 May; nobody alive was born before 1800.
  return year >= 1800 && date->month() == month && date->day() == day;
}

// The year of birth, by the century written or by `-` and `+`.
absl::StatusOr<int> BirthYear(const Written& written, absl::CivilDay today) {
  const absl::string_view ten =
      absl::string_view(written.digits).substr(written.digits.size() - 10);
  if (written.digits.size() == 12) {
    const int year = Number(absl::string_view(written.digits).substr(0, 4));
    if (written.separator == '+' && today.year() - year < 100) {
      return absl::InvalidArgumentError(
          "not a personal number: `+` is for people of 100 years or more");
    }
    return year;
  }
  int year = static_cast<int>(today.year() / 100 * 100) + Number(ten.substr(0, 2));
  const int month = Number(ten.substr(2, 2));
  const int day = Number(ten.substr(4, 2)) % kDayOffset;
  if (absl::CivilDay(year, month, day) > today) year -= 100;
  return written.separator == '+' ? year - 100 : year;
}

}  // namespace

bool HasLuhnCheckDigit(absl::string_view ten) {
  int sum = 0;
  for (size_t i = 0; i < ten.size(); ++i) {
    const int weighted = (ten[i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += weighted / 10 + weighted % 10;
  }
  return sum % 10 == 0;
}

int PersonalNumber::AgeOn(absl::CivilDay day) const {
  const bool before_birthday = day.month() < birth_date.month() ||
                               (day.month() == birth_date.month() && day.day() < birth_date.day());
  return static_cast<int>(day.year() - birth_date.year()) - (before_birthday ? 1 : 0);
}

absl::StatusOr<PersonalNumber> ParsePersonalNumber(absl::string_view written_text,
                                                   absl::CivilDay today) {
  ASSIGN_OR_RETURN(const Written written, TakeApart(written_text));
  const absl::string_view ten =
      absl::string_view(written.digits).substr(written.digits.size() - 10);
  if (Number(ten.substr(2, 2)) >= 20) {  // by law the third digit of an organisation number is >= 2
    return absl::InvalidArgumentError("an organisation number is not a personal number");
  }
  ASSIGN_OR_RETURN(const int year, BirthYear(written, today));

  PersonalNumber number;
  if (!BirthDate(year, ten.substr(0, 6), &number.birth_date)) {
    return absl::InvalidArgumentError("not a personal number: no such day of birth");
  }
  if (number.birth_date > today) {
    return absl::InvalidArgumentError("not a personal number: the day of birth is in the future");
  }
  if (ten.substr(6, 3) == "000") {
    return absl::InvalidArgumentError("not a personal number: birth numbers begin at 001");
  }
  if (!HasLuhnCheckDigit(ten)) {
    return absl::InvalidArgumentError(
        "not a personal number: the check digit is wrong, so at least one digit is");
  }
  number.type = Number(ten.substr(4, 2)) > kDayOffset ? v1::SAMORDNINGSNUMMER : v1::PERSONNUMMER;
  number.digits = std::to_string(year) + std::string(ten.substr(2));
  return number;
}

}  // namespace sluss
