#include <memory>

#include "gateway/base/status_macros.h"
#include "tests/gateway/exchange/memory_store.h"

namespace sluss::testing {
namespace {

constexpr char kLog[] = "";
constexpr char kItems[] = "items";
constexpr char kAdmitted[] = "admitted";

}  // namespace

class MemoryTransaction : public MemoryReads<Transaction> {
 public:
  explicit MemoryTransaction(MemoryStore* store)
      : MemoryReads(&store->base_, &store->mutex_, &store->faults_), store_(store) {}
  ~MemoryTransaction() override {
    MutexLock lock(mutex_);
    store_->begun_ = false;
    store_->ended_.NotifyOne();
  }

  absl::Status Admit(const Recorded& recorded) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    const MessageRow& row = recorded.row();
    if (layers_.messages.Find(row.id) != nullptr) {
      return absl::AlreadyExistsError("a message has this id");
    }
    layers_.admitted.Put(row.id, Next(kAdmitted));
    layers_.in_order.Put(*layers_.admitted.Find(row.id), row.id);
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

  absl::Status ReplacePayload(const MessageId& id, absl::string_view envelope,
                              const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    if (layers_.payloads.Find(id) == nullptr) return absl::NotFoundError("no such payload");
    layers_.payloads.Put(id, std::string(envelope));
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

  absl::Status SetDeadline(const MessageId& id, absl::Time deadline,
                           const Entry& because) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    return Change(id, [&](MessageRow& stored) { stored.deadline = deadline; });
  }

  absl::Status RemoveMessage(const MessageRow& row) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    const uint64_t* const admitted = layers_.admitted.Find(row.id);
    if (admitted == nullptr) return absl::OkStatus();
    for (const v1::CitedConsent& cited : row.details.consent()) {
      layers_.citations.Erase({ConsentId(cited.consent_id()), row.id});
    }
    layers_.wanted.Erase({row.pseudonym_due, *admitted});
    layers_.in_order.Erase(*admitted);
    layers_.delivered.Erase(row.delivery_id);
    layers_.payloads.Erase(row.id);
    layers_.messages.Erase(row.id);
    layers_.admitted.Erase(row.id);
    return absl::OkStatus();
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

  absl::Status EnqueueRecall(const AgencyId& agency, const DeliveryId& delivery_id,
                             const MessageId& message_id, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    Enqueue({.agency = agency,
             .delivery_id = delivery_id,
             .message_id = message_id,
             .kind = ItemKind::kRecall});
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

  absl::Status UpdateConsent(const ConsentRow& row, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    std::optional<ConsentRow> stored = Copy(layers_.consents, row.id);
    if (!stored.has_value()) return absl::NotFoundError("no such consent");
    stored->withdrawn = row.withdrawn;
    stored->withdrawn_event = row.withdrawn_event;
    stored->withdrawn_index = row.withdrawn_index;
    stored->standing = row.standing;
    layers_.consents.Put(row.id, *std::move(stored));
    return absl::OkStatus();
  }

  absl::Status AddEnrolments(const AgencyId& agency, absl::CivilDay day, uint64_t count) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    const std::pair<AgencyId, absl::CivilDay> key{agency, day};
    layers_.enrolments.Put(key, Copy(layers_.enrolments, key).value_or(0) + count);
    return absl::OkStatus();
  }

  absl::Status PutOfficers(const AgencyId& agency, const OfficerRegisterRow& row,
                           const OfficerRows& officers, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    layers_.officers.Put(agency, {row, officers});
    return absl::OkStatus();
  }

  absl::Status PutPolicyVersion(absl::string_view digest, absl::string_view version,
                                const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    const std::string key(digest);
    if (layers_.policy_versions.Find(key) == nullptr) {
      layers_.policy_versions.Put(key, std::string(version));
    }
    return absl::OkStatus();
  }

  absl::Status PutReview(const v1::Review& review, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    layers_.reviews.Put(review.number(), review);
    return absl::OkStatus();
  }

  absl::Status PutProposal(const v1::Proposal& proposal, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    layers_.proposals.Put(proposal.number(), proposal);
    return absl::OkStatus();
  }

  absl::Status PutActivation(const v1::PolicyActivation& activation, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    layers_.activations.Put(activation.number(), activation);
    return absl::OkStatus();
  }

