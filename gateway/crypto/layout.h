// The one unambiguous encoding of whatever is hashed, signed or bound (PROTOCOL.md, "Notation"):
// integers big-endian with fixed width, everything else behind its length as u32.
#ifndef SLUSS_GATEWAY_CRYPTO_LAYOUT_H_
#define SLUSS_GATEWAY_CRYPTO_LAYOUT_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace sluss {

// Layout("sluss/v1 compartment").U32(1).Bytes(sender).Take()
class Layout {
 public:
  // `label` says what the bytes are; no two kinds share one.
  explicit Layout(absl::string_view label) { Bytes(label); }

  Layout& U8(uint8_t value) {
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }
  Layout& U32(uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) U8(static_cast<uint8_t>(value >> shift));
    return *this;
  }
  Layout& Bytes(absl::string_view bytes) {
    U32(static_cast<uint32_t>(bytes.size()));
    bytes_.append(bytes.data(), bytes.size());
    return *this;
  }

  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_LAYOUT_H_
