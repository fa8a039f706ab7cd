#include "gateway/exchange/ledger.h"

#include <chrono>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/key_change.h"
#include "gateway/tlog/proof_file.h"

namespace sluss {
namespace {

constexpr size_t kMaxBatchEntries = 256;
constexpr size_t kMaxBatchUnits = 256;
constexpr size_t kMaxBatchBytes = 1 << 20;
// How soon what other gateways did is heard of where nothing is to be written.
constexpr std::chrono::milliseconds kLookForOthers(250);
// Entries of others that are read while the store is locked for all.
constexpr uint64_t kMostBehind = 4096;

// A key that never signed beside the one before it is a key that nobody was told of.
absl::Status CheckKeysAreKnown(const std::set<uint32_t>& signers, const LogIdentity& log) {
  if (signers.empty() || signers.count(log.verifier.id()) > 0 ||
      (log.successor && signers.count(log.successor->id()) > 0)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "the log was last signed by another key than `", log.verifier.Label(),
      "`: start with the key that signed it and name the new one in `log_keys.successor_dir`, so "
      "that both sign for a while"));
}

// What the log must say of its keys before it goes on: whether they sign from now on or no more.
std::vector<std::string> KeyChanges(const std::set<uint32_t>& signers, const LogIdentity& log) {
  std::vector<std::string> outcomes;
  std::set<uint32_t> present = {log.verifier.id()};
  if (log.successor) present.insert(log.successor->id());
  if (log.successor && signers.count(log.successor->id()) == 0) {
    outcomes.push_back(AddedOutcome(*log.successor));
  }
  if (!signers.empty() && signers.count(log.verifier.id()) == 0) {
    outcomes.push_back(AddedOutcome(log.verifier));
  }
  for (const uint32_t signer : signers) {
    if (present.count(signer) > 0) continue;
    outcomes.push_back(RetiredOutcome(absl::StrFormat("%s+%08x", log.origin, signer)));
  }
  return outcomes;
}

bool SameHead(const LogHead& a, const LogHead& b) {
  return a.size == b.size && a.counter == b.counter && a.last_event == b.last_event &&
         a.tree == b.tree;
}

LeafDraft PlainLeaf(v1::RecordKind kind, uint64_t count) {
  LeafDraft draft;
  draft.clear.set_kind(kind);
  draft.clear.set_count(count);
  return draft;
}

}  // namespace

// A unit and the thread that waits for it.
struct Ledger::Pending {
  Unit unit;
  size_t bytes = 0;
  std::vector<uint64_t> wanted;  // indexes of the entries whose proofs it wants
  // The rest is guarded by the ledger's mutex.
  bool answered = false;
  absl::StatusOr<Receipts> result = Receipts();
  CondVar wake;
};

// What one transaction would make of the log.
struct Ledger::Batch {
  std::vector<Pending*> units;
  LogAppend append;
  Appender tree;
  std::set<AgencyId> woken;
  std::vector<std::function<void()>> when_durable;
  EntryTally tally;
  bool appended = false;  // the commit may have taken effect
};

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(Store* store, OpeningSealer* openings,
                                                     const Clock* clock, std::string gateway,
                                                     LogIdentity log, Wake wake,
                                                     Retention retention, Hear hear) {
  ASSIGN_OR_RETURN(const LogHead head, store->ReadHead(gateway));
  ASSIGN_OR_RETURN(const std::set<uint32_t> signers, SignersOf(head.checkpoint, log.origin));
  RETURN_IF_ERROR(CheckKeysAreKnown(signers, log));
  ASSIGN_OR_RETURN(LogTail tail, LogTail::Read(*store, gateway, log));
  const std::vector<std::string> key_changes = KeyChanges(signers, log);
  std::unique_ptr<Ledger> ledger(new Ledger(store, openings, clock, std::move(gateway),
                                            std::move(log), std::move(wake), retention,
                                            std::move(hear), std::move(tail)));
  const auto start = [&](Recorder& recorder) -> absl::Status {
    RETURN_IF_ERROR(recorder.Append(PlainLeaf(v1::START, 0)).status());
    for (const std::string& outcome : key_changes) {
      LeafDraft leaf = PlainLeaf(v1::KEY_CHANGE, 0);
      leaf.clear.set_outcome(outcome);
      RETURN_IF_ERROR(recorder.Append(leaf).status());
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(ledger->Run(start).status());
  return ledger;
}

Ledger::Ledger(Store* store, OpeningSealer* openings, const Clock* clock, std::string gateway,
               LogIdentity log, Wake wake, Retention retention, Hear hear, LogTail tail)
    : store_(store),
      openings_(openings),
      clock_(clock, tail.last),
      gateway_(std::move(gateway)),
      log_(std::move(log)),
      wake_(std::move(wake)),
      retention_(retention),
      hear_(std::move(hear)),
      tail_(std::move(tail)),
      thread_([this] { Loop(); }) {}

Ledger::~Ledger() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    work_.NotifyAll();
  }
  thread_.join();
}

