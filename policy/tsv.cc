#include "policy/tsv.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The number of bytes of the UTF-8 character at the start of `text`, 0 for none.
size_t Utf8Length(absl::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF5   ? 0
                        : first >= 0xF0 ? 4
                        : first >= 0xE0 ? 3
                        : first >= 0xC2 ? 2
                                        : 0;
  if (length == 0 || text.size() < length) return 0;
  uint32_t code = first & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte & 0x3F);
  }
  const uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  return code < least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0 : length;
}

class Reader {
 public:
  Reader(absl::string_view name, absl::string_view text) : name_(name), text_(text) {
    if (absl::StartsWith(text_, kByteOrderMark)) at_ = line_begin_ = kByteOrderMark.size();
  }

  absl::StatusOr<std::vector<std::vector<TsvCell>>> Read() {
    std::vector<std::vector<TsvCell>> rows;
    while (at_ < text_.size()) {
      ASSIGN_OR_RETURN(std::vector<TsvCell> row, ReadRow());
      while (!row.empty() && row.back().text.empty()) row.pop_back();
      if (!row.empty()) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool AtRowEnd() const { return at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }

  // Over one line end of any kind.
  void NextLine() {
    at_ += absl::StartsWith(text_.substr(at_), "\r\n") ? 2 : 1;
    ++line_;
    line_begin_ = at_;
  }

  absl::Status Error(const TsvCell& cell, absl::string_view fault) const {
    return absl::InvalidArgumentError(
        absl::StrCat(name_, ":", cell.line, ":", cell.column, ": ", fault));
  }

  absl::StatusOr<std::vector<TsvCell>> ReadRow() {
    std::vector<TsvCell> row;
    while (true) {
      TsvCell cell;
      cell.line = line_;
      cell.column = static_cast<int>(at_ - line_begin_) + 1;
      if (at_ < text_.size() && text_[at_] == '"') {
        RETURN_IF_ERROR(ReadQuoted(&cell));
      } else {
        const size_t begin = at_;
        while (!AtRowEnd() && text_[at_] != '\t') ++at_;
        cell.text = std::string(text_.substr(begin, at_ - begin));
      }
      row.push_back(std::move(cell));
      if (AtRowEnd()) break;
      ++at_;  // the tab
    }
    if (at_ < text_.size()) NextLine();
    return row;
  }

  absl::Status ReadQuoted(TsvCell* cell) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (!absl::StartsWith(text_.substr(at_), "\"\"")) break;
        ++at_;
      } else if (text_[at_] == '\n' || text_[at_] == '\r') {
        NextLine();
        cell->text += '\n';
        --at_;
        continue;
      }
      cell->text += text_[at_];
    }
    if (at_ == text_.size()) return Error(*cell, "the quote that begins here is not closed");
    ++at_;
    if (AtRowEnd() || text_[at_] == '\t') return absl::OkStatus();
    return Error(*cell, "text after the closing quote: a quote within a cell is written twice");
  }

  const absl::string_view name_, text_;
  size_t at_ = 0, line_begin_ = 0;
  int line_ = 1;
};

}  // namespace

absl::StatusOr<std::vector<std::vector<TsvCell>>> ReadTsv(absl::string_view name,
                                                          absl::string_view text) {
  size_t line = 1, line_begin = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8Length(text.substr(at));
    if (length == 0) {
      return absl::InvalidArgumentError(absl::StrCat(name, ":", line, ":", at - line_begin + 1,
                                                     ": no UTF-8: save the table as UTF-8 text"));
    }
    if (text[at] == '\n') {
      ++line;
      line_begin = at + 1;
    }
    at += length;
  }
  return Reader(name, text).Read();
}

std::string TsvText(absl::string_view text) {
  if (text.find_first_of("\t\"\r\n") == absl::string_view::npos) return std::string(text);
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace sluss
