#include "policy/analysis/determining_rules.h"

#include <algorithm>

#include "policy/analysis/terms_table.h"
#include "policy/question.h"
#include "policy/rule_table.h"

namespace sluss {

Determining DeterminingRules(const PolicySet& set, const v1::Facts& facts) {
  const RuleTable& table = set.table();
  v1::Facts one = facts;
  one.clear_category();
  if (!facts.category().empty()) one.add_category(facts.category(0));
  const absl::StatusOr<Question> question = ResolveFacts(set.names(), table.nodes(), one);
  if (!question.ok()) return {};
  std::vector<const v1::Rule*> permits, forbids;
  table.ForEachOfPair(*question, [&](uint32_t number) {
    const CompiledRule& rule = table.rule(number);
    if (RuleTable::Speaks(rule.row, *question) == 0) return;
    if (table.FailingColumns(rule.row, *question) != 0) return;
    (rule.row.forbid ? forbids : permits).push_back(rule.source);
  });
  Determining result;
  result.permitted = forbids.empty() && !permits.empty();
  for (const v1::Rule* rule : forbids.empty() ? permits : forbids) result.ids.push_back(rule->id());
  std::sort(result.ids.begin(), result.ids.end());
  if (result.permitted) result.terms = TermsOfRules(permits);
  return result;
}

}  // namespace sluss
