// Why each category passes or not: the determining rules, or what the nearest permits lack.
#ifndef SLUSS_POLICY_EXPLANATION_H_
#define SLUSS_POLICY_EXPLANATION_H_

#include "policy/policy_set.h"
#include "policy/rule_table.h"
#include "proto/policy.pb.h"

namespace sluss {

// The whole decision in words. `answer` is the table's to `question`: it decides, this explains.
v1::Decision Explain(const PolicySet& set, const Question& question, const Answer& answer);

}  // namespace sluss

#endif  // SLUSS_POLICY_EXPLANATION_H_
