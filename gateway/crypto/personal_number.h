// A personal number in the one form that is hashed.
#ifndef SLUSS_GATEWAY_CRYPTO_PERSONAL_NUMBER_H_
#define SLUSS_GATEWAY_CRYPTO_PERSONAL_NUMBER_H_

#include <array>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/secret.h"

namespace sluss {

// Twelve digits, YYYYMMDDNNNC: a personnummer, or a samordningsnummer with 60 added to the day.
// Wiped when it dies and never printed.
class CanonicalNumber {
 public:
  // INVALID_ARGUMENT says what is wrong (digits, date, check digit) and never quotes the number.
  // Whoever reads other written forms brings them into this one first; two spellings of one number
  // would be two children.
  static absl::StatusOr<CanonicalNumber> Parse(absl::string_view digits);

  CanonicalNumber(const CanonicalNumber&) = default;
  CanonicalNumber& operator=(const CanonicalNumber&) = default;
  ~CanonicalNumber();

  // Valid as long as this object.
  absl::string_view Get(InsecureSecretAccess) const { return {digits_.data(), digits_.size()}; }

 private:
  CanonicalNumber() = default;

  std::array<char, 12> digits_{};
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_PERSONAL_NUMBER_H_
