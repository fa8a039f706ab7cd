#include "gateway/tlog/strict_text.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sluss {

// Abseil's decoder forgives white space, missing padding and stray bits; the comparison does not.
std::optional<std::string> ParseBase64(absl::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(text, &bytes) || absl::Base64Escape(bytes) != text) return std::nullopt;
  return bytes;
}

std::string FormatHash(const Hash& hash) { return absl::Base64Escape(AsStringView(hash)); }

std::optional<Hash> ParseHash(absl::string_view text) {
  const std::optional<std::string> bytes = ParseBase64(text);
  Hash hash;
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

std::optional<uint64_t> ParseDecimal(absl::string_view text) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || absl::StrCat(number) != text) return std::nullopt;
  return number;
}

std::optional<absl::string_view> TakeLine(absl::string_view* rest) {
  const size_t end = rest->find('\n');
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::string_view line = rest->substr(0, end);
  rest->remove_prefix(end + 1);
  return line;
}

}  // namespace sluss
