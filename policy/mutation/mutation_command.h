// `slussctl policy mutate`: how well the test cases pin the rules.
//
//   policy mutate --policies DIR [--catalogue DIR] [--only POLICY] [FILE...] [--json]
//
// Exit codes: 0 no change that matters goes unnoticed; 1 some does, or the set does not load; 2 a
// file that cannot be read or is not of its format.
#ifndef SLUSS_POLICY_MUTATION_MUTATION_COMMAND_H_
#define SLUSS_POLICY_MUTATION_MUTATION_COMMAND_H_

#include "CLI/App.hpp"
#include "policy/policy_set.h"

namespace sluss {

void AddMutationCommand(CLI::App& app, const Sha256Function& sha256);

}  // namespace sluss

#endif  // SLUSS_POLICY_MUTATION_MUTATION_COMMAND_H_
