// `slussctl policy page`: the pages that a lawyer signs.
//
//   policy page --catalogue DIR --policies DIR [--policy ID]... [--on DATE] [--out DIR]
//
// To standard output, or each as DIR/ID.md. Exit codes as in policy/command_support.h.
#ifndef SLUSS_POLICY_PAGE_COMMAND_H_
#define SLUSS_POLICY_PAGE_COMMAND_H_

#include "CLI/App.hpp"
#include "policy/policy_set.h"

namespace sluss {

void AddPageCommand(CLI::App& app, const Sha256Function& sha256);

}  // namespace sluss

#endif  // SLUSS_POLICY_PAGE_COMMAND_H_
