// Where permits and forbids speak of the same.
#ifndef SLUSS_POLICY_ANALYSIS_CONFLICTS_H_
#define SLUSS_POLICY_ANALYSIS_CONFLICTS_H_

#include <cstddef>

#include "policy/policy_set.h"
#include "proto/analysis.pb.h"

namespace sluss {

// Every pair of a permit and a forbid that can match together, with all of what they share as one
// box. That a forbid prevails is no fault: a conflict is what an author should have meant. By the
// ids of permit and forbid; at most `most_listed` are listed, all are counted. Pure, thread-safe.
v1::Conflicts FindConflicts(const PolicySet& set, size_t most_listed = 1000);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_CONFLICTS_H_
