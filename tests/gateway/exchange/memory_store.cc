#include "tests/gateway/exchange/memory_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss::testing {
namespace {

constexpr char kLog[] = "";
constexpr char kItems[] = "items";
constexpr char kAdmitted[] = "admitted";

template <typename Row, typename Key>
std::optional<Row> Copy(const LayeredTable<Key, Row>& table, const Key& key) {
  const Row* const row = table.Find(key);
  return row == nullptr ? std::nullopt : std::make_optional(*row);
}

}  // namespace

MemoryLayers::MemoryLayers(MemoryBase* base)
    : Of{LayeredTable(&base->messages),  LayeredTable(&base->payloads),
         LayeredTable(&base->admitted),  LayeredTable(&base->wanted),
         LayeredTable(&base->delivered), LayeredTable(&base->citations),
         LayeredTable(&base->items),     LayeredTable(&base->item_ids),
         LayeredTable(&base->consents),  LayeredTable(&base->enrolments),
         LayeredTable(&base->entries),   LayeredTable(&base->tiles),
         LayeredTable(&base->openings),  LayeredTable(&base->heads),
         LayeredTable(&base->numbers)} {}

void MemoryLayers::Apply() {
  messages.Apply();
  payloads.Apply();
  admitted.Apply();
  wanted.Apply();
  delivered.Apply();
  citations.Apply();
  items.Apply();
  item_ids.Apply();
  consents.Apply();
  enrolments.Apply();
  entries.Apply();
  tiles.Apply();
  openings.Apply();
  heads.Apply();
  numbers.Apply();
}

// ---- Reading ------------------------------------------------------------------------------------

template <typename I>
absl::Status MemoryReads<I>::CheckRead() const {
  return faults_->read ? absl::UnavailableError("the disk does not answer") : absl::OkStatus();
}

template <typename I>
absl::StatusOr<std::optional<MessageRow>> MemoryReads<I>::FindMessage(const MessageId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.messages, id);
}

template <typename I>
absl::StatusOr<std::optional<MessageRow>> MemoryReads<I>::FindDelivered(
    const DeliveryId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const MessageId* const message = layers_.delivered.Find(id);
  if (message == nullptr) return std::nullopt;
  return Copy(layers_.messages, *message);
}

template <typename I>
absl::StatusOr<std::string> MemoryReads<I>::ReadPayload(const MessageId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.payloads, id).value_or("");
}

template <typename I>
absl::StatusOr<std::vector<MessageId>> MemoryReads<I>::MessagesCiting(
    const ConsentId& consent, const std::vector<v1::MessageState>& states, const MessageId& after,
    size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<MessageId> ids;
  layers_.citations.Scan({consent, after}, [&](const auto& key, bool) {
    if (key.first != consent || ids.size() == limit) return false;
    const MessageRow* const row = layers_.messages.Find(key.second);
    const bool wanted =
        row != nullptr && std::find(states.begin(), states.end(), row->state) != states.end();
    if (wanted && key.second != after) ids.push_back(key.second);
    return true;
  });
  return ids;
}

template <typename I>
absl::StatusOr<std::vector<MessageId>> MemoryReads<I>::MessagesDue(absl::Time now,
                                                                   size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<std::pair<absl::Time, MessageId>> due;
  layers_.messages.Scan(MessageId(), [&](const MessageId& id, const MessageRow& row) {
    if (row.deadline <= now) due.emplace_back(row.deadline, id);
    return true;
  });
  std::sort(due.begin(), due.end());
  std::vector<MessageId> ids;
  for (const auto& [deadline, id] : due) {
    if (ids.size() < limit) ids.push_back(id);
  }
  return ids;
}

template <typename I>
absl::StatusOr<std::vector<MessageId>> MemoryReads<I>::PseudonymsWanted(absl::Time now,
                                                                        size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<MessageId> ids;
  layers_.wanted.Scan({absl::InfinitePast(), 0}, [&](const auto& key, const MessageId& id) {
    if (key.first > now || ids.size() == limit) return false;
    ids.push_back(id);
    return true;
  });
  return ids;
}

template <typename I>
absl::StatusOr<std::vector<QueueItem>> MemoryReads<I>::ReadyItems(const AgencyId& agency,
                                                                  uint64_t after,
                                                                  size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<QueueItem> items;
  layers_.items.Scan(after + 1, [&](uint64_t, const QueueItem& item) {
    if (items.size() == limit) return false;
    if (item.agency == agency && item.ready) items.push_back(item);
    return true;
  });
  return items;
}

template <typename I>
absl::StatusOr<std::optional<QueueItem>> MemoryReads<I>::FindItem(const DeliveryId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const uint64_t* const sequence = layers_.item_ids.Find(id);
  if (sequence == nullptr) return std::nullopt;
  return Copy(layers_.items, *sequence);
}

template <typename I>
absl::StatusOr<uint64_t> MemoryReads<I>::CountItems(const AgencyId& agency) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  uint64_t count = 0;
  layers_.items.Scan(0, [&](uint64_t, const QueueItem& item) {
    count += item.agency == agency;
    return true;
  });
  return count;
}

