// `slussctl status`: asks a running gateway how it is, over the same mutual TLS as everybody.
#ifndef SLUSS_GATEWAY_CTL_STATUS_COMMAND_H_
#define SLUSS_GATEWAY_CTL_STATUS_COMMAND_H_

#include "CLI/CLI.hpp"

namespace sluss {

// Exit codes: 0 answered, 1 the gateway refused or did not answer.
void AddStatusCommand(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_STATUS_COMMAND_H_