  absl::Status PutOpenings(const SealedOpenings& sealed) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    for (OpeningGroupRow group : sealed.groups) {
      const OpeningGroupRow* const known = layers_.opening_groups.Find(group.number);
      if (known != nullptr) group.wrapped_key = known->wrapped_key;
      layers_.opening_groups.Put(group.number, group);
    }
    for (const OpeningRow& row : sealed.openings) layers_.openings.Put(row.index, row);
    return absl::OkStatus();
  }

  absl::Status EraseOpeningGroup(uint64_t group, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    EraseGroup(group);
    return absl::OkStatus();
  }

  absl::Status RetireOpenings(const OpeningMonth& month, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    std::vector<OpeningGroupRow> groups;
    layers_.opening_groups.Scan(0, [&](uint64_t, const OpeningGroupRow& group) {
      if (group.month == month) groups.push_back(group);
      return true;
    });
    for (OpeningGroupRow& group : groups) {
      group.wrapped_key.clear();
      layers_.opening_groups.Put(group.number, group);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> SweepOpenings(size_t groups) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    std::vector<uint64_t> retired;
    layers_.opening_groups.Scan(0, [&](uint64_t number, const OpeningGroupRow& group) {
      if (group.wrapped_key.empty()) retired.push_back(number);
      return true;
    });
    for (size_t i = 0; i < retired.size() && i < groups; ++i) EraseGroup(retired[i]);
    return retired.size() > groups;
  }

  absl::Status PutLegalHold(const v1::LegalHold& hold, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    if (layers_.holds.Find(hold.hold()) != nullptr) {
      return absl::AlreadyExistsError("a legal hold has this id");
    }
    layers_.holds.Put(hold.hold(), hold);
    return absl::OkStatus();
  }

  absl::Status RemoveLegalHold(absl::string_view hold, const Entry&) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    if (layers_.holds.Find(std::string(hold)) == nullptr) {
      return absl::NotFoundError("there is no such legal hold");
    }
    layers_.holds.Erase(std::string(hold));
    return absl::OkStatus();
  }

  absl::Status ErasePlainOpening(const EventId& event) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    std::vector<EventId> erased = {event};
    if (event.empty()) {
      layers_.plain_openings.Scan(EventId(), [&](const EventId& id, const std::string&) {
        erased.push_back(id);
        return true;
      });
    }
    for (const EventId& one : erased) layers_.plain_openings.Erase(one);
    return absl::OkStatus();
  }

  absl::Status PutPublished(const PublishedCheckpoint& checkpoint) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    const PublishedCheckpoint* const before =
        checkpoint.number == 0 ? nullptr : layers_.published.Find(checkpoint.number - 1);
    if (layers_.published.Find(checkpoint.number) != nullptr ||
        (checkpoint.number > 0 && (before == nullptr || before->size >= checkpoint.size))) {
      return absl::AbortedError("the checkpoint does not follow the last one");
    }
    layers_.published.Put(checkpoint.number, checkpoint);
    return absl::OkStatus();
  }
  absl::Status PutCosignature(const CosignatureRow& cosignature) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    RETURN_IF_ERROR(CheckPublished(cosignature.number));
    layers_.cosignatures.Put({cosignature.number, cosignature.witness}, cosignature);
    return absl::OkStatus();
  }
  absl::Status PutTimestamp(const TimestampRow& timestamp) override {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckWrite());
    RETURN_IF_ERROR(CheckPublished(timestamp.checkpoint));
    if (layers_.timestamps.Find(timestamp.number) != nullptr ||
        (timestamp.number > 0 && layers_.timestamps.Find(timestamp.number - 1) == nullptr)) {
      return absl::AbortedError("the timestamp does not follow the last one");
    }
    layers_.timestamps.Put(timestamp.number, timestamp);
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

  void EraseGroup(uint64_t group) {
    std::vector<uint64_t> indexes;
    layers_.openings.Scan(0, [&](uint64_t index, const OpeningRow& row) {
      if (row.group == group) indexes.push_back(index);
      return true;
    });
    for (const uint64_t index : indexes) layers_.openings.Erase(index);
    layers_.opening_groups.Erase(group);
  }

  absl::Status CheckPublished(uint64_t number) const {
    return layers_.published.Find(number) != nullptr
               ? absl::OkStatus()
               : absl::NotFoundError("there is no such checkpoint");
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
    while (begun_ && shared_) ended_.Wait(&mutex_);
    if (begun_) return absl::FailedPreconditionError("a transaction is open");
    begun_ = true;
  }
  return std::make_unique<MemoryTransaction>(this);
}

}  // namespace sluss::testing