template <typename I>
absl::StatusOr<std::optional<ConsentRow>> MemoryReads<I>::FindConsent(const ConsentId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.consents, id);
}

template <typename I>
absl::StatusOr<uint64_t> MemoryReads<I>::EnrolmentsOn(const AgencyId& agency,
                                                      absl::CivilDay day) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.enrolments, {agency, day}).value_or(0);
}

template <typename I>
absl::StatusOr<LogHead> MemoryReads<I>::ReadHead(absl::string_view gateway) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  LogHead head = Copy(layers_.heads, std::string(kLog)).value_or(LogHead());
  const LogHead own = Copy(layers_.heads, std::string(gateway)).value_or(LogHead());
  head.counter = own.counter;
  head.last_event = own.last_event;
  return head;
}

template <typename I>
absl::StatusOr<std::string> MemoryReads<I>::ReadEntry(uint64_t index) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const std::string* const entry = layers_.entries.Find(index);
  if (entry == nullptr) return absl::DataLossError(absl::StrCat("entry ", index, " is missing"));
  return *entry;
}

template <typename I>
absl::StatusOr<std::string> MemoryReads<I>::ReadTile(int tile_level, uint64_t index) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const std::string* const tile = layers_.tiles.Find({tile_level, index});
  if (tile == nullptr) return absl::DataLossError(absl::StrCat("tile ", index, " is missing"));
  return *tile;
}

template <typename I>
absl::StatusOr<std::string> MemoryReads<I>::ReadOpening(const EventId& event) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.openings, event).value_or("");
}

template class MemoryReads<Store>;
template class MemoryReads<Transaction>;

// ---- Writing ------------------------------------------------------------------------------------

class MemoryTransaction : public MemoryReads<Transaction> {
 public:
  explicit MemoryTransaction(MemoryStore* store)
      : MemoryReads(&store->base_, &store->mutex_, &store->faults_), store_(store) {}
  ~MemoryTransaction() override {
    MutexLock lock(mutex_);
    store_->begun_ = false;
  }

