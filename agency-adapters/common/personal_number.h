// Swedish personal numbers: personnummer and samordningsnummer.
//
// Accepts what people write: 10 or 12 digits, with or without '-' or '+' before the last four, with
// spaces anywhere. The date and the check digit (Luhn over the last ten digits) must be right. Ten
// digits take the latest century that is not in the future; '+' means a hundred years or more.
// A samordningsnummer has 60 added to the day of birth.
//
// Refused, each with its own reason: reservnummer and interim numbers (they hold letters and are
// given by one region or agency alone), organisation numbers, dates in the future.
// Not checked: whether the number was ever given to anybody.
//
// Source: folkbokföringslagen (1991:481) 18-18 b §§; Skatteverket SKV 704.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_PERSONAL_NUMBER_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_PERSONAL_NUMBER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "proto/content.pb.h"

namespace sluss {

struct PersonalNumber {
  std::string digits;  // 12 digits, YYYYMMDDNNNC; the day of a samordningsnummer keeps its +60
  v1::IdentifierType type = v1::IDENTIFIER_TYPE_UNSPECIFIED;
  absl::CivilDay birth_date;

  // Whole years on `day`; a person born on 29 February is a year older on 1 March of other years.
  int AgeOn(absl::CivilDay day) const;
};

// `today` (SwedishDay of now) settles the century of ten digits. INVALID_ARGUMENT says what is
// wrong and never quotes the number; the caller adds the field's name.
absl::StatusOr<PersonalNumber> ParsePersonalNumber(absl::string_view written, absl::CivilDay today);

// True when `ten` (exactly ten digits) ends in its Luhn check digit.
bool HasLuhnCheckDigit(absl::string_view ten);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_PERSONAL_NUMBER_H_
