// `slussctl policy`: exact answers about policy sets, each as text (--lang sv or en) or --json.
//
//   policy diff OLD NEW [--catalogue DIR] [--new-catalogue DIR] [--recorded FILE] [--boxes N]
//     What NEW changes in v1::PolicyDiff. 0 nothing, 1 something is decided otherwise.
//   policy analyze --policies DIR [--invariants FILE] [--cases FILE...] [--recorded FILE]
//                  [--only dead conflicts gaps invariants coverage]
//     v1::Analysis. 1 where a rule is dead or an invariant is broken.
//   policy matrix --policies DIR [--on DATE]
//     v1::Matrix, of today without --on. 1 where nobody may tell anybody anything.
//   policy replay --policies DIR --recorded FILE
//     v1::Replay. 1 where something is decided otherwise than was recorded.
//
// Files of recorded decisions: recorded_file.h. Exit codes beside those above: 1 a set that does
// not load; 2 a file that cannot be read or is not of its format, or a set too entangled to be
// analysed; 100 and above a command line that is wrong.
#ifndef SLUSS_POLICY_ANALYSIS_ANALYSIS_COMMAND_H_
#define SLUSS_POLICY_ANALYSIS_ANALYSIS_COMMAND_H_

#include "CLI/App.hpp"
#include "policy/policy_set.h"

namespace sluss {

// Adds the commands below `policy` of `app`.
void AddAnalysisCommands(CLI::App& app, const Sha256Function& sha256);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_ANALYSIS_COMMAND_H_
