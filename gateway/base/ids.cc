#include "gateway/base/ids.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"

namespace sluss {
namespace {

constexpr size_t kMaxAgencyIdLength = 100;

bool IsName(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_islower(static_cast<unsigned char>(c)) &&
        !absl::ascii_isdigit(static_cast<unsigned char>(c)) && c != '-') {
      return false;
    }
  }
  return !text.empty();
}

}  // namespace

bool IsAgencyId(absl::string_view text) {
  const size_t slash = text.find('/');
  return slash != absl::string_view::npos && text.size() <= kMaxAgencyIdLength &&
         IsName(text.substr(0, slash)) && IsName(text.substr(slash + 1));
}

absl::StatusOr<AgencyId> ParseAgencyId(absl::string_view text) {
  if (!IsAgencyId(text)) {
    return absl::InvalidArgumentError(
        "an agency is written `kind/name` with a-z, 0-9 and '-', such as `school/ekbacken`, at "
        "most 100 characters");
  }
  return AgencyId(std::string(text));
}

absl::string_view AgencyKind(const AgencyId& agency) {
  const absl::string_view text = agency.value();
  return text.substr(0, text.find('/'));
}

namespace internal_ids {

absl::Status CheckLength16(absl::string_view bytes, absl::string_view field) {
  if (bytes.size() == 16) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`", field, "` must be 16 bytes, not ", bytes.size()));
}

std::string Hex(absl::string_view bytes) { return ToHex(bytes); }

}  // namespace internal_ids
}  // namespace sluss
