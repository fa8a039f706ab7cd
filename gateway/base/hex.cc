#include "gateway/base/hex.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace sluss {

std::string ToHex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

absl::StatusOr<std::string> FromHex(absl::string_view hex) {
  if (hex.size() % 2 != 0) return absl::InvalidArgumentError("hex text has an odd length");
  for (const char c : hex) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError("hex text has a character that is not a hex digit");
    }
  }
  return absl::HexStringToBytes(hex);
}

}  // namespace sluss
