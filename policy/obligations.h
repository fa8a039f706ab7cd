// One obligation of each kind out of what several rules ask for.
#ifndef SLUSS_POLICY_OBLIGATIONS_H_
#define SLUSS_POLICY_OBLIGATIONS_H_

#include <vector>

#include "proto/policy.pb.h"

namespace sluss {

// In the order of the kinds' field numbers. Numbers merge to their minimum: the shortest time kept,
// the earliest clock. Notices and reviews are owed where any rule asks; notices that differ in
// their exception do not meet here, because such a set does not load.
std::vector<v1::Obligation> MergeObligations(const std::vector<const v1::Rule*>& rules);

}  // namespace sluss

#endif  // SLUSS_POLICY_OBLIGATIONS_H_
