// Which key directories can be used together.
#ifndef SLUSS_GATEWAY_CRYPTO_ONE_EXCHANGE_H_
#define SLUSS_GATEWAY_CRYPTO_ONE_EXCHANGE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/key_directory.h"

namespace sluss {

// That `other` is of the exchange and key set of `current`: the same holders and log.
// INVALID_ARGUMENT begins with "`field`: ".
absl::Status CheckOneExchange(const KeyDirectory& current, const KeyDirectory& other,
                              absl::string_view field);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_ONE_EXCHANGE_H_
