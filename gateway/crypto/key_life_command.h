// slussctl keys rotate, refresh, apply-refresh, officer, backup, restore: keys after their first
// day. What each does is in key_rotation.h and key_backup.h; the order in which the parties run
// them is in the operations guide.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_LIFE_COMMAND_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_LIFE_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// Below `keys`. No command overwrites a secret: the new ones go into a directory of their own.
void AddKeyLifeCommands(CLI::App* keys);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_LIFE_COMMAND_H_
