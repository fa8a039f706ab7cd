// "Never X to Y without Z" as data, held against a set: a gate that shows a witness.
//
//   invariant {
//     id: "crime-data-needs-two-officers"  recipient: "*"  category: "CRIME"
//     without { officers: 2 weighing: true }
//     sentence_sv: "..."  sentence_en: "..."
//   }
//
// The columns say where it holds, written as in a rule; an empty one is free. An age strikes as a
// forbid's does: where any part of the interval lies inside, or the age is not known. Without
// `without` nothing may pass there at all.
#ifndef SLUSS_POLICY_ANALYSIS_INVARIANTS_H_
#define SLUSS_POLICY_ANALYSIS_INVARIANTS_H_

#include "absl/status/statusor.h"
#include "policy/policy_set.h"
#include "proto/analysis.pb.h"

namespace sluss {

// Parses one file. INVALID_ARGUMENT has a line for each fault, with its place and the nearest known
// name of the set's vocabulary; a file without any invariant is a fault.
absl::StatusOr<v1::InvariantSet> ParseInvariants(const PolicySet& set, const PolicySource& file);

// `invariants` as ParseInvariants returned them for this set. Whether each holds for all facts, per
// category before a purpose looks at the whole; where not, facts that pass. In the order given.
// RESOURCE_EXHAUSTED where the rules are too entangled. Pure, thread-safe.
absl::StatusOr<v1::InvariantReport> CheckInvariants(const PolicySet& set,
                                                    const v1::InvariantSet& invariants);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_INVARIANTS_H_
