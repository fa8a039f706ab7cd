#include "policy/analysis/terms_table.h"

#include <algorithm>
#include <utility>

#include "policy/canonical.h"
#include "policy/obligations.h"

namespace sluss {

v1::Terms TermsOfRules(const std::vector<const v1::Rule*>& rules) {
  v1::Terms terms;
  for (v1::Obligation& obligation : MergeObligations(rules)) {
    *terms.add_obligation() = std::move(obligation);
  }
  terms.set_duty(
      std::any_of(rules.begin(), rules.end(), [](const v1::Rule* rule) { return rule->duty(); }));
  return terms;
}

uint32_t TermsTable::NumberOf(const v1::Rule& rule) {
  const auto [at, inserted] = numbers_.try_emplace(CanonicalBytes(TermsOfRules({&rule})),
                                                   static_cast<uint32_t>(rules_.size()));
  if (inserted) rules_.push_back(&rule);
  return at->second;
}

uint32_t TermsTable::Merge(std::vector<uint32_t> terms) {
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  const auto [known, added] = known_.try_emplace(terms, 0);
  if (!added) return known->second;
  std::vector<const v1::Rule*> rules;
  for (const uint32_t number : terms) rules.push_back(rules_[number]);
  v1::Terms merged = TermsOfRules(rules);
  const auto [at, inserted] =
      merged_numbers_.try_emplace(CanonicalBytes(merged), static_cast<uint32_t>(merged_.size()));
  if (inserted) merged_.push_back(std::move(merged));
  return known->second = at->second;
}

}  // namespace sluss
