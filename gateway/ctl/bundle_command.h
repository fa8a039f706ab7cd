// `slussctl log bundle`: what an officer takes away from a running gateway.
#ifndef SLUSS_GATEWAY_CTL_BUNDLE_COMMAND_H_
#define SLUSS_GATEWAY_CTL_BUNDLE_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// Below `log`, which is there already.
void AddBundleCommand(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_BUNDLE_COMMAND_H_
