// Shows one witness the log's published checkpoints and keeps what it says of them: the asking side
// of C2SP tlog-witness.
#ifndef SLUSS_GATEWAY_PUBLICATION_WITNESS_FEED_H_
#define SLUSS_GATEWAY_PUBLICATION_WITNESS_FEED_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/store.h"
#include "gateway/publication/http_poster.h"
#include "gateway/tlog/witness_policy.h"

namespace sluss {

// Not thread-safe; each witness has a thread of its own.
class WitnessFeed {
 public:
  // All outlive it; the store is the ledger's. The witness has a URL.
  WitnessFeed(const PolicyWitness* witness, const StoreView* store, Ledger* ledger,
              HttpPoster* poster)
      : witness_(witness), store_(store), ledger_(ledger), poster_(poster) {}

  // Sends a published checkpoint with the proof that it follows what the witness has, and stores
  // the cosignature that comes back. Sent again after whatever happened, nothing is stored twice.
  //
  // UNAVAILABLE: it is away, slow or overloaded, or the store is. INVALID_ARGUMENT: it does not
  // take this log or this form of request. PERMISSION_DENIED: what it answered is not its
  // signature. FAILED_PRECONDITION: it was shown another history, or a longer one, under this log's
  // name; somebody must look into that. Texts hold nothing that it sent but numbers.
  absl::Status Offer(const PublishedCheckpoint& checkpoint);

 private:
  absl::Status Keep(const PublishedCheckpoint& checkpoint, const std::string& answer);
  // It has a tree of this size.
  absl::Status Learn(const PublishedCheckpoint& checkpoint, const std::string& answer);

  const PolicyWitness* const witness_;
  const StoreView* const store_;
  Ledger* const ledger_;
  HttpPoster* const poster_;
  std::optional<uint64_t> known_;  // the size that it has, as far as is known
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_WITNESS_FEED_H_