absl::StatusOr<Ledger::Receipts> Ledger::Run(Unit unit, size_t bytes) {
  Pending pending;
  pending.unit = std::move(unit);
  pending.bytes = bytes;
  MutexLock lock(&mutex_);
  if (stopping_) return absl::UnavailableError("the gateway is stopping");
  waiting_.push_back(&pending);
  work_.NotifyOne();
  while (!pending.answered) pending.wake.Wait(&mutex_);
  return std::move(pending.result);
}

absl::Status Ledger::health() const {
  MutexLock lock(&mutex_);
  return health_;
}

EntryTally Ledger::tally() const {
  MutexLock lock(&mutex_);
  return tally_;
}

void Ledger::Loop() {
  for (;;) {
    std::deque<Pending*> waiting;
    {
      MutexLock lock(&mutex_);
      bool look = false;
      while (waiting_.empty() && !stopping_ && !look) {
        if (hear_ == nullptr) {
          work_.Wait(&mutex_);
        } else {
          look = !work_.WaitFor(&mutex_, kLookForOthers);
        }
      }
      if (waiting_.empty() && stopping_) return;
      waiting.swap(waiting_);
    }
    if (waiting.empty()) LookForOthers();
    while (!waiting.empty()) CommitBatch(&waiting);
  }
}

// While nothing is written here. A store that cannot be read is the next unit's to tell; a log that
// was changed is told at once.
void Ledger::LookForOthers() {
  if (!stopped_.ok() || in_doubt_ != nullptr) return;
  (void)Follow(*store_, std::numeric_limits<uint64_t>::max());
  if (stopped_.ok()) return;
  MutexLock lock(&mutex_);
  health_ = stopped_;
}

absl::Status Ledger::Follow(const StoreView& view, uint64_t most) {
  if (hear_ == nullptr) return absl::OkStatus();
  std::set<AgencyId> woken;
  const uint64_t size = tail_.head.size;
  const absl::Status followed =
      tail_.Follow(view, gateway_, log_, most, [&](const v1::AuditLeaf& leaf) {
        for (const std::string& agency : {leaf.sender(), leaf.recipient()}) {
          if (!agency.empty()) woken.insert(AgencyId(agency));
        }
        return hear_(leaf, view);
      });
  if (absl::IsDataLoss(followed)) stopped_ = followed;
  RETURN_IF_ERROR(followed);
  if (tail_.head.size == size) return absl::OkStatus();
  openings_->Forget();
  clock_.NotBefore(tail_.last);
  for (const AgencyId& agency : woken) wake_(agency);
  return absl::OkStatus();
}

// Nothing is begun while the outcome of an earlier commit is unknown.
void Ledger::CommitBatch(std::deque<Pending*>* waiting) {
  Batch batch;
  absl::Status status = stopped_;
  if (status.ok() && in_doubt_ != nullptr) status = Resolve();
  if (status.ok()) {
    status = Write(waiting, &batch);
  } else {
    batch.units.assign(waiting->begin(), waiting->end());
    waiting->clear();
  }
  if (!status.ok()) openings_->Forget();
  if (status.ok()) {
    Adopt(batch);
  } else if (batch.appended) {
    in_doubt_ = std::make_unique<Batch>(batch);
    in_doubt_->units.clear();
    if (Resolve().ok() && SameHead(tail_.head, batch.append.head)) status = absl::OkStatus();
    if (!stopped_.ok()) status = stopped_;
  }
  lost_units_ = status.ok() ? 0 : lost_units_ + batch.units.size();
  Answer(batch, status);
}

// In the transaction nobody else appends. Who is far behind catches up before it begins one, since
// all others wait for it.
absl::StatusOr<std::unique_ptr<Transaction>> Ledger::Begin() {
  for (;;) {
    ASSIGN_OR_RETURN(std::unique_ptr<Transaction> transaction, store_->Begin());
    const absl::Status followed = Follow(*transaction, kMostBehind);
    if (followed.ok()) return transaction;
    if (!absl::IsOutOfRange(followed)) return followed;
    transaction.reset();
    RETURN_IF_ERROR(Follow(*store_, std::numeric_limits<uint64_t>::max()));
  }
}

// Of those taken, else of those that came since: who is answered by one batch is back for the next
// while that is made, and shares its sync.
Ledger::Pending* Ledger::Next(std::deque<Pending*>* waiting) {
  if (waiting->empty()) {
    MutexLock lock(&mutex_);
    waiting->swap(waiting_);
  }
  if (waiting->empty()) return nullptr;
  Pending* const next = waiting->front();
  waiting->pop_front();
  return next;
}

