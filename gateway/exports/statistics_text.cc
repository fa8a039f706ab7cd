// How statistics are shown: for people in two languages, for programs, for spreadsheets.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/exports/entry_format.h"
#include "gateway/exports/statistics.h"
#include "gateway/exports/suppression.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kWithheld[] = "..";

const std::string& In(StatisticsLanguage language, const std::string& sv, const std::string& en) {
  return language == StatisticsLanguage::kSwedish ? sv : en;
}

}  // namespace

std::string StatisticsAsText(const std::vector<StatisticsTable>& tables, absl::string_view period,
                             StatisticsLanguage language) {
  const bool swedish = language == StatisticsLanguage::kSwedish;
  std::string text = absl::StrCat(
      swedish ? "Statistik ur utlämningsloggen, " : "Statistics of the disclosure log, ", period,
      "\n",
      swedish ? absl::StrCat(kWithheld, " = 1 till ", kSmallestShown - 1,
                             ", eller dolt för att en sådan uppgift inte ska kunna räknas fram\n")
              : absl::StrCat(kWithheld, " = 1 to ", kSmallestShown - 1,
                             ", or withheld so that such a figure cannot be computed\n"));
  for (const StatisticsTable& table : tables) {
    absl::StrAppend(&text, "\n", In(language, table.sv, table.en), "\n");
    if (table.withheld) {
      absl::StrAppend(&text, "  ", swedish ? "visas inte: för få" : "not shown: too few", "\n");
    }
    for (const StatisticsRow& row : table.rows) {
      absl::StrAppend(&text,
                      absl::StrFormat("%8s", row.count ? absl::StrCat(*row.count) : kWithheld),
                      row.percent ? absl::StrFormat(" %5.1f %%", *row.percent) : "        ", "  ",
                      In(language, row.sv, row.en), "\n");
    }
  }
  return text;
}

std::string StatisticsAsJson(const std::vector<StatisticsTable>& tables, absl::string_view period) {
  Json json = {{"period", std::string(period)},
               {"smallest_shown", kSmallestShown},
               {"tables", Json::array()}};
  for (const StatisticsTable& table : tables) {
    Json rows = Json::array();
    for (const StatisticsRow& row : table.rows) {
      rows.push_back({{"id", row.id}, {"sv", row.sv}, {"en", row.en}});
      rows.back()["count"] = row.count ? Json(*row.count) : Json(nullptr);
    }
    json["tables"].push_back({{"id", table.id},
                              {"sv", table.sv},
                              {"en", table.en},
                              {"withheld", table.withheld},
                              {"rows", rows}});
  }
  return json.dump(2) + "\n";
}

std::string StatisticsAsCsv(const std::vector<StatisticsTable>& tables) {
  std::string csv = CsvRow({"table", "row", "sv", "en", "count"});
  for (const StatisticsTable& table : tables) {
    if (table.withheld) csv += CsvRow({table.id, "", table.sv, table.en, kWithheld});
    for (const StatisticsRow& row : table.rows) {
      csv += CsvRow(
          {table.id, row.id, row.sv, row.en, row.count ? absl::StrCat(*row.count) : kWithheld});
    }
  }
  return csv;
}

}  // namespace sluss
