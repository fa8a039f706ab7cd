#include "gateway/oversight/index_scan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/history.h"

namespace sluss {
namespace {

// The first position in [0, size) at which the search finds an entry of `time` or later: all before
// it are older than `time` plus kMaxClockStep.
absl::StatusOr<uint64_t> FirstAt(absl::Time time, const StoreView& log, uint64_t size) {
  uint64_t low = 0, high = size;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, LeafAt(log, middle));
    if (absl::FromUnixMicros(leaf.time_us()) < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

absl::StatusOr<v1::AuditLeaf> LeafAt(const StoreView& log, uint64_t position) {
  ASSIGN_OR_RETURN(const std::string entry, log.ReadEntry(position));
  absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(entry);
  if (leaf.ok()) return leaf;
  return absl::DataLossError(absl::StrCat("entry ", position, ": ", leaf.status().message()));
}

absl::StatusOr<Positions> PositionsOf(const v1::SearchFilter& filter, const StoreView& log,
                                      uint64_t size) {
  Positions positions{0, size};
  if (filter.from_us() > 0) {
    const absl::Time from = absl::FromUnixMicros(filter.from_us()) - kMaxClockStep;
    ASSIGN_OR_RETURN(positions.begin, FirstAt(from, log, size));
  }
  if (filter.to_us() > 0) {
    const absl::Time to = absl::FromUnixMicros(filter.to_us()) + kMaxClockStep;
    ASSIGN_OR_RETURN(positions.end, FirstAt(to, log, size));
  }
  return positions;
}

absl::StatusOr<std::optional<uint64_t>> IndexScan::Nearest(const std::vector<uint64_t>& group,
                                                           uint64_t from, int* budget) const {
  const bool newest = order_ == ScanOrder::kNewestFirst;
  std::optional<uint64_t> nearest;
  for (const uint64_t key : group) {
    --*budget;
    ASSIGN_OR_RETURN(const std::optional<uint64_t> found,
                     newest ? index_->AtOrBefore(key, from) : index_->AtOrAfter(key, from));
    if (!found.has_value()) continue;
    if (!nearest.has_value() || (newest ? *found > *nearest : *found < *nearest)) nearest = found;
  }
  return nearest;
}

absl::StatusOr<std::optional<uint64_t>> IndexScan::Next(int* budget) {
  const bool newest = order_ == ScanOrder::kNewestFirst;
  const auto leave = [this]() -> std::optional<uint64_t> {
    left_ = {};
    return std::nullopt;
  };
  while (!done() && *budget > 0) {
    const uint64_t from = newest ? left_.end - 1 : left_.begin;
    uint64_t at = from;
    --*budget;
    for (const std::vector<uint64_t>& group : groups_) {
      ASSIGN_OR_RETURN(const std::optional<uint64_t> nearest, Nearest(group, at, budget));
      if (!nearest.has_value()) return leave();
      at = *nearest;
    }
    if (at < left_.begin || at >= left_.end) return leave();
    // All groups stood still: the position has a key of each.
    if (at == from) {
      (newest ? left_.end : left_.begin) = newest ? at : at + 1;
      return at;
    }
    (newest ? left_.end : left_.begin) = newest ? at + 1 : at;
  }
  return std::nullopt;
}

}  // namespace sluss
