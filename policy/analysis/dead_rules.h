// Rules that decide nothing.
#ifndef SLUSS_POLICY_ANALYSIS_DEAD_RULES_H_
#define SLUSS_POLICY_ANALYSIS_DEAD_RULES_H_

#include "absl/status/statusor.h"
#include "policy/policy_set.h"
#include "proto/analysis.pb.h"

namespace sluss {

// Each rule by itself against all others: of two equal permits both are REDUNDANT, and taking away
// both is another question. A local rule inside a wall is STRUCK, and `wall` names the wall. Walls
// themselves are not listed: they stand against what somebody may write later. As in a difference,
// per category before a purpose looks at the whole. By rule id.
// RESOURCE_EXHAUSTED where the rules are too entangled. Pure, thread-safe.
absl::StatusOr<v1::DeadRules> FindDeadRules(const PolicySet& set);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_DEAD_RULES_H_
