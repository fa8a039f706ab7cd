#include "gateway/tlog/commitment.h"

#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

std::string BigEndian32(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

}  // namespace

std::string CommitmentSalt(absl::string_view secret, uint32_t tag) {
  const char byte = static_cast<char>(tag);
  return std::string(
      AsStringView(Sha256({"audit-salt/v1\n", secret, absl::string_view(&byte, 1)})));
}

std::string CommitmentOf(absl::string_view salt, uint32_t tag, absl::string_view value) {
  const char byte = static_cast<char>(tag);
  const std::string length = BigEndian32(static_cast<uint32_t>(value.size()));
  return std::string(AsStringView(
      Sha256({"audit-commit/v1\n", salt, absl::string_view(&byte, 1), length, value})));
}

}  // namespace sluss
