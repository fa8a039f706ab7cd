// What can be told to nobody, whoever sends it and under whatever conditions.
#ifndef SLUSS_POLICY_ANALYSIS_GAPS_H_
#define SLUSS_POLICY_ANALYSIS_GAPS_H_

#include "absl/status/statusor.h"
#include "policy/policy_set.h"
#include "proto/analysis.pb.h"

namespace sluss {

// The triples of purpose, recipient and category that no facts let pass, as maximal boxes that may
// overlap. Recipients are the kinds and every agency that some rule names. A gap is no fault:
// default deny makes most of them on purpose.
// RESOURCE_EXHAUSTED where the rules are too entangled. Pure, thread-safe.
absl::StatusOr<v1::Gaps> FindGaps(const PolicySet& set);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_GAPS_H_
