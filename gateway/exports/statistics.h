// What is asked of an exchange in numbers: disclosures by rule, pair, category and ground, denials,
// clocks that ran out, what was seldom and sharp, reviews. Small cells are withheld
// (suppression.h).
//
// Counted is what the log says and nothing else: a disclosure is a delivery; a person is never
// counted, since the log does not know who is who.
#ifndef SLUSS_GATEWAY_EXPORTS_STATISTICS_H_
#define SLUSS_GATEWAY_EXPORTS_STATISTICS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/policy.pb.h"
#include "proto/record.pb.h"

namespace sluss {

// The rules of versions, by their digests; asked once a version.
class RuleBook {
 public:
  using Read = std::function<absl::StatusOr<std::string>(const std::string& digest)>;
  explicit RuleBook(Read read) : read_(std::move(read)) {}

  // "duty", "consent", "weighing/OSL-10-15A", "weighing/OSL-10-18A", "weighing/other", "statute",
  // or "unknown" where the version is not at hand. Of several rules the first of these that
  // applies.
  std::string GroundOf(const v1::AuditLeaf& leaf);

 private:
  const std::map<std::string, v1::Rule>* RulesOf(const std::string& digest);

  const Read read_;
  std::map<std::string, std::optional<std::map<std::string, v1::Rule>>> versions_;
};

// Exact counts: not to be shown to anybody. Not thread-safe.
struct StatisticsTally {
  using Counts = std::map<std::string, uint64_t>;

  // Memory grows with agencies, rules, categories and reasons, not with entries.
  void Add(const v1::AuditLeaf& leaf, RuleBook* rules);

  uint64_t disclosures = 0;
  Counts verdicts, denials;                // of decisions on submissions
  Counts denials_at_delivery;              // by reason
  Counts by_rule, by_category, by_ground;  // of disclosures
  std::map<std::pair<std::string, std::string>, uint64_t> by_pair;
  Counts events;     // what stands alone
  Counts oversight;  // what officers did: about nobody, never withheld
};

struct StatisticsRow {
  std::string id, sv, en;
  std::optional<uint64_t> count;  // empty: withheld
  std::optional<double> percent;  // of the table's total, where both are shown
};

struct StatisticsTable {
  std::string id, sv, en;
  bool withheld = false;  // as a whole; then it has no rows
  std::vector<StatisticsRow> rows;
};

// What may be published. Pure.
std::vector<StatisticsTable> PublishStatistics(const StatisticsTally& tally);

enum class StatisticsLanguage { kSwedish, kEnglish };
std::string StatisticsAsText(const std::vector<StatisticsTable>& tables, absl::string_view period,
                             StatisticsLanguage language);
std::string StatisticsAsJson(const std::vector<StatisticsTable>& tables, absl::string_view period);
std::string StatisticsAsCsv(const std::vector<StatisticsTable>& tables);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_STATISTICS_H_
