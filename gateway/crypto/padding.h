// Padding of compartments, so that a size tells next to nothing (ISO/IEC 7816-4: 0x80, then zeros).
#ifndef SLUSS_GATEWAY_CRYPTO_PADDING_H_
#define SLUSS_GATEWAY_CRYPTO_PADDING_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluss {

// The smallest step that holds `size`: 256, 1024, 4096, 16384 bytes, then multiples of 16384.
size_t PaddedSize(size_t size);

// True for the sizes that PaddedSize can give.
bool IsPaddedSize(size_t size);

// content | 0x80 | zeros up to PaddedSize(content + 1).
std::string Pad(absl::string_view content);

// INVALID_ARGUMENT "bad padding" for anything that Pad would not have made, a needlessly large step
// included.
absl::StatusOr<std::string> Unpad(absl::string_view padded);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_PADDING_H_
