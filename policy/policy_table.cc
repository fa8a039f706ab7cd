#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/base/status_macros.h"
#include "policy/canonical.h"
#include "policy/faults.h"
#include "policy/names.h"
#include "policy/policy_text.h"
#include "policy/table_cells.h"
#include "policy/tsv.h"

namespace sluss {
namespace {

using Row = std::vector<TsvCell>;

// The rows above the columns: what is said once of the whole policy.
constexpr absl::string_view kComment = "comment";
constexpr absl::string_view kHeadRows[] = {"policy", "version", "title_sv", "about_sv", kComment};

std::string* HeadField(absl::string_view name, PolicyDocument* document) {
  if (name == "policy") return document->policy.mutable_id();
  if (name == "version") return document->policy.mutable_version();
  if (name == "title_sv") return document->policy.mutable_title_sv();
  if (name == "about_sv") return document->policy.mutable_about_sv();
  if (name == kComment) return &document->comment;
  return nullptr;
}

std::string PlaceOf(absl::string_view name, const TsvCell& cell) {
  return absl::StrCat(name, ":", cell.line, ":", cell.column);
}

class TableReader {
 public:
  TableReader(absl::string_view name, TablePlaces* places) : name_(name), places_(places) {
    places_->name = std::string(name);
  }

  absl::StatusOr<PolicyDocument> Read(const std::vector<Row>& rows) {
    size_t at = 0;
    while (at < rows.size() && HeadRow(rows[at])) ++at;
    if (at == rows.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(name_, ": no row with the names of the columns: it begins with `id`"));
    }
    ReadColumns(rows[at]);
    RETURN_IF_ERROR(faults_.ToStatus());
    for (++at; at < rows.size(); ++at) ReadRule(rows[at]);
    RETURN_IF_ERROR(faults_.ToStatus());
    return std::move(document_);
  }

 private:
  bool HeadRow(const Row& row) {
    std::string* field = HeadField(absl::StripAsciiWhitespace(row[0].text), &document_);
    if (field == nullptr) return false;
    if (row.size() > 2) faults_.Add(PlaceOf(name_, row[2]), "one value stands beside the name");
    if (row.size() > 1) *field = row[1].text;
    return true;
  }

  void ReadColumns(const Row& row) {
    std::vector<std::string> known;
    for (const TableColumn& column : TableColumns()) known.emplace_back(column.name);
    for (const absl::string_view separator : {";", ","}) {
      if (row.size() > 1 || !absl::StrContains(row[0].text, separator)) continue;
      return faults_.Add(PlaceOf(name_, row[0]),
                         absl::StrCat("`", separator,
                                      "` between the cells: save the table as "
                                      "tab-separated text"));
    }
    for (const TsvCell& cell : row) {
      const std::string name(absl::StripAsciiWhitespace(cell.text));
      const auto at = std::find(known.begin(), known.end(), name);
      if (at == known.end()) {
        faults_.Add(PlaceOf(name_, cell), UnknownName("column", name, known));
        continue;
      }
      const TableColumn& column = TableColumns()[static_cast<size_t>(at - known.begin())];
      if (std::find(columns_.begin(), columns_.end(), &column) != columns_.end()) {
        faults_.Add(PlaceOf(name_, cell), absl::StrCat("column `", name, "` stands here twice"));
      }
      columns_.push_back(&column);
    }
  }

  void ReadRule(const Row& row) {
    v1::Rule* rule = document_.policy.add_rule();
    TablePlaces::Row& place = places_->rows.emplace_back();
    place.here = PlaceOf(name_, row[0]);
    for (size_t i = 0; i < row.size(); ++i) {
      const TsvCell& cell = row[i];
      if (cell.text.empty()) continue;
      if (i >= columns_.size()) {
        faults_.Add(PlaceOf(name_, cell), "a cell to the right of the last column");
      } else if (const absl::Status fault = columns_[i]->read(cell.text, rule); !fault.ok()) {
        faults_.Add(PlaceOf(name_, cell),
                    absl::StrCat("`", columns_[i]->name, "`: ", fault.message()));
      } else {
        place.cells.emplace(columns_[i]->name, PlaceOf(name_, cell));
      }
    }
  }

  const absl::string_view name_;
  TablePlaces* const places_;
  PolicyDocument document_;
  std::vector<const TableColumn*> columns_;
  Faults faults_;
};

// Comments are lines that begin with '#', whatever a cell held.
std::string AsComment(absl::string_view cell) {
  std::string comment;
  for (const absl::string_view line : absl::StrSplit(cell, '\n', absl::SkipWhitespace())) {
    absl::StrAppend(&comment, line[0] == '#' ? "" : "# ", absl::StripTrailingAsciiWhitespace(line),
                    "\n");
  }
  return comment;
}

}  // namespace

absl::StatusOr<std::string> PolicyTable(PolicyDocument document) {
  SortCanonically(&document.policy);
  std::string table;
  for (const absl::string_view name : kHeadRows) {
    const std::string& value = *HeadField(name, &document);
    if (value.find('\r') != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", name, "` holds a carriage return, which a table cannot hold"));
    }
    if (!value.empty()) absl::StrAppend(&table, name, "\t", TsvText(value), "\n");
  }
  std::vector<std::string> cells;
  for (const TableColumn& column : TableColumns()) cells.emplace_back(column.name);
  absl::StrAppend(&table, "\n", absl::StrJoin(cells, "\t"), "\n");
  for (const v1::Rule& rule : document.policy.rule()) {
    if (rule.id().empty()) return absl::InvalidArgumentError("a rule without `id`");
    cells.clear();
    for (const TableColumn& column : TableColumns()) {
      const absl::StatusOr<std::string> cell = column.write(rule);
      if (!cell.ok()) {
        return absl::InvalidArgumentError(absl::StrCat("rule `", rule.id(), "`: `", column.name,
                                                       "` holds ", cell.status().message()));
      }
      cells.push_back(TsvText(*cell));
    }
    absl::StrAppend(&table, absl::StrJoin(cells, "\t"), "\n");
  }
  return table;
}

absl::StatusOr<PolicyDocument> ParsePolicyTable(const PolicySource& source, TablePlaces* places) {
  TablePlaces unused;
  TableReader reader(source.name, places == nullptr ? &unused : places);
  ASSIGN_OR_RETURN(const std::vector<Row> rows, ReadTsv(source.name, source.text));
  ASSIGN_OR_RETURN(PolicyDocument document, reader.Read(rows));
  document.comment = AsComment(document.comment);
  return document;
}

}  // namespace sluss
