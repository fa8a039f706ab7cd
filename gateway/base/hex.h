// Lower-case hexadecimal, strict in both directions.
#ifndef SLUSS_GATEWAY_BASE_HEX_H_
#define SLUSS_GATEWAY_BASE_HEX_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluss {

std::string ToHex(absl::string_view bytes);

// INVALID_ARGUMENT on an odd length or anything that is not 0-9, a-f, A-F. The input is not quoted:
// it may be a secret.
absl::StatusOr<std::string> FromHex(absl::string_view hex);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_BASE_HEX_H_
