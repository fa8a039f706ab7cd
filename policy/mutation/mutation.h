// Whether the test cases of a policy would notice if a rule of it were lost or made wider.
#ifndef SLUSS_POLICY_MUTATION_MUTATION_H_
#define SLUSS_POLICY_MUTATION_MUTATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/policy_set.h"
#include "proto/policy.pb.h"

namespace sluss {

struct MutationInput {
  std::vector<PolicySource> catalogue, policies;
  std::vector<PolicySource> cases;  // all of which hold
  Sha256Function sha256;
};

// Every mutant (mutants.h) of every rule of `policies[which]` in turn, in the set of all of them. A
// mutant is noticed where a case fails or the set no longer loads. One that is not is looked at
// exactly: where it decides every notification as the original does, it is without effect. Others
// are survivors. Each mutant is a load: tens of milliseconds.
// INVALID_ARGUMENT where the set itself does not load, or some case fails already.
absl::StatusOr<v1::MutationCoverage> MeasureMutation(const MutationInput& input, size_t which);

}  // namespace sluss

#endif  // SLUSS_POLICY_MUTATION_MUTATION_H_
