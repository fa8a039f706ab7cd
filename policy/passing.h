// What a permit really lets pass between whom, once the walls and all other forbids have spoken.
#ifndef SLUSS_POLICY_PASSING_H_
#define SLUSS_POLICY_PASSING_H_

#include <string>
#include <vector>

#include "policy/policy_set.h"

namespace sluss {

// Each of `senders` may tell each of `recipients` all of `categories` under the rule.
struct Passing {
  std::vector<std::string> senders;  // example agencies: policy/suiting_facts.h
  std::vector<std::string> recipients;
  std::vector<std::string> categories;  // ids, sorted
};

// Every pair of the rule's parties between which something passes on `day` (YYYY-MM-DD), pairs that
// are alike together; in the order of categories. Empty where nothing passes.
std::vector<Passing> PassingUnder(const PolicySet& set, const v1::Rule& rule,
                                  const std::string& day);

}  // namespace sluss

#endif  // SLUSS_POLICY_PASSING_H_
