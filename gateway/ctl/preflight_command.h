// `slussctl preflight`: what may this agency send to whom, under which paragraph, on which
// conditions; and of one intended notification, what is missing.
#ifndef SLUSS_GATEWAY_CTL_PREFLIGHT_COMMAND_H_
#define SLUSS_GATEWAY_CTL_PREFLIGHT_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// Asks as the agency that the certificate names; nothing is sent and nothing recorded. Without
// --recipient it lists. Exit codes: 0 something may be sent; 1 nothing may, or the gateway refused
// or did not answer; 100 and above a command line that is wrong.
void AddPreflightCommand(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_PREFLIGHT_COMMAND_H_