  absl::Status Admit(const Recorded& recorded) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    const MessageRow& row = recorded.row();
    if (layers_.messages.Find(row.id) != nullptr) {
      return absl::AlreadyExistsError("a message has this id");
    }
    layers_.admitted.Put(row.id, Next(kAdmitted));
    PutMessage(row);
    for (const v1::CitedConsent& cited : row.details.consent()) {
      layers_.citations.Put({ConsentId(cited.consent_id()), row.id}, true);
    }
    if (row.state == v1::DENIED) return absl::OkStatus();
    layers_.payloads.Put(row.id, recorded.payload());
    layers_.delivered.Put(row.delivery_id, row.id);
    Enqueue({.agency = row.recipient,
             .delivery_id = row.delivery_id,
             .message_id = row.id,
             .ready = recorded.ready()});
    return absl::OkStatus();
  }

  absl::Status UpdateMessage(const MessageRow& row, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    return Change(row.id, [&](MessageRow& stored) {
      stored.state = row.state;
      stored.deadline = row.deadline;
      stored.pseudonym = row.pseudonym;
      stored.pseudonym_due = row.pseudonym_due;
      stored.details = row.details;
    });
  }

  absl::Status ErasePayload(const MessageId& id) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    layers_.payloads.Erase(id);
    return absl::OkStatus();
  }

  absl::Status SetPseudonym(const MessageRow& row) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    return Change(row.id, [&](MessageRow& stored) {
      stored.pseudonym = row.pseudonym;
      stored.pseudonym_due = row.pseudonym_due;
      stored.details = row.details;
    });
  }

  absl::Status SetDeadline(const MessageId& id, absl::Time deadline) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    return Change(id, [&](MessageRow& stored) { stored.deadline = deadline; });
  }

  absl::Status EnqueueOutcome(const AgencyId& agency, const DeliveryId& delivery_id,
                              const MessageId& message_id, const v1::Outcome& outcome) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    Enqueue({.agency = agency,
             .delivery_id = delivery_id,
             .message_id = message_id,
             .kind = ItemKind::kOutcome,
             .outcome = outcome});
    return absl::OkStatus();
  }

  absl::Status EnqueuePseudonym(const AgencyId& agency, const DeliveryId& delivery_id,
                                const MessageId& message_id, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    Enqueue({.agency = agency,
             .delivery_id = delivery_id,
             .message_id = message_id,
             .kind = ItemKind::kPseudonym});
    return absl::OkStatus();
  }

  absl::Status MakeReady(const DeliveryId& id) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    const uint64_t* const sequence = layers_.item_ids.Find(id);
    if (sequence == nullptr) return absl::NotFoundError("no such item");
    QueueItem item = *layers_.items.Find(*sequence);
    item.ready = true;
    layers_.items.Put(item.sequence, item);
    return absl::OkStatus();
  }

  absl::Status RemoveItem(const DeliveryId& id) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    const uint64_t* const sequence = layers_.item_ids.Find(id);
    if (sequence == nullptr) return absl::OkStatus();
    layers_.items.Erase(*sequence);
    layers_.item_ids.Erase(id);
    return absl::OkStatus();
  }

  absl::Status PutConsent(const ConsentRow& row, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    if (layers_.consents.Find(row.id) != nullptr) {
      return absl::AlreadyExistsError("a consent has this id");
    }
    layers_.consents.Put(row.id, row);
    return absl::OkStatus();
  }

  absl::Status WithdrawConsent(const ConsentId& id, absl::Time when,
                               const Entry& because) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    std::optional<ConsentRow> row = Copy(layers_.consents, id);
    if (!row.has_value()) return absl::NotFoundError("no such consent");
    row->withdrawn = when;
    row->withdrawn_event = because.event();
    row->withdrawn_index = because.index();
    layers_.consents.Put(id, *std::move(row));
    return absl::OkStatus();
  }

  absl::Status AddEnrolments(const AgencyId& agency, absl::CivilDay day, uint64_t count) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    const std::pair<AgencyId, absl::CivilDay> key{agency, day};
    layers_.enrolments.Put(key, Copy(layers_.enrolments, key).value_or(0) + count);
    return absl::OkStatus();
  }

  absl::Status EraseOpening(const EventId& event) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    layers_.openings.Erase(event);
    return absl::OkStatus();
  }

  absl::Status AppendLog(absl::string_view gateway, const LogAppend& append) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    if (Copy(layers_.heads, std::string(kLog)).value_or(LogHead()).size != append.first_index) {
      return absl::AbortedError("the log has another size");
    }
    uint64_t index = append.first_index;
    for (const LogEntry& entry : append.entries) {
      layers_.entries.Put(index++, entry.leaf);
      if (!entry.opening.empty()) layers_.openings.Put(entry.event, entry.opening);
    }
    for (const FullTile& tile : append.tiles) {
      layers_.tiles.Put({tile.tile_level, tile.index}, tile.hashes);
    }
    layers_.heads.Put(kLog, append.head);
    layers_.heads.Put(std::string(gateway), append.head);
    return absl::OkStatus();
  }

  absl::Status Commit() override {
    MutexLock lock(mutex_);
    if (faults_->commit == CommitFault::kFailed) return absl::UnavailableError("the disk is full");
    layers_.Apply();
    if (faults_->commit == CommitFault::kNone) return absl::OkStatus();
    return absl::UnavailableError("the connection was lost");
  }

 private:
  absl::Status CheckWrite() const {
    return faults_->write ? absl::UnavailableError("the disk is full") : absl::OkStatus();
  }

  uint64_t Next(const char* name) {
    const uint64_t number = Copy(layers_.numbers, std::string(name)).value_or(0) + 1;
    layers_.numbers.Put(name, number);
    return number;
  }

  void Enqueue(QueueItem item) {
    item.sequence = Next(kItems);
    layers_.item_ids.Put(item.delivery_id, item.sequence);
    layers_.items.Put(item.sequence, std::move(item));
  }

  // With its place among those that want a pseudonym.
  void PutMessage(const MessageRow& row) {
    const uint64_t admitted = *layers_.admitted.Find(row.id);
    if (const MessageRow* const old = layers_.messages.Find(row.id); old != nullptr) {
      layers_.wanted.Erase({old->pseudonym_due, admitted});
    }
    if (row.pseudonym == PseudonymState::kWanted) {
      layers_.wanted.Put({row.pseudonym_due, admitted}, row.id);
    }
    layers_.messages.Put(row.id, row);
  }

  template <typename Edit>
  absl::Status Change(const MessageId& id, Edit edit) {
    std::optional<MessageRow> row = Copy(layers_.messages, id);
    if (!row.has_value()) return absl::NotFoundError("no such message");
    edit(*row);
    PutMessage(*row);
    return absl::OkStatus();
  }

  MemoryStore* const store_;
};

absl::StatusOr<std::unique_ptr<Transaction>> MemoryStore::Begin() {
  {
    MutexLock lock(&mutex_);
    if (faults_.begin) return absl::UnavailableError("the database is locked");
    if (begun_) return absl::FailedPreconditionError("a transaction is open");
    begun_ = true;
  }
  return std::make_unique<MemoryTransaction>(this);
}

void MemoryStore::SetFaults(StoreFaults faults) {
  MutexLock lock(&mutex_);
  faults_ = faults;
}

void MemoryStore::MoveHead() {
  MutexLock lock(&mutex_);
  ++base_.heads[kLog].size;
}

std::string MemoryStore::Dump() const {
  MutexLock lock(&mutex_);
  std::string bytes;
  for (const auto& [id, row] : base_.messages) bytes += row.details.SerializeAsString();
  for (const auto& [id, payload] : base_.payloads) bytes += payload;
  for (const auto& [id, row] : base_.consents) bytes += row.record;
  for (const auto& [id, item] : base_.items) bytes += item.outcome.SerializeAsString();
  for (const auto& [id, entry] : base_.entries) bytes += entry;
  for (const auto& [id, opening] : base_.openings) bytes += opening;
  return bytes;
}

}  // namespace sluss::testing
