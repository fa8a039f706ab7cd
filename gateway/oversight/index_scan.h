// Walks the positions of the log that the index proposes for a filter, in either direction, by
// leaping: each group of keys says where its next position is, and the farthest one rules.
#ifndef SLUSS_GATEWAY_OVERSIGHT_INDEX_SCAN_H_
#define SLUSS_GATEWAY_OVERSIGHT_INDEX_SCAN_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/exchange/store.h"
#include "gateway/store/posting_index.h"
#include "proto/record.pb.h"
#include "proto/review.pb.h"

namespace sluss {

enum class ScanOrder { kNewestFirst, kOldestFirst };

// [begin, end)
struct Positions {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// Not thread-safe. The index outlives it.
class IndexScan {
 public:
  IndexScan(const PostingIndex* index, std::vector<std::vector<uint64_t>> groups, ScanOrder order,
            Positions within)
      : index_(index), groups_(std::move(groups)), order_(order), left_(within) {}

  // The next position that has a key of every group; empty: there is none left, or `budget`
  // look-ups were made, and then done() is false and left() says what was not walked yet.
  absl::StatusOr<std::optional<uint64_t>> Next(int* budget);

  const Positions& left() const { return left_; }
  bool done() const { return left_.begin >= left_.end; }

 private:
  absl::StatusOr<std::optional<uint64_t>> Nearest(const std::vector<uint64_t>& group, uint64_t from,
                                                  int* budget) const;

  const PostingIndex* const index_;
  const std::vector<std::vector<uint64_t>> groups_;
  const ScanOrder order_;
  Positions left_;
};

// The positions below `size` outside of which no entry lies in the filter's period. Finds them by
// halving, since an entry of the log is at most 5 minutes older than any before it.
absl::StatusOr<Positions> PositionsOf(const v1::SearchFilter& filter, const StoreView& log,
                                      uint64_t size);

// Entry `position`, read.
absl::StatusOr<v1::AuditLeaf> LeafAt(const StoreView& log, uint64_t position);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OVERSIGHT_INDEX_SCAN_H_
