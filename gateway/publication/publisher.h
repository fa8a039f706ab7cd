// Publishes checkpoints: at most one a second, and every one of them is kept for ever.
//
// A checkpoint is signed with every group of entries, since the answers carry it. Published, that
// is shown to readers, witnesses and timestamping authorities, are some of these: the newest, where
// the last one is a second old. Each is in the store, durable, before anybody is shown it.
#ifndef SLUSS_GATEWAY_PUBLICATION_PUBLISHER_H_
#define SLUSS_GATEWAY_PUBLICATION_PUBLISHER_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/store.h"

namespace sluss {

inline constexpr absl::Duration kPublishEvery = absl::Seconds(1);

// Not thread-safe.
class Publisher {
 public:
  // Both outlive it; the store is the ledger's.
  Publisher(Ledger* ledger, const StoreView* store) : ledger_(ledger), store_(store) {}

  // Whether one was published. False where nothing is new or the last one is younger than
  // kPublishEvery by the log's clock. After an error of unknown outcome the next call finds out.
  absl::StatusOr<bool> Publish();

 private:
  Ledger* const ledger_;
  const StoreView* const store_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_PUBLISHER_H_
