// Which rules of a set match given facts, without the words of an explanation.
#ifndef SLUSS_POLICY_ANALYSIS_DETERMINING_RULES_H_
#define SLUSS_POLICY_ANALYSIS_DETERMINING_RULES_H_

#include <string>
#include <vector>

#include "policy/policy_set.h"
#include "proto/analysis.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

// What decides about the first category of the facts, before a purpose looks at the whole.
struct Determining {
  bool permitted = false;
  std::vector<std::string> ids;  // sorted: the forbids where one matches, else the permits
  v1::Terms terms;               // where permitted
};

// Facts that the set does not understand are not permitted, and no rule says so.
Determining DeterminingRules(const PolicySet& set, const v1::Facts& facts);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_DETERMINING_RULES_H_
