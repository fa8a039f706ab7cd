#include "policy/passing.h"

#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "policy/decide.h"
#include "policy/suiting_facts.h"

namespace sluss {
namespace {

using Names = std::vector<std::string>;

Names Passed(const PolicySet& set, const v1::Rule& rule, const std::string& sender,
             const std::string& recipient, const std::string& day) {
  std::set<std::string> passed;
  for (v1::Facts facts : SuitingFacts(set, rule, sender, recipient, day)) {
    const Names asked(facts.category().begin(), facts.category().end());
    for (const std::string& category : asked) {
      facts.clear_category();
      facts.add_category(category);  // alone, because a purpose may deny the whole for one
      const v1::Decision decision = Decide(set, facts);
      for (const v1::CategoryDecision& answer : decision.category()) {
        const bool by_rule = absl::c_linear_search(answer.rule(), rule.id());
        if (answer.permitted() && by_rule) passed.insert(category);
      }
    }
  }
  return Names(passed.begin(), passed.end());
}

}  // namespace

std::vector<Passing> PassingUnder(const PolicySet& set, const v1::Rule& rule,
                                  const std::string& day) {
  const v1::Vocabulary& vocabulary = set.bundle().vocabulary();
  const Names recipients = ExampleAgencies(vocabulary, rule.recipient());
  std::map<std::pair<Names, Names>, Names> alike;  // (categories, recipients) to senders
  for (const std::string& sender : ExampleAgencies(vocabulary, rule.sender())) {
    std::map<Names, Names> told;  // categories to recipients
    for (const std::string& recipient : recipients) {
      told[Passed(set, rule, sender, recipient, day)].push_back(recipient);
    }
    for (const auto& [categories, to] : told) alike[{categories, to}].push_back(sender);
  }
  std::vector<Passing> passing;
  for (const auto& [key, senders] : alike) {
    if (!key.first.empty()) passing.push_back({senders, key.second, key.first});
  }
  return passing;
}

}  // namespace sluss
