// The strict fields of notes and proof files: one way to write each value, so that what was parsed
// and formatted again is the same bytes.
#ifndef SLUSS_GATEWAY_TLOG_STRICT_TEXT_H_
#define SLUSS_GATEWAY_TLOG_STRICT_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "gateway/tlog/merkle.h"

namespace sluss {

// Standard base64 (RFC 4648 section 4) with its padding and no stray bits.
std::optional<std::string> ParseBase64(absl::string_view text);
std::string FormatHash(const Hash& hash);
std::optional<Hash> ParseHash(absl::string_view text);

// Digits without a leading zero.
std::optional<uint64_t> ParseDecimal(absl::string_view text);

// The text before the next newline, which is taken off `rest` too. Nothing when there is none.
std::optional<absl::string_view> TakeLine(absl::string_view* rest);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_STRICT_TEXT_H_
