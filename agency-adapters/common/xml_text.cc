#include "agency-adapters/common/xml_text.h"

#include <algorithm>

#include "agency-adapters/common/folded_text.h"

namespace sluss {
namespace {

bool IsXmlChar(char32_t c) {
  return c == U'\t' || c == U'\n' || c == U'\r' || (c >= 0x20 && c != 0xFFFE && c != 0xFFFF);
}

void AppendUtf8(char32_t c, std::string* out) {
  if (c < 0x80) {
    *out += static_cast<char>(c);
  } else if (c < 0x800) {
    *out += static_cast<char>(0xC0 | c >> 6);
    *out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out += static_cast<char>(0xE0 | c >> 12);
    *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | c >> 18);
    *out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

std::string XmlText(absl::string_view text) {
  // Base64 of a whole file comes this way too.
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 || c == '\n'; });
  if (plain) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (char32_t c : DecodeText(text)) AppendUtf8(IsXmlChar(c) ? c : 0xFFFD, &out);
  return out;
}

}  // namespace sluss
