// What a unit of work sees of the transaction that it is part of.
#ifndef SLUSS_GATEWAY_EXCHANGE_RECORDER_H_
#define SLUSS_GATEWAY_EXCHANGE_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/entry.h"
#include "gateway/exchange/leaf.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/opening_sealer.h"
#include "gateway/exchange/pipeline.h"
#include "gateway/exchange/store.h"

namespace sluss {

// Whether the caller of the unit gets the entry's proof with its answer.
enum class Proof { kNotWanted, kWanted };

// How many entries of a kind and verdict; the verdict is empty where nothing was decided.
using EntryTally = std::map<std::pair<v1::RecordKind, std::string>, uint64_t>;

// Lives in the ledger's thread for one transaction. Everything done through it is durable together
// or not at all.
class Recorder {
 public:
  Transaction& store() { return *store_; }
  // Never before that of an earlier transaction, whatever was done to the machine's clock.
  absl::Time now() const { return now_; }
  // When a message that ends now in this state is forgotten.
  absl::Time ForgetAt(v1::MessageState state) const;

  // The entry's place in the log is certain once the transaction commits. INTERNAL when the draft
  // is too large; then nothing was changed.
  absl::StatusOr<Entry> Append(const LeafDraft& draft, Proof proof = Proof::kNotWanted);

  // The last step of the pipeline: the entry of the decision, and what may now be admitted. Its
  // proof is always wanted.
  absl::StatusOr<Recorded> Record(Decided decided);

  // Runs in the ledger's thread once the transaction is known to be durable, before any later unit
  // begins, and also where the unit's own caller had to be told that the outcome is not known. The
  // unit is the last of its transaction, so what comes after it in the log is decided after this.
  void WhenDurable(std::function<void()> act) { when_durable_.push_back(std::move(act)); }

  // Something waits for this agency once the transaction is durable.
  void Wake(const AgencyId& agency) { woken_.insert(agency); }

 private:
  friend class Ledger;
  Recorder(Transaction* store, absl::Time now, Retention retention, std::string gateway,
           uint64_t first_index, uint64_t counter);

  Transaction* const store_;
  const absl::Time now_;
  const Retention retention_;
  const std::string gateway_;
  const uint64_t first_index_;
  uint64_t counter_;
  size_t bytes_ = 0;
  std::vector<LogEntry> entries_;
  std::vector<NewOpening> openings_;  // of those that commit to something
  EntryTally tally_;
  std::vector<uint64_t> wanted_;  // indexes whose proofs the present unit wants
  std::set<AgencyId> woken_;
  std::vector<std::function<void()>> when_durable_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_RECORDER_H_
