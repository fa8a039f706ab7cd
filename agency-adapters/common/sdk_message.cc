#include "agency-adapters/common/sdk_message.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"

namespace sluss {

std::string UuidFromBytes(absl::string_view bytes16) {
  const std::string hex = ToHex(bytes16);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !absl::ascii_isxdigit(text[i])) return false;
  }
  return true;
}

bool ParseSdkTime(const std::string& text, absl::Time* time) {
  // Abseil reads "infinite-past" as a time; no calendar does.
  return !text.empty() && absl::ascii_isdigit(text[0]) &&
         absl::ParseTime("%Y-%m-%d%ET%H:%M:%E*S%Ez", text, time, nullptr);
}

}  // namespace sluss