absl::Status Ledger::Write(std::deque<Pending*>* waiting, Batch* batch) {
  absl::StatusOr<std::unique_ptr<Transaction>> transaction = Begin();
  if (!transaction.ok()) {
    batch->units.assign(waiting->begin(), waiting->end());
    waiting->clear();
    return transaction.status();
  }
  Recorder recorder(transaction->get(), clock_.Now(), retention_, gateway_, tail_.head.size,
                    tail_.head.counter);
  if (lost_units_ > 0) {
    RETURN_IF_ERROR(recorder.Append(PlainLeaf(v1::GAP, lost_units_)).status());
  }
  size_t bytes = 0;
  while (recorder.when_durable_.empty() && batch->units.size() < kMaxBatchUnits &&
         recorder.entries_.size() < kMaxBatchEntries && bytes + recorder.bytes_ < kMaxBatchBytes) {
    Pending* const pending = Next(waiting);
    if (pending == nullptr) break;
    batch->units.push_back(pending);
    RETURN_IF_ERROR(pending->unit(recorder));
    pending->wanted = std::exchange(recorder.wanted_, {});
    bytes += pending->bytes;
  }
  batch->woken = std::move(recorder.woken_);
  batch->when_durable = std::move(recorder.when_durable_);
  batch->tally = std::move(recorder.tally_);
  Grow(&recorder, batch);
  if (!batch->append.entries.empty()) {
    RETURN_IF_ERROR(Append(transaction->get(), recorder.openings_, batch));
  }
  return (*transaction)->Commit();
}

absl::Status Ledger::Append(Transaction* transaction, const std::vector<NewOpening>& openings,
                            Batch* batch) {
  if (!openings.empty()) {
    ASSIGN_OR_RETURN(const SealedOpenings sealed, openings_->Seal(*transaction, openings));
    RETURN_IF_ERROR(transaction->PutOpenings(sealed));
  }
  batch->appended = true;
  return transaction->AppendLog(gateway_, batch->append);
}

void Ledger::Grow(Recorder* recorder, Batch* batch) const {
  batch->tree = tail_.tree;
  batch->append.first_index = tail_.head.size;
  batch->append.head = tail_.head;
  if (recorder->entries_.empty()) return;
  std::vector<Hash> leaves;
  leaves.reserve(recorder->entries_.size());
  for (const LogEntry& entry : recorder->entries_) leaves.push_back(LeafHash(entry.leaf));
  batch->append.tiles = batch->tree.Append(leaves);
  batch->append.entries = std::move(recorder->entries_);
  LogHead& head = batch->append.head;
  head.size = batch->tree.size();
  head.tree = batch->tree.Save();
  head.checkpoint = log_.sign({log_.origin, head.size, batch->tree.root()});
  head.counter = recorder->counter_;
  head.last_event = batch->append.entries.back().event;
}

// Whether what this gateway appended last is what it wrote to `head`. Others may have gone on from
// there; that they did is found by following them.
bool Ledger::Holds(const LogHead& stored, const LogHead& head) const {
  if (hear_ == nullptr) return SameHead(stored, head);
  return stored.counter == head.counter && stored.last_event == head.last_event &&
         stored.size >= head.size;
}

// Reads whether the commit in doubt took effect. OK: known, either way.
absl::Status Ledger::Resolve() {
  ASSIGN_OR_RETURN(const LogHead stored, store_->ReadHead(gateway_));
  if (Holds(stored, in_doubt_->append.head)) {
    Adopt(*in_doubt_);
  } else if (!Holds(stored, tail_.head)) {
    stopped_ = absl::DataLossError(
        "the log was changed by somebody else or went back to an earlier state: the relay has "
        "stopped; see that one gateway alone uses this store, verify the log, and restart");
    return stopped_;
  }
  in_doubt_.reset();
  return absl::OkStatus();
}

void Ledger::Adopt(const Batch& batch) {
  tail_.head = batch.append.head;
  tail_.tree = batch.tree;
  {
    MutexLock lock(&mutex_);
    for (const auto& [entry, count] : batch.tally) tally_[entry] += count;
  }
  for (const auto& act : batch.when_durable) act();
  for (const AgencyId& agency : batch.woken) wake_(agency);
}

absl::StatusOr<Ledger::Receipts> Ledger::ReceiptsOf(const Batch& batch,
                                                    const Pending& pending) const {
  Receipts receipts;
  for (const uint64_t index : pending.wanted) {
    ASSIGN_OR_RETURN(std::vector<Hash> path, batch.tree.InclusionProofOf(index));
    v1::LogReceipt receipt;
    receipt.set_index(index);
    receipt.set_leaf(batch.append.entries[index - batch.append.first_index].leaf);
    receipt.set_proof(
        FormatProofFile({std::nullopt, index, std::move(path), batch.append.head.checkpoint}));
    receipts.push_back(std::move(receipt));
  }
  return receipts;
}

void Ledger::Answer(const Batch& batch, const absl::Status& status) {
  std::vector<absl::StatusOr<Receipts>> results;
  for (const Pending* pending : batch.units) {
    if (status.ok()) {
      results.push_back(ReceiptsOf(batch, *pending));
    } else {
      results.push_back(absl::UnavailableError(
          absl::StrCat("the log cannot be written, so nothing leaves: ", status.message())));
    }
  }
  MutexLock lock(&mutex_);
  health_ = status;
  for (size_t i = 0; i < batch.units.size(); ++i) {
    batch.units[i]->result = std::move(results[i]);
    batch.units[i]->answered = true;
    batch.units[i]->wake.NotifyOne();
  }
}

}  // namespace sluss
