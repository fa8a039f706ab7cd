// `slussctl log`: takes the disclosure log out of the store, and shows it.
#ifndef SLUSS_GATEWAY_PUBLICATION_LOG_COMMAND_H_
#define SLUSS_GATEWAY_PUBLICATION_LOG_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// Adds `log export`, `log publish` and `log show` to `app`. All read while the gateway runs. A
// command that fails says why on standard error and throws CLI::RuntimeError(1), which
// CLI::App::exit turns into the exit code.
void AddLogCommands(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_LOG_COMMAND_H_
