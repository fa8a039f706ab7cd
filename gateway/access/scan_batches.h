// The decisions of a period with what they say of whom, as batches ready for the hops.
#ifndef SLUSS_GATEWAY_ACCESS_SCAN_BATCHES_H_
#define SLUSS_GATEWAY_ACCESS_SCAN_BATCHES_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "gateway/crypto/scan_keys.h"
#include "gateway/exchange/opening_reader.h"
#include "gateway/exchange/store.h"
#include "proto/access.pb.h"

namespace sluss {

// Reads entries [first, end) in order, each once. What is pointed to must outlive it. Not
// thread-safe.
class ScanBatches {
 public:
  ScanBatches(const StoreView* view, const OpeningReader* openings, const ScanRing* keys,
              uint64_t first, uint64_t end)
      : view_(view), openings_(openings), keys_(keys), next_(first), end_(end) {}

  // The next batch: `directory`, `row`, `unread` and `next_index` filled. Ends where the directory
  // changes, a batch is full, or many entries were of no interest, so that the caller can show that
  // it goes on. Empty at the end. Errors are those of reading; an opening that is erased or cannot
  // be opened is told as unread.
  absl::StatusOr<std::optional<v1::ScanBatch>> Next();

 private:
  // False where the entry belongs to the next batch.
  absl::StatusOr<bool> Take(uint64_t index, v1::ScanBatch* batch);

  const StoreView* const view_;
  const OpeningReader* const openings_;
  const ScanRing* const keys_;
  uint64_t next_;
  const uint64_t end_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_ACCESS_SCAN_BATCHES_H_
