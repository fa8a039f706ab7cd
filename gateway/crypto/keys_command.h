// `slussctl keys`: makes the keys of a party, joins the public halves into the key directory,
// checks one.
#ifndef SLUSS_GATEWAY_CRYPTO_KEYS_COMMAND_H_
#define SLUSS_GATEWAY_CRYPTO_KEYS_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// Adds `keys agency`, `keys holder`, `keys assemble` and `keys check` to `app`. A command that
// fails says why on standard error and throws CLI::RuntimeError(1), which CLI::App::exit turns into
// the exit code. Results go to standard output; secrets go to files only.
void AddKeysCommands(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEYS_COMMAND_H_
