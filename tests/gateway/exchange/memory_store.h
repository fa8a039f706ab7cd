// A Store in memory that can fail: what the exchange's tests and its benchmark run on.
#ifndef SLUSS_TESTS_GATEWAY_EXCHANGE_MEMORY_STORE_H_
#define SLUSS_TESTS_GATEWAY_EXCHANGE_MEMORY_STORE_H_

#include <memory>
#include <string>
#include <utility>

#include "gateway/base/mutex.h"
#include "gateway/exchange/store.h"
#include "tests/gateway/exchange/layered_table.h"

namespace sluss::testing {

// What happens to a commit: it fails, or it takes effect and its answer is lost.
enum class CommitFault { kNone, kFailed, kFailedButPersisted };

// Which calls fail while set.
struct StoreFaults {
  CommitFault commit = CommitFault::kNone;
  bool wipe = false;
  bool begin = false;
  bool write = false;
  bool read = false;
};

struct MemoryTables {
  template <template <typename, typename> class T>
  struct Of {
    T<MessageId, MessageRow> messages;
    T<MessageId, std::string> payloads;
    T<MessageId, uint64_t> admitted;  // in which order
    T<std::pair<absl::Time, uint64_t>, MessageId> wanted;
    T<DeliveryId, MessageId> delivered;
    T<std::pair<ConsentId, MessageId>, bool> citations;
    T<uint64_t, QueueItem> items;
    T<DeliveryId, uint64_t> item_ids;
    T<ConsentId, ConsentRow> consents;
    T<std::pair<AgencyId, absl::CivilDay>, uint64_t> enrolments;
    T<AgencyId, std::pair<OfficerRegisterRow, OfficerRows>> officers;
    T<uint64_t, MessageId> in_order;  // of admission
    T<std::string, std::string> policy_versions;
    T<uint64_t, v1::Proposal> proposals;
    T<uint64_t, v1::PolicyActivation> activations;
    T<uint64_t, std::string> entries;
    T<std::pair<int, uint64_t>, std::string> tiles;
    T<uint64_t, OpeningRow> openings;
    T<uint64_t, OpeningGroupRow> opening_groups;
    T<std::string, v1::LegalHold> holds;
    T<EventId, std::string> plain_openings;
    T<std::string, LogHead> heads;     // by gateway; "" is the log's own
    T<std::string, uint64_t> numbers;  // the last one given
    T<uint64_t, PublishedCheckpoint> published;
    T<std::pair<uint64_t, std::string>, CosignatureRow> cosignatures;
    T<uint64_t, TimestampRow> timestamps;
    T<uint64_t, v1::Review> reviews;
  };
};
using MemoryBase = MemoryTables::Of<Table>;

class MemoryLayers : public MemoryTables::Of<LayeredTable> {
 public:
  explicit MemoryLayers(MemoryBase* base);
  void Apply();
};

// The reading half, the same for the store and for a transaction.
template <typename Interface>
class MemoryReads : public Interface {
 public:
  absl::StatusOr<std::optional<MessageRow>> FindMessage(const MessageId& id) const override;
  absl::StatusOr<std::optional<MessageRow>> FindDelivered(const DeliveryId& id) const override;
  absl::StatusOr<std::string> ReadPayload(const MessageId& id) const override;
  absl::StatusOr<std::vector<MessageId>> MessagesCiting(const ConsentId& consent,
                                                        const std::vector<v1::MessageState>& states,
                                                        const MessageId& after,
                                                        size_t limit) const override;
  absl::StatusOr<std::vector<MessageId>> MessagesDue(absl::Time now, size_t limit) const override;
  absl::StatusOr<std::vector<MessageId>> PseudonymsWanted(absl::Time now,
                                                          size_t limit) const override;
  absl::StatusOr<std::vector<AdmittedMessage>> MessagesAdmitted(uint64_t after,
                                                                size_t limit) const override;
  absl::StatusOr<std::vector<QueueItem>> ReadyItems(const AgencyId& agency, uint64_t after,
                                                    size_t limit) const override;
  absl::StatusOr<std::optional<QueueItem>> FindItem(const DeliveryId& id) const override;
  absl::StatusOr<uint64_t> CountItems(const AgencyId& agency) const override;
  absl::StatusOr<QueueSummary> SummariseQueue() const override;
  absl::StatusOr<std::optional<ConsentRow>> FindConsent(const ConsentId& id) const override;
  absl::StatusOr<uint64_t> EnrolmentsOn(const AgencyId& agency, absl::CivilDay day) const override;
  absl::StatusOr<std::optional<OfficerRegisterRow>> FindOfficerRegister(
      const AgencyId& agency) const override;
  absl::StatusOr<std::optional<v1::OfficerCertificate>> FindOfficer(
      const AgencyId& agency, absl::string_view officer) const override;
  absl::StatusOr<std::string> ReadPolicyVersion(absl::string_view digest) const override;
  absl::StatusOr<std::optional<v1::Proposal>> FindProposal(uint64_t number) const override;
  absl::StatusOr<std::vector<v1::Proposal>> Proposals(uint64_t before, size_t limit) const override;
  absl::StatusOr<std::vector<v1::Proposal>> OpenProposals() const override;
  absl::StatusOr<std::vector<v1::PolicyActivation>> Activations(uint64_t before,
                                                                size_t limit) const override;
  absl::StatusOr<LogHead> ReadHead(absl::string_view gateway) const override;
  absl::StatusOr<std::string> ReadEntry(uint64_t index) const override;
  absl::StatusOr<std::vector<std::string>> ReadEntries(uint64_t first, size_t limit) const override;
  absl::StatusOr<std::string> ReadTile(int tile_level, uint64_t index) const override;
  absl::StatusOr<std::optional<KeptOpening>> ReadOpening(uint64_t index) const override;
  absl::StatusOr<std::vector<OpeningRow>> OpeningsOf(uint64_t group) const override;
  absl::StatusOr<std::optional<OpeningGroupRow>> LastOpeningGroup(
      const OpeningMonth& month) const override;
  absl::StatusOr<uint64_t> HighestOpeningGroup() const override;
  absl::StatusOr<std::vector<OpeningMonthRow>> OpeningMonths() const override;
  absl::StatusOr<std::optional<uint64_t>> FirstOpening(const OpeningMonth& month) const override;
  absl::StatusOr<std::vector<v1::LegalHold>> LegalHolds() const override;
  absl::StatusOr<std::string> ReadPlainOpening(const EventId& event) const override;
  absl::StatusOr<bool> HasPlainOpenings() const override;
  absl::StatusOr<std::optional<PublishedCheckpoint>> LastPublished() const override;
  absl::StatusOr<std::optional<PublishedCheckpoint>> FindPublished(uint64_t number) const override;
  absl::StatusOr<std::vector<CosignatureRow>> CosignaturesOf(uint64_t number) const override;
  absl::StatusOr<std::optional<CosignatureRow>> LastCosignature(
      absl::string_view witness) const override;
  absl::StatusOr<std::optional<v1::Review>> FindReview(uint64_t number) const override;
  absl::StatusOr<std::vector<v1::Review>> Reviews(uint64_t before, size_t limit) const override;
  absl::StatusOr<std::optional<TimestampRow>> LastTimestamp() const override;
  absl::StatusOr<std::optional<TimestampRow>> FindTimestamp(uint64_t number) const override;

