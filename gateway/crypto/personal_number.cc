#include "gateway/crypto/personal_number.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"

namespace sluss {
namespace {

constexpr int kCoordinationOffset = 60;  // samordningsnummer: day + 60

int Number(absl::string_view digits) {
  int value = 0;
  for (const char digit : digits) value = 10 * value + (digit - '0');
  return value;
}

bool IsDate(absl::string_view digits) {
  const int year = Number(digits.substr(0, 4));
  const int month = Number(digits.substr(4, 2));
  int day = Number(digits.substr(6, 2));
  if (day > kCoordinationOffset) day -= kCoordinationOffset;
  const absl::CivilDay date(year, month, day);  // normalises what is out of range
  return year >= 1800 && year < 2100 && date.month() == month && date.day() == day;
}

// Luhn over the ten digits without the century, the check digit last.
bool HasCheckDigit(absl::string_view digits) {
  int sum = 0;
  for (size_t i = 2; i < digits.size(); ++i) {
    const int product = (digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += product / 10 + product % 10;
  }
  return sum % 10 == 0;
}

}  // namespace

absl::StatusOr<CanonicalNumber> CanonicalNumber::Parse(absl::string_view digits) {
  CanonicalNumber number;
  if (digits.size() != number.digits_.size() ||
      !std::all_of(digits.begin(), digits.end(),
                   [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); })) {
    return absl::InvalidArgumentError("personal number must be 12 digits, YYYYMMDDNNNC");
  }
  if (!IsDate(digits)) {
    return absl::InvalidArgumentError("personal number does not begin with a date");
  }
  if (!HasCheckDigit(digits)) {
    return absl::InvalidArgumentError("personal number has a wrong check digit");
  }
  std::memcpy(number.digits_.data(), digits.data(), digits.size());
  return number;
}

CanonicalNumber::~CanonicalNumber() { sodium_memzero(digits_.data(), digits_.size()); }

}  // namespace sluss
