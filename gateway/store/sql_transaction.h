// The one transaction of a store: the exchange's changes as SQL.
#ifndef SLUSS_GATEWAY_STORE_SQL_TRANSACTION_H_
#define SLUSS_GATEWAY_STORE_SQL_TRANSACTION_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "gateway/exchange/store.h"
#include "gateway/store/reading.h"
#include "gateway/store/sql.h"

namespace sluss {

// Used by one thread. Rolled back unless committed; after an error every further call returns it.
class SqlTransaction final : public Reading<SqlTransaction, Transaction> {
 public:
  // `ended` hears how it ended, after the connection is free again: OK when committed, ABORTED when
  // dropped, else the first error. The connection outlives the transaction.
  using Ended = std::function<void(const absl::Status&)>;
  static absl::StatusOr<std::unique_ptr<Transaction>> Begin(SqlConnection* connection, Ended ended);
  ~SqlTransaction() override;

  absl::Status Admit(const Recorded& recorded) override;
  absl::Status UpdateMessage(const MessageRow& row, const Entry& because) override;
  absl::Status ErasePayload(const MessageId& id) override;
  absl::Status ReplacePayload(const MessageId& id, absl::string_view envelope,
                              const Entry& because) override;
  absl::Status SetPseudonym(const MessageRow& row) override;
  absl::Status SetDeadline(const MessageId& id, absl::Time deadline, const Entry& because) override;
  absl::Status RemoveMessage(const MessageRow& row) override;
  absl::Status EnqueueOutcome(const AgencyId& agency, const DeliveryId& delivery_id,
                              const MessageId& message_id, const v1::Outcome& outcome) override;
  absl::Status EnqueuePseudonym(const AgencyId& agency, const DeliveryId& delivery_id,
                                const MessageId& message_id, const Entry& because) override;
  absl::Status EnqueueRecall(const AgencyId& agency, const DeliveryId& delivery_id,
                             const MessageId& message_id, const Entry& because) override;
  absl::Status MakeReady(const DeliveryId& id) override;
  absl::Status RemoveItem(const DeliveryId& id) override;
  absl::Status PutConsent(const ConsentRow& row, const Entry& because) override;
  absl::Status UpdateConsent(const ConsentRow& row, const Entry& because) override;
  absl::Status AddEnrolments(const AgencyId& agency, absl::CivilDay day, uint64_t count) override;
  absl::Status PutOfficers(const AgencyId& agency, const OfficerRegisterRow& row,
                           const OfficerRows& officers, const Entry& because) override;
  absl::Status PutPolicyVersion(absl::string_view digest, absl::string_view version,
                                const Entry& because) override;
  absl::Status PutProposal(const v1::Proposal& proposal, const Entry& because) override;
  absl::Status PutActivation(const v1::PolicyActivation& activation, const Entry& because) override;
  absl::Status PutOpenings(const SealedOpenings& sealed) override;
  absl::Status EraseOpeningGroup(uint64_t group, const Entry& because) override;
  absl::Status RetireOpenings(const OpeningMonth& month, const Entry& because) override;
  absl::StatusOr<bool> SweepOpenings(size_t groups) override;
  absl::Status PutLegalHold(const v1::LegalHold& hold, const Entry& because) override;
  absl::Status RemoveLegalHold(absl::string_view hold, const Entry& because) override;
  absl::Status ErasePlainOpening(const EventId& event) override;
  absl::Status PutReview(const v1::Review& review, const Entry& because) override;
  absl::Status PutPublished(const PublishedCheckpoint& checkpoint) override;
  absl::Status PutCosignature(const CosignatureRow& cosignature) override;
  absl::Status PutTimestamp(const TimestampRow& timestamp) override;
  absl::Status AppendLog(absl::string_view gateway, const LogAppend& append) override;
  absl::Status Commit() override;

 private:
  friend class Reading<SqlTransaction, Transaction>;

  SqlTransaction(SqlConnection* connection, Ended ended)
      : connection_(connection), ended_(std::move(ended)) {}

  absl::StatusOr<SqlConnection*> Borrow() const;
  // Runs a change and remembers its error.
  absl::Status Change(Query& query);
  // The same for one whose fault can only be the database's, so that it may be told later.
  absl::Status ChangeLater(Query& query);
  // The same, where a row must be there: NOT_FOUND names what was not.
  absl::Status ChangeOne(Query& query, absl::string_view what);
  absl::Status Fail(absl::Status status);
  absl::Status Enqueue(const QueueItem& item);
  absl::Status CheckIsPublished(uint64_t number);
  absl::Status MoveHead(const LogAppend& append);
  absl::Status NoteErasure();

  SqlConnection* const connection_;
  const Ended ended_;
  absl::Status status_;  // the first error
  bool committed_ = false;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_SQL_TRANSACTION_H_
