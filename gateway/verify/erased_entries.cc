#include "gateway/verify/erased_entries.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace sluss {
namespace {

// PROTOCOL.md, "Openings": by the kind of the entry and the month, in UTC.
absl::string_view ClassOf(v1::RecordKind kind) {
  switch (kind) {
    case v1::EXPORT:
    case v1::SEARCH:
    case v1::ACCESS_SCAN:
    case v1::ERASURE:
    case v1::LEGAL_HOLD:
    case v1::LEGAL_HOLD_END:
    case v1::REVIEW_DRAWN:
    case v1::REVIEW_FINDING:
    case v1::REVIEW_CLOSED:
      return "oversight";
    case v1::POLICY_ACTIVATION:
    case v1::POLICY_PROPOSAL:
    case v1::POLICY_APPROVAL:
    case v1::POLICY_SCHEDULE:
    case v1::POLICY_END:
    case v1::KEY_CHANGE:
    case v1::GAP:
    case v1::START:
    case v1::OFFICERS:
      return "operation";
    default:
      return "disclosure";
  }
}

std::string ClassAndMonth(const v1::AuditLeaf& leaf) {
  const absl::CivilMonth month =
      absl::ToCivilMonth(absl::FromUnixMicros(leaf.time_us()), absl::UTCTimeZone());
  return absl::StrCat(ClassOf(leaf.kind()), "/", absl::FormatCivilTime(month));
}

}  // namespace

void ErasedEntries::Add(uint64_t index, const v1::AuditLeaf& leaf) {
  if (leaf.kind() != v1::ERASURE) return;
  for (const uint64_t about : leaf.about_index()) by_index_[about] = index;
  for (const std::string& one : leaf.opening_class()) by_class_[one] = index;
}

std::optional<uint64_t> ErasedEntries::Of(uint64_t index, const v1::AuditLeaf& leaf) const {
  if (const auto alone = by_index_.find(index); alone != by_index_.end()) return alone->second;
  const auto together = by_class_.find(ClassAndMonth(leaf));
  if (together != by_class_.end() && index < together->second) return together->second;
  return std::nullopt;
}

}  // namespace sluss