 protected:
  MemoryReads(MemoryBase* base, Mutex* mutex, const StoreFaults* faults)
      : mutex_(mutex), faults_(faults), layers_(base) {}

  absl::Status CheckRead() const;

  Mutex* const mutex_;  // guards the base and the faults
  const StoreFaults* const faults_;
  MemoryLayers layers_;
};

class MemoryStore : public MemoryReads<Store> {
 public:
  MemoryStore() : MemoryReads(&base_, &mutex_, &faults_) {}

  void SetFaults(StoreFaults faults);
  // As one that several gateways write to: Begin waits for its turn.
  void Share();
  // The log as somebody else left it: one entry further.
  void MoveHead();
  void ChangeEntry(uint64_t index);
  // As a version of the program before 6 left it.
  void PutPlainOpening(const EventId& event, const std::string& opening);
  void EraseSealedOpenings();
  // All that is committed, as a backup of a database has it.
  MemoryBase Backup() const;
  void RestoreBackup(MemoryBase backup);
  // All bytes, as a scan of a database would see them.
  std::string Dump() const;

  absl::StatusOr<std::unique_ptr<Transaction>> Begin() override;
  absl::Status WipeTraces() override;

 private:
  friend class MemoryTransaction;

  mutable Mutex mutex_;
  MemoryBase base_;
  StoreFaults faults_;
  bool begun_ = false;
  bool shared_ = false;
  CondVar ended_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_EXCHANGE_MEMORY_STORE_H_
