// Text made comparable for a search that shall not be fooled by spelling.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_FOLDED_TEXT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_FOLDED_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sluss {

// The code points of UTF-8 `text`, folded: lower case for Latin letters; composed letters for base
// letter and combining mark; ASCII for the digits of other scripts, full-width forms, and all kinds
// of hyphens and spaces; invisible characters (zero width, soft hyphen, direction marks) removed.
// Line breaks become spaces. Bytes that are not UTF-8 become U+FFFD.
// Not full Unicode case folding: enough for the letters of the Swedish population register.
std::u32string FoldText(absl::string_view text);

// The code points of UTF-8 `text` as they are. Bytes that are not UTF-8 become U+FFFD.
std::u32string DecodeText(absl::string_view text);

// True for a letter in folded text.
bool IsFoldedLetter(char32_t c);

// True when `bytes` are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool IsUtf8(absl::string_view bytes);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_FOLDED_TEXT_H_
