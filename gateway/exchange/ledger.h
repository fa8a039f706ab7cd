// The one writer: everything that changes the exchange's state passes here, with its log entries.
//
// Life of a unit of work:
//   1. Any thread hands in a unit and waits.
//   2. The ledger's thread takes all units that wait (up to 256 entries or 1 MiB), without
//      lingering, and begins one transaction, in which it first follows what other gateways that
//      share the store have appended.
//   3. Each unit reads its preconditions in that transaction, changes state and appends entries.
//   4. The tree grows, the checkpoint is signed, what opens the entries is sealed, entries, tiles
//      and head are written, and the transaction commits.
//   5. Only then are the units answered, with inclusion proofs, and the recipients woken.
//
// Fails closed: when anything of a transaction fails, all its units are answered UNAVAILABLE and
// nothing leaves. A commit of unknown outcome is looked up (gateway, counter) before any other is
// begun; if it took effect, its units are answered as if nothing had happened. health() is an error
// until a commit succeeds again, and that commit carries a GAP entry. A log that somebody else
// wrote to, or that went back, stops the ledger for good.
#ifndef SLUSS_GATEWAY_EXCHANGE_LEDGER_H_
#define SLUSS_GATEWAY_EXCHANGE_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/base/forward_clock.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/log_tail.h"
#include "gateway/exchange/opening_sealer.h"
#include "gateway/exchange/recorder.h"
#include "gateway/exchange/store.h"
#include "gateway/tlog/appender.h"
#include "proto/notification.pb.h"

namespace sluss {

// Thread-safe.
class Ledger {
 public:
  // Runs in the ledger's thread. A refusal that the caller is to hear is the unit's own result and
  // is OK here; an error means that the store failed and takes the whole transaction back. So a
  // unit checks before it changes anything.
  using Unit = std::function<absl::Status(Recorder&)>;
  // Of the entries whose proofs were wanted, in their order.
  using Receipts = std::vector<v1::LogReceipt>;
  using Wake = std::function<void(const AgencyId&)>;
  // Hears in the ledger's thread each entry that another gateway appended, before any unit that
  // comes after it; `view` is what the next unit sees. Nothing is appended until it returns OK and
  // all that was heard is proved to be the log's. It may hear an entry again.
  using Hear = std::function<absl::Status(const v1::AuditLeaf& leaf, const StoreView& view)>;

  // Reads the head and proves it against its checkpoint, and the newest entries, at most 255,
  // against that; appends a START entry, and a KEY_CHANGE for each key that signs from now on or no
  // more. DATA_LOSS when the store's log is not whole; FAILED_PRECONDITION when keys signed it last
  // that are all unknown now; the cure is in the text. `store`, `openings` and `clock` outlive the
  // ledger; `wake` is called without locks held. `hear`, where given: other gateways, of other
  // names, append to the same log; without it any entry of others is a fault.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(Store* store, OpeningSealer* openings,
                                                      const Clock* clock, std::string gateway,
                                                      LogIdentity log, Wake wake,
                                                      Retention retention = {},
                                                      Hear hear = nullptr);
  // Finishes what waits.
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Blocks until the unit is durable or has failed. `bytes`: how much it is about to write beside
  // its entries. UNAVAILABLE: try again.
  absl::StatusOr<Receipts> Run(Unit unit, size_t bytes = 0);

  // OK while entries become durable.
  absl::Status health() const;

  // The time of the log: never before its last entry.
  const ForwardClock& clock() const { return clock_; }
  // What became durable since this object was made.
  EntryTally tally() const;

 private:
  struct Pending;
  struct Batch;

  Ledger(Store* store, OpeningSealer* openings, const Clock* clock, std::string gateway,
         LogIdentity log, Wake wake, Retention retention, Hear hear, LogTail tail);

  void Loop();
  void LookForOthers();
  // OUT_OF_RANGE: more than `most` entries behind, and nothing was followed.
  absl::Status Follow(const StoreView& view, uint64_t most);
  void CommitBatch(std::deque<Pending*>* waiting);
  absl::StatusOr<std::unique_ptr<Transaction>> Begin();
  Pending* Next(std::deque<Pending*>* waiting);
  absl::Status Write(std::deque<Pending*>* waiting, Batch* batch);
  absl::Status Append(Transaction* transaction, const std::vector<NewOpening>& openings,
                      Batch* batch);
  void Grow(Recorder* recorder, Batch* batch) const;
  bool Holds(const LogHead& stored, const LogHead& head) const;
  absl::Status Resolve();
  void Adopt(const Batch& batch);
  absl::StatusOr<Receipts> ReceiptsOf(const Batch& batch, const Pending& pending) const;
  void Answer(const Batch& batch, const absl::Status& status);

  Store* const store_;
  OpeningSealer* const openings_;  // used by the ledger's thread
  ForwardClock clock_;
  const std::string gateway_;
  const LogIdentity log_;
  const Wake wake_;
  const Retention retention_;
  const Hear hear_;

  // Owned by the ledger's thread.
  LogTail tail_;
  uint64_t lost_units_ = 0;          // answered UNAVAILABLE since the last commit
  std::unique_ptr<Batch> in_doubt_;  // written, but whether it took effect is not known
  absl::Status stopped_;             // for good

  mutable Mutex mutex_;
  CondVar work_;
  std::deque<Pending*> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  EntryTally tally_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_LEDGER_H_
