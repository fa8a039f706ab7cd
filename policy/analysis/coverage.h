// Which rules are ever used: by test cases, and by what really happened.
#ifndef SLUSS_POLICY_ANALYSIS_COVERAGE_H_
#define SLUSS_POLICY_ANALYSIS_COVERAGE_H_

#include <span>

#include "policy/policy_set.h"
#include "proto/analysis.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

// For every rule, walls included and by id: how many cases and how many recorded notifications it
// determines, that is, decides some category of: a permit where nothing forbids it, a forbid
// wherever it matches. Facts that the set does not understand are determined by no rule.
// Pure, thread-safe.
v1::Coverage MeasureCoverage(const PolicySet& set, std::span<const v1::Facts> cases,
                             std::span<const v1::Facts> recorded);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_COVERAGE_H_
