#include "gateway/exchange/ledger.h"

#include <set>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/key_change.h"
#include "gateway/tlog/merkle.h"
#include "gateway/tlog/proof_file.h"

namespace sluss {
namespace {

constexpr size_t kMaxBatchEntries = 256;
constexpr size_t kMaxBatchBytes = 1 << 20;

absl::Status NotWhole(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the stored log is not whole: ", what,
                   "; restore the newest backup or keep this store for examination, and start with "
                   "a store that `slussctl log verify` accepts"));
}

// Of the log's own keys, those that signed the note.
absl::StatusOr<std::set<uint32_t>> SignersOf(const std::string& checkpoint,
                                             const std::string& origin) {
  std::set<uint32_t> signers;
  if (checkpoint.empty()) return signers;
  ASSIGN_OR_RETURN(const Note note, ParseNote(checkpoint));
  for (const NoteSignature& line : note.signatures) {
    if (line.key_name == origin) signers.insert(line.key_id);
  }
  return signers;
}

absl::StatusOr<Checkpoint> OpenWithEither(const std::string& checkpoint, const LogIdentity& log) {
  absl::StatusOr<Checkpoint> opened = OpenCheckpoint(checkpoint, log.verifier);
  if (opened.ok() || !log.successor) return opened;
  absl::StatusOr<Checkpoint> by_successor = OpenCheckpoint(checkpoint, *log.successor);
  return by_successor.ok() ? by_successor : opened;
}

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

absl::StatusOr<Appender> CheckedTree(const LogHead& head, const LogIdentity& log) {
  if (head.size == 0) {
    if (head.counter != 0) return NotWhole("events are counted but none is there");
    return Appender();
  }
  absl::StatusOr<Appender> tree = Appender::Restore(head.tree);
  if (!tree.ok()) return NotWhole(tree.status().message());
  absl::StatusOr<Checkpoint> checkpoint = OpenWithEither(head.checkpoint, log);
  if (!checkpoint.ok()) return NotWhole(checkpoint.status().message());
  if (checkpoint->size != head.size || tree->size() != head.size ||
      checkpoint->root != tree->root()) {
    return NotWhole("its tree is not the one that its checkpoint signs");
  }
  return tree;
}

// The newest entries, as many as the tree has no full tile of: whoever changes an entry of today is
// found at the next start, whatever it did to the rest of the file.
absl::Status CheckNewestEntries(const Store& store, const Appender& tree) {
  const std::span<const Hash> hashes = tree.PartialTile(0);
  const uint64_t first = tree.size() - hashes.size();
  for (size_t i = 0; i < hashes.size(); ++i) {
    ASSIGN_OR_RETURN(const std::string entry, store.ReadEntry(first + i));
    if (LeafHash(entry) != hashes[i]) {
      return NotWhole(absl::StrCat("entry ", first + i, " is not the one that its tree holds"));
    }
  }
  return absl::OkStatus();
}

// When the newest entry was made: the log's time goes on from there.
absl::StatusOr<absl::Time> TimeOfLast(const Store& store, const LogHead& head) {
  if (head.size == 0) return absl::InfinitePast();
  ASSIGN_OR_RETURN(const std::string entry, store.ReadEntry(head.size - 1));
  v1::AuditLeaf leaf;
  if (entry.empty() || !leaf.ParseFromString(entry.substr(1))) {
    return NotWhole("its last entry cannot be read");
  }
  return absl::FromUnixMicros(leaf.time_us());
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
                                                     Retention retention) {
  ASSIGN_OR_RETURN(LogHead head, store->ReadHead(gateway));
  ASSIGN_OR_RETURN(const std::set<uint32_t> signers, SignersOf(head.checkpoint, log.origin));
  RETURN_IF_ERROR(CheckKeysAreKnown(signers, log));
  ASSIGN_OR_RETURN(Appender tree, CheckedTree(head, log));
  RETURN_IF_ERROR(CheckNewestEntries(*store, tree));
  const std::vector<std::string> key_changes = KeyChanges(signers, log);
  ASSIGN_OR_RETURN(const absl::Time since, TimeOfLast(*store, head));
  std::unique_ptr<Ledger> ledger(new Ledger(store, openings, clock, since, std::move(gateway),
                                            std::move(log), std::move(wake), retention,
                                            std::move(head), std::move(tree)));
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

Ledger::Ledger(Store* store, OpeningSealer* openings, const Clock* clock, absl::Time since,
               std::string gateway, LogIdentity log, Wake wake, Retention retention, LogHead head,
               Appender tree)
    : store_(store),
      openings_(openings),
      clock_(clock, since),
      gateway_(std::move(gateway)),
      log_(std::move(log)),
      wake_(std::move(wake)),
      retention_(retention),
      head_(std::move(head)),
      tree_(std::move(tree)),
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
      while (waiting_.empty() && !stopping_) work_.Wait(&mutex_);
      if (waiting_.empty()) return;
      waiting.swap(waiting_);
    }
    while (!waiting.empty()) CommitBatch(&waiting);
  }
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
    if (Resolve().ok() && SameHead(head_, batch.append.head)) status = absl::OkStatus();
    if (!stopped_.ok()) status = stopped_;
  }
  lost_units_ = status.ok() ? 0 : lost_units_ + batch.units.size();
  Answer(batch, status);
}

absl::Status Ledger::Write(std::deque<Pending*>* waiting, Batch* batch) {
  absl::StatusOr<std::unique_ptr<Transaction>> transaction = store_->Begin();
  if (!transaction.ok()) {
    batch->units.assign(waiting->begin(), waiting->end());
    waiting->clear();
    return transaction.status();
  }
  Recorder recorder(transaction->get(), clock_.Now(), retention_, gateway_, head_.size,
                    head_.counter);
  if (lost_units_ > 0) {
    RETURN_IF_ERROR(recorder.Append(PlainLeaf(v1::GAP, lost_units_)).status());
  }
  size_t bytes = 0;
  while (!waiting->empty() && recorder.when_durable_.empty() &&
         recorder.entries_.size() < kMaxBatchEntries && bytes + recorder.bytes_ < kMaxBatchBytes) {
    Pending* pending = waiting->front();
    waiting->pop_front();
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
  batch->tree = tree_;
  batch->append.first_index = head_.size;
  batch->append.head = head_;
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

// Reads whether the commit in doubt took effect. OK: known, either way.
absl::Status Ledger::Resolve() {
  ASSIGN_OR_RETURN(LogHead stored, store_->ReadHead(gateway_));
  if (SameHead(stored, in_doubt_->append.head)) {
    Adopt(*in_doubt_);
  } else if (!SameHead(stored, head_)) {
    stopped_ = absl::DataLossError(
        "the log was changed by somebody else or went back to an earlier state: the relay has "
        "stopped; see that one gateway alone uses this store, verify the log, and restart");
    return stopped_;
  }
  in_doubt_.reset();
  return absl::OkStatus();
}

void Ledger::Adopt(const Batch& batch) {
  head_ = batch.append.head;
  tree_ = batch.tree;
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
