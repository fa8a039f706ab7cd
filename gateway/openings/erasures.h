// Erasure and legal hold as use cases: an officer's order, what is kept no longer, what a restored
// backup brought back, and holds.
//
// Life of an erasure:
//   1. An officer names entries, or the daily run finds a class and month that is kept no longer.
//   2. In the ledger's transaction: nothing is held; the journal beside the keys says what will be
//      erased, durably; keys and rows go, and the ERASURE entry is appended.
//   3. Once that is durable: the month's key file is destroyed, keys in memory are dropped, and the
//      write-ahead log is emptied.
// Crash or failure between 2 and 3, and a database that is put back from a backup: whatever the
// journal says is erased again, at the start and within seconds of a failure, as an entry with
// outcome "replayed".
//
// Errors are those of openings.proto. No name of an officer and no reason is in an error or event.
#ifndef SLUSS_GATEWAY_OPENINGS_ERASURES_H_
#define SLUSS_GATEWAY_OPENINGS_ERASURES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/base/event_log.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/store.h"
#include "gateway/openings/erasing.h"
#include "proto/openings.pb.h"

namespace sluss {

// How many whole months openings are kept after the one that they are of.
struct KeepMonths {
  uint32_t disclosure = 60;
  uint32_t oversight = 120;
  uint32_t operation = 120;

  uint32_t Of(OpeningClass opening_class) const;
};

// The pointed-to objects outlive it.
struct ErasuresParts {
  Store* store;
  Ledger* ledger;
  ErasingParts erasing;
  EventLog* events;
};

// Thread-safe; methods block for as long as their commit takes.
class Erasures {
 public:
  // Erases again what the journal says, then sees that every month that has openings has its key.
  // FAILED_PRECONDITION where one is gone; the text names the cure.
  static absl::StatusOr<std::unique_ptr<Erasures>> Begin(ErasuresParts parts, KeepMonths keep);

  // `official`: an officer of the exchange, "officer/anna".
  absl::StatusOr<v1::EraseResponse> Erase(absl::string_view official,
                                          const v1::EraseRequest& request);
  absl::StatusOr<v1::HoldResponse> Hold(absl::string_view official, const v1::HoldRequest& request);
  absl::StatusOr<v1::HoldResponse> EndHold(absl::string_view official,
                                           const v1::EndHoldRequest& request);
  absl::StatusOr<v1::OpeningsStanding> List() const;

  // What time does by itself: once a day and the first time what is kept no longer, and soon after
  // an erasure that may not have been completed, that. Called every few seconds, by one thread.
  absl::Status Tick();

  absl::StatusOr<std::string> Metrics() const;

 private:
  Erasures(ErasuresParts parts, KeepMonths keep) : parts_(parts), keep_(keep) {}

  absl::Status Replay();
  absl::Status CheckKeys() const;
  absl::Status RunRetention();
  // Rows of months that were erased.
  absl::Status Sweep();
  absl::Status WipeTraces();

  struct Due {
    std::vector<OpeningMonth> months;   // may be erased by the daily run
    std::vector<OpeningMonth> waiting;  // only by an officer
  };
  absl::StatusOr<Due> FindDue() const;
  absl::Status EraseDue(const OfficersOrder& order, v1::EraseResponse* response);
  absl::StatusOr<Ledger::Receipts> EraseOneMonth(const OpeningMonth& month, Erasing* erasing);
  void MustLookAgain();
  void Tell(const Erasing& erasing, const OpeningMonth* month = nullptr);

  const ErasuresParts parts_;
  const KeepMonths keep_;
  Mutex mutex_;
  // An erasure was begun that the journal may know and the store may not.
  bool unfinished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time next_run_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OPENINGS_ERASURES_H_
