// `slussctl policy`: checks a set of policies, decides one question, runs test cases.
//
//   policy check  --policies DIR [--catalogue DIR]
//   policy decide --policies DIR [--catalogue DIR] --facts FILE.json [--on DATE] [--json]
//   policy test   --policies DIR [--catalogue DIR] [FILE...]
//
// Exit codes: 0 the set loads, the decision lets something pass, every case holds; 1 the answer is
// no: faults in the set, verdict DENY, a case that fails; 2 a file that cannot be read or is not of
// its format. A command line that is wrong itself gets the codes of CLI11, which are 100 and above.
#ifndef SLUSS_POLICY_POLICY_COMMAND_H_
#define SLUSS_POLICY_POLICY_COMMAND_H_

#include "CLI/App.hpp"
#include "policy/policy_set.h"

namespace sluss {

// Adds the commands to `app`. They write to standard output and error, and end with
// CLI::RuntimeError where the exit code is not 0: CLI11_PARSE in `main` turns it into that code.
void AddPolicyCommands(CLI::App& app, const Sha256Function& sha256);

}  // namespace sluss

#endif  // SLUSS_POLICY_POLICY_COMMAND_H_
