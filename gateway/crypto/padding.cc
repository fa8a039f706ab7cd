#include "gateway/crypto/padding.h"

namespace sluss {
namespace {

constexpr char kMark = static_cast<char>(0x80);
constexpr size_t kLargestStep = 16384;

}  // namespace

size_t PaddedSize(size_t size) {
  for (const size_t step : {size_t{256}, size_t{1024}, size_t{4096}, kLargestStep}) {
    if (size <= step) return step;
  }
  return (size + kLargestStep - 1) / kLargestStep * kLargestStep;
}

bool IsPaddedSize(size_t size) { return size > 0 && PaddedSize(size) == size; }

std::string Pad(absl::string_view content) {
  std::string padded(content);
  padded.push_back(kMark);
  padded.resize(PaddedSize(padded.size()), '\0');
  return padded;
}

absl::StatusOr<std::string> Unpad(absl::string_view padded) {
  const size_t mark = padded.find_last_not_of('\0');
  if (mark == absl::string_view::npos || padded[mark] != kMark ||
      PaddedSize(mark + 1) != padded.size()) {
    return absl::InvalidArgumentError("bad padding");
  }
  return std::string(padded.substr(0, mark));
}

}  // namespace sluss
