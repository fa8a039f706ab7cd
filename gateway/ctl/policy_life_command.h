// `slussctl policy` against a running gateway: the life of a policy.
//
//   policy active   [--out DIR]             what is in force; its files, to edit
//   policy propose  --policies DIR [--catalogue DIR] [--cases FILE...] [--invariants FILE...]
//                   [--base HEX] [--note TEXT] [--check]
//   policy show     NUMBER                  a proposal with its difference
//   policy approve  NUMBER [--digest HEX]   without the digest: shows it and asks for it
//   policy activate NUMBER [--at "2026-03-01 00:00"]
//   policy withdraw NUMBER
//   policy rollback --to ACTIVATION [--note TEXT] [--check]
//   policy history  [--before NUMBER] [--limit NUMBER]
//   policy recorded [--from DAY] [--to DAY] --out FILE   what was decided, for `policy replay`
//
// All take --gateway, --name and the certificate files of `slussctl status`, and --json.
// Exit codes: 0 done; 1 the gateway refused or did not answer, nothing was changed; 2 a file that
// cannot be read or written; 3 nothing was approved because the digest is asked for; 100 and above
// a command line that is wrong.
#ifndef SLUSS_GATEWAY_CTL_POLICY_LIFE_COMMAND_H_
#define SLUSS_GATEWAY_CTL_POLICY_LIFE_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// They write to standard output and error, and end with CLI::RuntimeError where the code is not 0.
void AddPolicyLifeCommands(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_POLICY_LIFE_COMMAND_H_
