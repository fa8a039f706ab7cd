#include "gateway/tlog/commitment.h"

#include "absl/strings/str_cat.h"
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

std::string CommittedUnder(const v1::AuditLeaf& leaf, uint32_t tag) {
  for (const v1::Commitment& commitment : leaf.commitment()) {
    if (commitment.tag() == tag) return commitment.digest();
  }
  return "";
}

absl::Status CheckCommitment(const v1::AuditLeaf& leaf, uint32_t tag, absl::string_view salt,
                             absl::string_view value) {
  const std::string committed = CommittedUnder(leaf, tag);
  if (!committed.empty() && committed == CommitmentOf(salt, tag, value)) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the entry does not commit to this value under tag ", tag));
}

}  // namespace sluss
