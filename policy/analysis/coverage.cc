#include "policy/analysis/coverage.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "policy/question.h"
#include "policy/rule_table.h"

namespace sluss {
namespace {

// Adds one to the rules that determine some category of each of the facts.
std::vector<uint64_t> Count(const PolicySet& set, std::span<const v1::Facts> all) {
  const RuleTable& table = set.table();
  std::vector<uint64_t> counts(table.rules().size());
  for (const v1::Facts& facts : all) {
    const absl::StatusOr<Question> question = ResolveFacts(set.names(), table.nodes(), facts);
    if (!question.ok()) continue;
    std::vector<std::pair<uint32_t, Mask>> matching;
    Mask forbidden = 0;
    table.ForEachOfPair(*question, [&](uint32_t number) {
      const Row& row = table.rule(number).row;
      const Mask speaks = RuleTable::Speaks(row, *question);
      if (speaks == 0 || table.FailingColumns(row, *question) != 0) return;
      matching.emplace_back(number, speaks);
      if (row.forbid) forbidden |= speaks;
    });
    for (const auto& [number, speaks] : matching) {
      const bool decides = table.rule(number).row.forbid || (speaks & ~forbidden) != 0;
      if (decides) ++counts[number];
    }
  }
  return counts;
}

}  // namespace

v1::Coverage MeasureCoverage(const PolicySet& set, std::span<const v1::Facts> cases,
                             std::span<const v1::Facts> recorded) {
  const std::vector<uint64_t> by_cases = Count(set, cases), by_history = Count(set, recorded);
  v1::Coverage coverage;
  coverage.set_cases(cases.size());
  coverage.set_recorded(recorded.size());
  uint64_t used_by_cases = 0, used_by_history = 0;
  for (size_t i = 0; i < by_cases.size(); ++i) {
    v1::RuleCoverage* rule = coverage.add_rule();
    rule->set_rule(set.table().rule(static_cast<uint32_t>(i)).source->id());
    rule->set_cases(by_cases[i]);
    rule->set_recorded(by_history[i]);
    if (by_cases[i] > 0) ++used_by_cases;
    if (by_history[i] > 0) ++used_by_history;
  }
  coverage.set_rules_by_cases(used_by_cases);
  coverage.set_rules_by_history(used_by_history);
  return coverage;
}

}  // namespace sluss
