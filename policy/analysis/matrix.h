// Who may tell whom, which categories, under what least conditions, on one day.
#ifndef SLUSS_POLICY_ANALYSIS_MATRIX_H_
#define SLUSS_POLICY_ANALYSIS_MATRIX_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/policy_set.h"
#include "proto/analysis.pb.h"

namespace sluss {

// An entry for each pair and each group of categories with the same least conditions: those permits
// of which something is left by the forbids, and than which no other permit asks for less. An
// agency that some rule names has entries of its own only where its rules differ from its kind's.
// INVALID_ARGUMENT for a day that is none, RESOURCE_EXHAUSTED where the rules are too entangled.
// Pure, thread-safe.
absl::StatusOr<v1::Matrix> MakeMatrix(const PolicySet& set, absl::string_view day);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_MATRIX_H_
