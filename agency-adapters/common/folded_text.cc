#include "agency-adapters/common/folded_text.h"

#include <cstddef>
#include <cstdint>

namespace sluss {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// Decodes one code point at `*at` and moves behind it. A malformed byte is skipped alone.
char32_t DecodeUtf8(absl::string_view text, size_t* at) {
  const auto byte = [&](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const uint32_t first = byte((*at)++);
  if (first < 0x80) return first;
  const int following = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4) return kReplacement;
  char32_t c = first & (0x3F >> following);
  for (int i = 0; i < following; ++i) {
    const uint32_t next = byte(*at + i);
    if ((next & 0xC0) != 0x80) return kReplacement;
    c = c << 6 | (next & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (c < kSmallest[following] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
    return kReplacement;
  }
  *at += following;
  return c;
}

bool In(char32_t c, char32_t from, char32_t to) { return c >= from && c <= to; }

bool IsInvisible(char32_t c) {
  return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x180E || c == 0xFEFF ||
         In(c, 0x200B, 0x200F) || In(c, 0x202A, 0x202E) || In(c, 0x2060, 0x206F) ||
         In(c, 0xFE00, 0xFE0F) || In(c, 0xE0000, 0xE01EF);
}

bool IsSpace(char32_t c) {
  return In(c, 0x09, 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         In(c, 0x2000, 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool IsHyphen(char32_t c) {
  return In(c, 0x2010, 0x2015) || c == 0x2212 || c == 0x2043 || c == 0x207B || c == 0xFE58 ||
         c == 0xFE63;
}

// The first digit of the decimal digits that `c` belongs to; 0 when it is none.
char32_t DigitZero(char32_t c) {
  for (char32_t zero : {0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x2080}) {
    if (In(c, zero, zero + 9)) return zero;
  }
  if (In(c, 0x1D7CE, 0x1D7FF)) return 0x1D7CE + (c - 0x1D7CE) / 10 * 10;  // five styles in a row
  return 0;
}

char32_t SuperscriptDigit(char32_t c) {
  switch (c) {
    case 0xB9:
      return U'1';
    case 0xB2:
      return U'2';
    case 0xB3:
      return U'3';
    default:
      return c == 0x2070 || In(c, 0x2074, 0x2079) ? U'0' + (c - 0x2070) : 0;
  }
}

char32_t Lower(char32_t c) {
  if (In(c, U'A', U'Z') || (In(c, 0xC0, 0xDE) && c != 0xD7)) return c + 0x20;
  // Latin Extended-A: capitals at even code points, but at odd ones in two stretches.
  const bool odd_capitals = In(c, 0x139, 0x148) || In(c, 0x179, 0x17E);
  if (In(c, 0x100, 0x17F) && c != 0x138 && c != 0x149 && c != 0x178 && c != 0x17F) {
    return (c % 2 == 1) == odd_capitals ? c + 1 : c;
  }
  return c;
}

// Base letter and combining mark as one letter; 0 when they have no Latin-1 form.
char32_t Compose(char32_t base, char32_t mark) {
  struct Row {
    char32_t mark;
    absl::string_view bases;
    char32_t composed[6];
  };
  static constexpr Row kRows[] = {
      {0x300, "aeiou", {0xE0, 0xE8, 0xEC, 0xF2, 0xF9}},
      {0x301, "aeiouy", {0xE1, 0xE9, 0xED, 0xF3, 0xFA, 0xFD}},
      {0x302, "aeiou", {0xE2, 0xEA, 0xEE, 0xF4, 0xFB}},
      {0x303, "ano", {0xE3, 0xF1, 0xF5}},
      {0x308, "aeiouy", {0xE4, 0xEB, 0xEF, 0xF6, 0xFC, 0xFF}},
      {0x30A, "a", {0xE5}},
  };
  for (const Row& row : kRows) {
    if (row.mark != mark || base > 0x7F) continue;
    const size_t i = row.bases.find(static_cast<char>(base));
    if (i != absl::string_view::npos) return row.composed[i];
  }
  return 0;
}

char32_t FoldOne(char32_t c) {
  if (In(c, 0xFF01, 0xFF5E)) c = c - 0xFF01 + U'!';  // full-width forms
  if (IsSpace(c)) return U' ';
  if (IsHyphen(c)) return U'-';
  if (const char32_t zero = DigitZero(c); zero != 0) return U'0' + (c - zero);
  if (const char32_t digit = SuperscriptDigit(c); digit != 0) return digit;
  return Lower(c);
}

}  // namespace

std::u32string DecodeText(absl::string_view text) {
  std::u32string decoded;
  for (size_t at = 0; at < text.size();) decoded += DecodeUtf8(text, &at);
  return decoded;
}

std::u32string FoldText(absl::string_view text) {
  std::u32string folded;
  folded.reserve(text.size());
  for (char32_t c : DecodeText(text)) {
    if (IsInvisible(c)) continue;
    if (In(c, 0x300, 0x36F)) {
      const char32_t composed = folded.empty() ? 0 : Compose(folded.back(), c);
      if (composed != 0) folded.back() = composed;
      continue;  // other marks change the looks, not the letter
    }
    folded += FoldOne(c);
  }
  return folded;
}

bool IsFoldedLetter(char32_t c) {
  if (c < 0x80) return In(c, U'a', U'z');
  const bool punctuation = In(c, 0x2000, 0x2BFF) || In(c, 0x3000, 0x303F);
  return c >= 0xDF && c != 0xF7 && c != kReplacement && !punctuation;
}

bool IsUtf8(absl::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t begin = at;
    if (DecodeUtf8(bytes, &at) == kReplacement && bytes.substr(begin, 3) != "\xEF\xBF\xBD") {
      return false;
    }
  }
  return true;
}

}  // namespace sluss
