#include "agency-adapters/client/register_csv.h"

#include <map>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agency-adapters/common/personal_number.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kMaxFaults = 20;
constexpr size_t kMaxCaseRef = 200;

struct Record {
  int line = 0;  // where it begins; a quoted field may hold line breaks
  std::vector<std::string> field;
  bool open_quote = false;
};

// Takes one record off the front of `text` and counts the lines it spans.
Record TakeRecord(absl::string_view* text, char separator, int* line) {
  Record record{.line = *line, .field = {""}};
  bool quoted = false;
  while (!text->empty()) {
    const char c = text->front();
    text->remove_prefix(1);
    if (c == '\n') ++*line;
    if (quoted) {
      if (c != '"') {
        record.field.back() += c;
      } else if (absl::ConsumePrefix(text, "\"")) {
        record.field.back() += '"';
      } else {
        quoted = false;
      }
    } else if (c == '"' && record.field.back().empty()) {
      quoted = true;
    } else if (c == separator) {
      record.field.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r') {
      record.field.back() += c;
    }
  }
  record.open_quote = quoted;
  return record;
}

char SeparatorOf(absl::string_view text) {
  const absl::string_view header = text.substr(0, text.find('\n'));
  return absl::StrContains(header, ';') ? ';' : ',';
}

class CsvReader {
 public:
  CsvReader(absl::string_view name, absl::string_view text, absl::CivilDay today)
      : name_(name), text_(text), today_(today) {
    absl::ConsumePrefix(&text_, kByteOrderMark);
    separator_ = SeparatorOf(text_);
  }

  absl::StatusOr<std::vector<CsvRow>> Read() {
    ReadHeader();
    while (!text_.empty() && faults_.size() < kMaxFaults) ReadRow();
    if (!faults_.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults_, "\n"));
    return std::move(rows_);
  }

 private:
  void Fault(int line, absl::string_view text) {
    faults_.push_back(absl::StrCat(name_, ":", line, ": ", text));
  }

  void ReadHeader() {
    const Record header = TakeRecord(&text_, separator_, &line_);
    static const std::set<std::string> known = {"number", "case_ref", "given_name", "family_name"};
    for (size_t i = 0; i < header.field.size(); ++i) {
      const std::string column(absl::StripAsciiWhitespace(header.field[i]));
      if (known.count(column) == 0 || !column_.emplace(column, i).second) {
        Fault(1, absl::StrCat("column ", i + 1, ": not known, or named twice; the header row is ",
                              "`number,case_ref` and may have `given_name`, `family_name`"));
      }
    }
    width_ = header.field.size();
    for (const char* needed : {"number", "case_ref"}) {
      if (column_.count(needed) == 0) Fault(1, absl::StrCat("column `", needed, "` is missing"));
    }
    if (!faults_.empty()) text_ = "";  // without columns no row can be read
  }

  void ReadRow() {
    const Record record = TakeRecord(&text_, separator_, &line_);
    if (record.field.size() == 1 && record.field[0].empty() && !record.open_quote) return;
    if (record.open_quote) return Fault(record.line, "a quote is opened and never closed");
    if (record.field.size() != width_) {
      return Fault(record.line,
                   absl::StrCat("has ", record.field.size(), " fields, the header has ", width_));
    }
    const auto number = ParsePersonalNumber(record.field[column_["number"]], today_);
    if (!number.ok()) {
      return Fault(record.line, absl::StrCat("column `number`: ", number.status().message()));
    }
    const std::string case_ref(absl::StripAsciiWhitespace(record.field[column_["case_ref"]]));
    if (case_ref.empty() || case_ref.size() > kMaxCaseRef) {
      return Fault(record.line,
                   absl::StrCat("column `case_ref`: must be 1 to ", kMaxCaseRef, " bytes"));
    }
    const auto [first, added] = line_of_.emplace(number->digits, record.line);
    if (!added) {
      return Fault(record.line,
                   absl::StrCat("column `number`: the same person is on line ", first->second));
    }
    rows_.push_back({.number = number->digits, .case_ref = case_ref});
  }

  const absl::string_view name_;
  absl::string_view text_;
  const absl::CivilDay today_;
  char separator_ = ',';
  int line_ = 1;
  size_t width_ = 0;
  std::map<std::string, size_t> column_;
  std::map<std::string, int> line_of_;
  std::vector<CsvRow> rows_;
  std::vector<std::string> faults_;
};

}  // namespace

absl::StatusOr<std::vector<CsvRow>> ReadRegisterCsv(absl::string_view name, absl::string_view text,
                                                    absl::CivilDay today) {
  return CsvReader(name, text, today).Read();
}

}  // namespace sluss
