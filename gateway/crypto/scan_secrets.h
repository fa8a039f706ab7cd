// What a holder keeps of the secrets of a generation whose time is over (scan_keys.h).
#ifndef SLUSS_GATEWAY_CRYPTO_SCAN_SECRETS_H_
#define SLUSS_GATEWAY_CRYPTO_SCAN_SECRETS_H_

#include <cstdint>
#include <string>

#include "gateway/base/ids.h"
#include "gateway/crypto/group.h"

namespace sluss {

struct ScanSecrets {
  std::string holder;  // "gateway/gw1" or "keyholder/kh1"
  uint32_t key_set;
  Scalar layer;     // z
  AgencyId domain;  // the access domain
  Scalar share;     // s of it
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SCAN_SECRETS_H_
