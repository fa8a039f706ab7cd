// Why each category passes or not, in words: the determining rules, or what the nearest permits
// lack.
#ifndef SLUSS_POLICY_EXPLANATION_H_
#define SLUSS_POLICY_EXPLANATION_H_

#include "policy/outcome.h"
#include "policy/policy_set.h"
#include "policy/rows.h"
#include "proto/policy.pb.h"

namespace sluss {

// The whole decision in words. `outcome` is the table's to `question`: it decides, this explains.
v1::Decision Explain(const PolicySet& set, const Question& question, const Outcome& outcome);

}  // namespace sluss

#endif  // SLUSS_POLICY_EXPLANATION_H_
