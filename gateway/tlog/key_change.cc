#include "gateway/tlog/key_change.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sluss {
namespace {

constexpr absl::string_view kAdded = "log-key-added ";
constexpr absl::string_view kRetired = "log-key-retired ";

}  // namespace

std::string AddedOutcome(const VerifierKey& key) { return absl::StrCat(kAdded, key.ToString()); }

std::string RetiredOutcome(absl::string_view label) { return absl::StrCat(kRetired, label); }

std::optional<KeyChange> ParseKeyChange(const v1::AuditLeaf& leaf, uint64_t entry) {
  absl::string_view outcome = leaf.outcome();
  if (absl::ConsumePrefix(&outcome, kRetired) && !outcome.empty()) {
    return KeyChange{entry, std::nullopt, std::string(outcome)};
  }
  if (!absl::ConsumePrefix(&outcome, kAdded)) return std::nullopt;
  const absl::StatusOr<VerifierKey> key = VerifierKey::Parse(outcome);
  if (!key.ok()) return std::nullopt;
  return KeyChange{entry, *key, ""};
}

}  // namespace sluss
