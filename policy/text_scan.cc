#include "policy/text_scan.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

bool IsWord(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

class Scanner {
 public:
  explicit Scanner(absl::string_view text) : text_(text) {}

  TextScan Scan() {
    while (at_ < text_.size()) Step();
    return std::move(scan_);
  }

 private:
  void Step() {
    const char c = text_[at_];
    if (c == '#') return Comment();
    if (c == '"' || c == '\'') return String(c);
    if (IsWord(c)) return Word();
    if (c == '{' || c == '<') {
      if (depth_++ == 0 && after_rule_) ++scan_.rules;
    } else if (c == '}' || c == '>') {
      depth_ = std::max(depth_ - 1, 0);
    }
    const bool space = absl::ascii_isspace(static_cast<unsigned char>(c));
    if (!space) in_body_ = true;
    if (!space && c != ':') after_rule_ = false;
    if (c == '\n') {
      ++line_;
      line_begin_ = at_ + 1;
    }
    ++at_;
  }

  void Comment() {
    const size_t end = std::min(text_.find('\n', at_), text_.size());
    if (!in_body_) {
      const absl::string_view line = text_.substr(at_, end - at_);
      absl::StrAppend(&scan_.head_comment, absl::StripTrailingAsciiWhitespace(line), "\n");
    } else if (scan_.comment_line == 0) {
      scan_.comment_line = line_;
      scan_.comment_column = static_cast<int>(at_ - line_begin_) + 1;
    }
    at_ = end;
  }

  // A string ends at its quote, or with its line where that is missing.
  void String(char quote) {
    in_body_ = true;
    for (++at_; at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
    }
    if (at_ < text_.size() && text_[at_] == quote) ++at_;
  }

  void Word() {
    in_body_ = true;
    const size_t begin = at_;
    while (at_ < text_.size() && IsWord(text_[at_])) ++at_;
    after_rule_ = depth_ == 0 && text_.substr(begin, at_ - begin) == "rule";
  }

  const absl::string_view text_;
  TextScan scan_;
  size_t at_ = 0, line_begin_ = 0;
  int line_ = 1, depth_ = 0;
  bool in_body_ = false, after_rule_ = false;
};

}  // namespace

TextScan ScanPolicyText(absl::string_view text) { return Scanner(text).Scan(); }

}  // namespace sluss
