#include "agency-adapters/common/leak_search.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "agency-adapters/common/folded_text.h"
#include "agency-adapters/common/personal_number.h"

namespace sluss {
namespace {

constexpr size_t kMaxSeparators = 3;  // "20100101 - 9876"

bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool IsAlnum(char32_t c) { return IsDigit(c) || IsFoldedLetter(c); }
bool IsSeparator(char32_t c) {
  return std::u32string_view(U" -+./()").find(c) != std::u32string::npos;
}

// A run of digits, and what stood between it and the run before: nullopt-like "far" when anything
// but a few separators did.
struct DigitGroup {
  size_t begin = 0;
  size_t end = 0;
  std::string digits;
  std::u32string gap;   // separators since the group before
  bool joined = false;  // nothing but `gap` since the group before
};

std::vector<DigitGroup> DigitGroups(const std::u32string& text) {
  std::vector<DigitGroup> groups;
  for (size_t i = 0; i < text.size();) {
    if (!IsDigit(text[i])) {
      ++i;
      continue;
    }
    DigitGroup group;
    group.begin = i;
    while (i < text.size() && IsDigit(text[i])) group.digits += static_cast<char>(text[i++]);
    group.end = i;
    if (!groups.empty()) {
      group.gap = text.substr(groups.back().end, group.begin - groups.back().end);
      group.joined = group.gap.size() <= kMaxSeparators &&
                     std::all_of(group.gap.begin(), group.gap.end(), IsSeparator);
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

// YYMMDD with the day of a person or of a samordningsnummer.
bool IsBirthDay(absl::string_view six) {
  const int month = (six[2] - '0') * 10 + six[3] - '0';
  const int day = (six[4] - '0') * 10 + six[5] - '0';
  return month >= 1 && month <= 12 && ((day >= 1 && day <= 31) || (day >= 61 && day <= 91));
}

bool IsClockTime(absl::string_view four) { return four < "2400" && four[2] < '6'; }

// `digits` as a personal number: right date, and a right check digit or the spelling of one. A slip
// in one digit must not open the way.
bool IsPersonalNumber(absl::string_view digits, const DigitGroup& last) {
  if (digits.size() != 10 && digits.size() != 12) return false;
  if (digits.size() == 12 && (digits < "1850" || digits >= "2100")) return false;
  const absl::string_view ten = digits.substr(digits.size() - 10);
  if (!IsBirthDay(ten)) return false;
  const bool spelled = last.digits.size() == 4 && (last.gap == U"-" || last.gap == U"+") &&
                       !IsClockTime(last.digits);
  return spelled || HasLuhnCheckDigit(ten);
}

// 20210325K069, 98240301-AA06: eight digits, one or two letters, digits; four signs together.
bool IsReserveNumber(const std::u32string& text, const DigitGroup& group) {
  if (group.digits.size() != 8 && group.digits.size() != 6) return false;
  const size_t at = group.end + (group.end < text.size() && text[group.end] == U'-' ? 1 : 0);
  if (at + 4 > text.size() || (at + 4 < text.size() && IsAlnum(text[at + 4]))) return false;
  return IsFoldedLetter(text[at]) && (IsFoldedLetter(text[at + 1]) || IsDigit(text[at + 1])) &&
         IsDigit(text[at + 2]) && IsDigit(text[at + 3]);
}

bool HasPersonalNumber(const std::u32string& text, const std::vector<DigitGroup>& groups) {
  for (size_t i = 0; i < groups.size(); ++i) {
    if (IsReserveNumber(text, groups[i])) return true;
    std::string digits;
    for (size_t j = i; j < groups.size() && (j == i || groups[j].joined); ++j) {
      digits += groups[j].digits;
      if (digits.size() > 12) break;
      if (IsPersonalNumber(digits, groups[j])) return true;
    }
  }
  return false;
}

// How the first group of a telephone number begins, and how many digits the whole then has.
struct TelephoneShape {
  size_t least = 0;
  size_t most = 0;
};

TelephoneShape ShapeAt(const std::u32string& text, const DigitGroup& first) {
  const size_t begin = first.begin;
  if (begin > 0 && text[begin - 1] == U'+' && (begin == 1 || !IsDigit(text[begin - 2]))) {
    return {8, 15};
  }
  if (first.digits.rfind("00", 0) == 0) return {10, 17};
  // Within a date such as 2024-08-12 no number begins.
  const bool inside = first.joined && first.gap.size() == 1 && first.gap != U" ";
  if (inside || first.digits[0] != '0' || first.digits.size() < 2) return {};
  const bool area_code = first.digits == "08" || first.digits.size() >= 3;
  return area_code ? TelephoneShape{8, 10} : TelephoneShape{};
}

bool HasTelephone(const std::u32string& text, const std::vector<DigitGroup>& groups) {
  for (size_t i = 0; i < groups.size(); ++i) {
    const TelephoneShape shape = ShapeAt(text, groups[i]);
    size_t digits = 0;
    for (size_t j = i; j < groups.size() && (j == i || groups[j].joined); ++j) {
      digits += groups[j].digits.size();
      if (digits > shape.most) break;
      if (shape.least > 0 && digits >= shape.least) return true;
    }
  }
  return false;
}

bool HasEmail(const std::u32string& text) {
  for (size_t at = text.find(U'@'); at != std::u32string::npos; at = text.find(U'@', at + 1)) {
    if (at == 0 || text[at - 1] == U' ') continue;
    size_t end = at + 1;
    size_t dot = 0;
    for (; end < text.size() && (IsAlnum(text[end]) || text[end] == U'-' || text[end] == U'.');
         ++end) {
      if (text[end] == U'.' && end + 2 < text.size() && IsFoldedLetter(text[end + 1])) dot = end;
    }
    if (dot > at + 1) return true;
  }
  return false;
}

std::vector<std::u32string> Words(const std::u32string& text) {
  std::vector<std::u32string> words;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && IsFoldedLetter(text[end])) ++end;
    if (end > i) words.push_back(text.substr(i, end - i));
    i = end + 1;
  }
  return words;
}

// The words of `names` to look for, each also with the -s of the genitive.
std::set<std::u32string> NameWords(const std::vector<std::string>& names) {
  static const std::set<std::u32string> kParticles = {U"af",  U"al",  U"da",  U"de", U"del",
                                                      U"den", U"der", U"di",  U"du", U"el",
                                                      U"la",  U"le",  U"van", U"von"};
  std::set<std::u32string> wanted;
  for (const std::string& name : names) {
    for (const std::u32string& word : Words(FoldText(name))) {
      if (word.size() < 2 || kParticles.count(word) > 0) continue;
      wanted.insert(word);
      wanted.insert(word + U"s");
    }
  }
  return wanted;
}

bool HasName(const std::u32string& text, const std::vector<std::string>& names) {
  const std::set<std::u32string> wanted = NameWords(names);
  if (wanted.empty()) return false;
  const std::vector<std::u32string> words = Words(text);
  return std::any_of(words.begin(), words.end(),
                     [&](const std::u32string& word) { return wanted.count(word) > 0; });
}

}  // namespace

absl::string_view LeakKindText(LeakKind kind) {
  switch (kind) {
    case LeakKind::kPersonalNumber:
      return "a personal number";
    case LeakKind::kTelephone:
      return "a telephone number";
    case LeakKind::kEmail:
      return "an e-mail address";
    case LeakKind::kName:
      return "a name";
  }
  return "an unknown kind";
}

std::vector<LeakKind> FindLeaks(absl::string_view text, const std::vector<std::string>& names) {
  const std::u32string folded = FoldText(text);
  const std::vector<DigitGroup> groups = DigitGroups(folded);
  std::vector<LeakKind> found;
  if (HasPersonalNumber(folded, groups)) found.push_back(LeakKind::kPersonalNumber);
  if (HasTelephone(folded, groups)) found.push_back(LeakKind::kTelephone);
  if (HasEmail(folded)) found.push_back(LeakKind::kEmail);
  if (HasName(folded, names)) found.push_back(LeakKind::kName);
  return found;
}

}  // namespace sluss
