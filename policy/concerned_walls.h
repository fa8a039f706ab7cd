// Which walls of the catalogue stand between the parties of a policy.
#ifndef SLUSS_POLICY_CONCERNED_WALLS_H_
#define SLUSS_POLICY_CONCERNED_WALLS_H_

#include <string>
#include <vector>

#include "policy/policy_set.h"

namespace sluss {

struct ConcernedWall {
  const v1::Rule* wall;                 // of the set's bundle
  std::vector<std::string> recipients;  // the policy's example agencies that it keeps things from
};

// Walls with a purpose of the policy, one of its senders and one of its recipients, secrecy cover
// included; in the catalogue's order. The set must outlive the result.
std::vector<ConcernedWall> WallsConcerning(const PolicySet& set, const v1::Policy& policy);

}  // namespace sluss

#endif  // SLUSS_POLICY_CONCERNED_WALLS_H_
