// What the commands of `slussctl keys` share.
#ifndef SLUSS_GATEWAY_CRYPTO_KEYS_COMMAND_SUPPORT_H_
#define SLUSS_GATEWAY_CRYPTO_KEYS_COMMAND_SUPPORT_H_

#include <iostream>
#include <memory>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/status/status.h"

namespace sluss {

// A subcommand whose options land in a value of its own.
template <typename Options>
struct KeysCommand {
  CLI::App* app;
  std::shared_ptr<Options> options;
};

// Exits with 1 and the error's text when `run` fails.
template <typename Options>
KeysCommand<Options> AddKeysCommand(CLI::App* parent, const char* name, const char* description,
                                    absl::Status (*run)(const Options&)) {
  auto options = std::make_shared<Options>();
  CLI::App* const app = parent->add_subcommand(name, description);
  app->callback([options, run] {
    const absl::Status status = run(*options);
    if (status.ok()) return;
    std::cerr << "keys: " << status.message() << "\n";
    throw CLI::RuntimeError(1);
  });
  return {app, std::move(options)};
}

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEYS_COMMAND_SUPPORT_H_
