#include "gateway/verify/erased_entries.h"

#include "absl/time/time.h"
#include "gateway/tlog/opening_class.h"

namespace sluss {

void ErasedEntries::Add(uint64_t index, const v1::AuditLeaf& leaf) {
  if (leaf.kind() != v1::ERASURE) return;
  for (const uint64_t about : leaf.about_index()) by_index_[about] = index;
  for (const std::string& one : leaf.opening_class()) by_class_[one] = index;
}

std::optional<uint64_t> ErasedEntries::Of(uint64_t index, const v1::AuditLeaf& leaf) const {
  if (const auto alone = by_index_.find(index); alone != by_index_.end()) return alone->second;
  const OpeningMonth month = MonthOf(leaf.kind(), absl::FromUnixMicros(leaf.time_us()));
  const auto together = by_class_.find(OpeningMonthText(month));
  if (together != by_class_.end() && index < together->second) return together->second;
  return std::nullopt;
}

}  // namespace sluss
