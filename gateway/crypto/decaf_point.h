// Points as libdecaf keeps them, for sums of public values.
#ifndef SLUSS_GATEWAY_CRYPTO_DECAF_POINT_H_
#define SLUSS_GATEWAY_CRYPTO_DECAF_POINT_H_

#include <decaf.h>

#include <cstdint>
#include <cstdlib>

#include "gateway/crypto/group.h"

namespace sluss {

// libdecaf's type is an array; this can be returned, and kept in a vector.
struct RawPoint {
  decaf_255_point_t value;
};

// A Point is a canonical encoding: this cannot fail.
inline RawPoint Raw(const Point& point) {
  RawPoint raw;
  if (decaf_255_point_decode(raw.value, reinterpret_cast<const uint8_t*>(point.encoded().data()),
                             DECAF_FALSE) != DECAF_SUCCESS) {
    std::abort();
  }
  return raw;
}

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_DECAF_POINT_H_
