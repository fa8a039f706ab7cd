// What the exchange needs stored: the seam that every store implements.
//
// One transaction holds everything that belongs together: log entries, tiles and head, messages,
// consents and what waits for whom. It is durable when Commit returns OK, and nothing of it is
// visible to anyone else before. The contract is tests/gateway/exchange/store_contract.h.
//
// Errors: UNAVAILABLE where trying again may help (full disk, lock, lost connection), DATA_LOSS
// where stored bytes are not what was written, INTERNAL otherwise. A row that is not there is an
// empty optional or list, never an error. Texts name no personal data.
#ifndef SLUSS_GATEWAY_EXCHANGE_STORE_H_
#define SLUSS_GATEWAY_EXCHANGE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/entry.h"
#include "gateway/exchange/pipeline.h"
#include "gateway/exchange/rows.h"

namespace sluss {

// Reading. Of a Store: what is committed, each call a snapshot of its own. Of a Transaction: its
// own writes too.
class StoreView {
 public:
  virtual ~StoreView() = default;

  virtual absl::StatusOr<std::optional<MessageRow>> FindMessage(const MessageId& id) const = 0;
  // The message whose notification has this delivery id; also after it is acknowledged.
  virtual absl::StatusOr<std::optional<MessageRow>> FindDelivered(const DeliveryId& id) const = 0;
  // Serialised v1::Envelope; empty where it is erased or there is none.
  virtual absl::StatusOr<std::string> ReadPayload(const MessageId& id) const = 0;
  // Ids of the messages in one of these states that cite the consent, in the order of their ids,
  // after `after` (an empty id: from the first).
  virtual absl::StatusOr<std::vector<MessageId>> MessagesCiting(
      const ConsentId& consent, const std::vector<v1::MessageState>& states, const MessageId& after,
      size_t limit) const = 0;
  // Ids of the messages with deadline <= now, earliest first; ended ones too.
  virtual absl::StatusOr<std::vector<MessageId>> MessagesDue(absl::Time now,
                                                             size_t limit) const = 0;
  // Ids of the messages with PseudonymState::kWanted and pseudonym_due <= now, earliest due first,
  // and within the same due time in the order in which they were admitted.
  virtual absl::StatusOr<std::vector<MessageId>> PseudonymsWanted(absl::Time now,
                                                                  size_t limit) const = 0;

  // Messages in the order of their admission, denied ones too, with place > after.
  virtual absl::StatusOr<std::vector<AdmittedMessage>> MessagesAdmitted(uint64_t after,
                                                                        size_t limit) const = 0;

  // Items of the agency that are ready, with sequence > after, in order.
  virtual absl::StatusOr<std::vector<QueueItem>> ReadyItems(const AgencyId& agency, uint64_t after,
                                                            size_t limit) const = 0;
  virtual absl::StatusOr<std::optional<QueueItem>> FindItem(const DeliveryId& id) const = 0;
  // All items of the agency, ready or not.
  virtual absl::StatusOr<uint64_t> CountItems(const AgencyId& agency) const = 0;
  // Of all agencies, without regard to whether they are ready.
  virtual absl::StatusOr<QueueSummary> SummariseQueue() const = 0;

  virtual absl::StatusOr<std::optional<ConsentRow>> FindConsent(const ConsentId& id) const = 0;
  virtual absl::StatusOr<uint64_t> EnrolmentsOn(const AgencyId& agency,
                                                absl::CivilDay day) const = 0;

  virtual absl::StatusOr<std::optional<OfficerRegisterRow>> FindOfficerRegister(
      const AgencyId& agency) const = 0;
  // Of the agency's register in force; empty where it does not name the officer.
  virtual absl::StatusOr<std::optional<v1::OfficerCertificate>> FindOfficer(
      const AgencyId& agency, absl::string_view officer) const = 0;

  // ---- Policies
  // Serialised v1::StoredPolicyVersion; empty where no such version was stored.
  virtual absl::StatusOr<std::string> ReadPolicyVersion(absl::string_view digest) const = 0;
  virtual absl::StatusOr<std::optional<v1::Proposal>> FindProposal(uint64_t number) const = 0;
  // Newest first, with number < before.
  virtual absl::StatusOr<std::vector<v1::Proposal>> Proposals(uint64_t before,
                                                              size_t limit) const = 0;
  // All that are proposed, approved or scheduled, oldest first.
  virtual absl::StatusOr<std::vector<v1::Proposal>> OpenProposals() const = 0;
  // Newest first, with number < before: the first of all is the version in force.
  virtual absl::StatusOr<std::vector<v1::PolicyActivation>> Activations(uint64_t before,
                                                                        size_t limit) const = 0;

  // ---- The log
  // `gateway` is the one whose counter is asked for; a LogHead of size 0 before the first append.
  // Of a Store whose last commit was not answered: what became of that, once it is certain;
  // UNAVAILABLE before.
  virtual absl::StatusOr<LogHead> ReadHead(absl::string_view gateway) const = 0;
  // DATA_LOSS where index is below the head's size and the entry is not there.
  virtual absl::StatusOr<std::string> ReadEntry(uint64_t index) const = 0;
  // Those from index `first` on, in their order, at most `limit`; fewer only where the log ends.
  // DATA_LOSS as above where one is not there and a later one is.
  virtual absl::StatusOr<std::vector<std::string>> ReadEntries(uint64_t first,
                                                               size_t limit) const = 0;
  // The 8192 bytes of a full tile. DATA_LOSS as above.
  virtual absl::StatusOr<std::string> ReadTile(int tile_level, uint64_t index) const = 0;
  // ---- What of the log others were shown
  virtual absl::StatusOr<std::optional<PublishedCheckpoint>> LastPublished() const = 0;
  virtual absl::StatusOr<std::optional<PublishedCheckpoint>> FindPublished(
      uint64_t number) const = 0;
  // Of one published checkpoint, in the order of the witnesses' labels.
  virtual absl::StatusOr<std::vector<CosignatureRow>> CosignaturesOf(uint64_t number) const = 0;
  // The one on the highest number.
  virtual absl::StatusOr<std::optional<CosignatureRow>> LastCosignature(
      absl::string_view witness) const = 0;
  virtual absl::StatusOr<std::optional<TimestampRow>> LastTimestamp() const = 0;
  virtual absl::StatusOr<std::optional<TimestampRow>> FindTimestamp(uint64_t number) const = 0;

  // ---- Reviews of the log
  virtual absl::StatusOr<std::optional<v1::Review>> FindReview(uint64_t number) const = 0;
  // Newest first, with number < before.
  virtual absl::StatusOr<std::vector<v1::Review>> Reviews(uint64_t before, size_t limit) const = 0;

  // ---- What opens the log's entries
  // Of the entry at `index`; empty where it was erased or nothing was committed.
  virtual absl::StatusOr<std::optional<KeptOpening>> ReadOpening(uint64_t index) const = 0;
  // Of one group, in the order of their indexes.
  virtual absl::StatusOr<std::vector<OpeningRow>> OpeningsOf(uint64_t group) const = 0;
  // The group of this class and month with the highest number.
  virtual absl::StatusOr<std::optional<OpeningGroupRow>> LastOpeningGroup(
      const OpeningMonth& month) const = 0;
  // The highest number of any group; 0 where there is none.
  virtual absl::StatusOr<uint64_t> HighestOpeningGroup() const = 0;
  // Every class and month that has groups, in their order.
  virtual absl::StatusOr<std::vector<OpeningMonthRow>> OpeningMonths() const = 0;
  // The lowest index of an opening of this class and month.
  virtual absl::StatusOr<std::optional<uint64_t>> FirstOpening(const OpeningMonth& month) const = 0;
  // Those that stand, oldest first.
  virtual absl::StatusOr<std::vector<v1::LegalHold>> LegalHolds() const = 0;
  // What a version of the program before 6 left: v1::AuditOpening of an event, unsealed.
  virtual absl::StatusOr<std::string> ReadPlainOpening(const EventId& event) const = 0;
  virtual absl::StatusOr<bool> HasPlainOpenings() const = 0;
};

// The one transaction in which a group of changes is made. Used by one thread. Dies without effect
// unless Commit was called. After any error it can only be dropped.
class Transaction : public StoreView {
 public:
  // A decided and recorded notification: message row, payload, citations of consents and, unless
  // denied, its item in the recipient's queue. ALREADY_EXISTS when the id is taken.
  virtual absl::Status Admit(const Recorded& recorded) = 0;
  // Replaces state, deadline, pseudonym state and details; keys and delivery id stay.
  // NOT_FOUND when there is no such message.
  virtual absl::Status UpdateMessage(const MessageRow& row, const Entry& because) = 0;
  virtual absl::Status ErasePayload(const MessageId& id) = 0;
  // What is left of it. NOT_FOUND when the message has none.
  virtual absl::Status ReplacePayload(const MessageId& id, absl::string_view envelope,
                                      const Entry& because) = 0;
  // The hops of a message that nobody has yet: no entry, since nothing leaves by it. Replaces
  // pseudonym, pseudonym_due and details.
  virtual absl::Status SetPseudonym(const MessageRow& row) = 0;
  // A sender was told to phone: replaces the deadline only.
  virtual absl::Status SetDeadline(const MessageId& id, absl::Time deadline,
                                   const Entry& because) = 0;

  // A message that has ended is forgotten, with its citations: the log alone tells of it, and its
  // id can be taken again. Items that name it stay until they are claimed. OK when it is not there.
  virtual absl::Status RemoveMessage(const MessageRow& row) = 0;

  // Puts it last; `sequence` is given here.
  virtual absl::Status EnqueueOutcome(const AgencyId& agency, const DeliveryId& delivery_id,
                                      const MessageId& message_id, const v1::Outcome& outcome) = 0;
  virtual absl::Status EnqueuePseudonym(const AgencyId& agency, const DeliveryId& delivery_id,
                                        const MessageId& message_id, const Entry& because) = 0;
  virtual absl::Status EnqueueRecall(const AgencyId& agency, const DeliveryId& delivery_id,
                                     const MessageId& message_id, const Entry& because) = 0;
  virtual absl::Status MakeReady(const DeliveryId& id) = 0;
  // OK when it is not there.
  virtual absl::Status RemoveItem(const DeliveryId& id) = 0;

  // ALREADY_EXISTS when the id is taken.
  virtual absl::Status PutConsent(const ConsentRow& row, const Entry& because) = 0;
  // Replaces withdrawal and standing; id, record and registration stay. NOT_FOUND when there is no
  // such consent.
  virtual absl::Status UpdateConsent(const ConsentRow& row, const Entry& because) = 0;
  virtual absl::Status AddEnrolments(const AgencyId& agency, absl::CivilDay day,
                                     uint64_t count) = 0;

  // In the place of the agency's register before it: who is not in `officers` is struck off.
  virtual absl::Status PutOfficers(const AgencyId& agency, const OfficerRegisterRow& row,
                                   const OfficerRows& officers, const Entry& because) = 0;

  // A version that is stored already stays as it is.
  virtual absl::Status PutPolicyVersion(absl::string_view digest, absl::string_view version,
                                        const Entry& because) = 0;
  // The one with this number anew, or one more.
  virtual absl::Status PutProposal(const v1::Proposal& proposal, const Entry& because) = 0;
  virtual absl::Status PutActivation(const v1::PolicyActivation& activation,
                                     const Entry& because) = 0;

  // The one with this number anew, or one more. Kept for ever: nothing removes a review.
  virtual absl::Status PutReview(const v1::Review& review, const Entry& because) = 0;

  // Adds the groups, or gives them another number of openings; adds the openings, each in the place
  // of one that the entry has.
  virtual absl::Status PutOpenings(const SealedOpenings& sealed) = 0;
  // The group's key and openings.
  virtual absl::Status EraseOpeningGroup(uint64_t group, const Entry& because) = 0;
  // The keys of all groups of a class and month: from here on nothing of it is read. The openings'
  // rows go by SweepOpenings.
  virtual absl::Status RetireOpenings(const OpeningMonth& month, const Entry& because) = 0;
  // Rows of at most `groups` retired groups; returns whether some are left.
  virtual absl::StatusOr<bool> SweepOpenings(size_t groups) = 0;
  // ALREADY_EXISTS when the id is taken.
  virtual absl::Status PutLegalHold(const v1::LegalHold& hold, const Entry& because) = 0;
  // NOT_FOUND when there is no such hold.
  virtual absl::Status RemoveLegalHold(absl::string_view hold, const Entry& because) = 0;
  // One that was sealed; without an event, all that are left.
  virtual absl::Status ErasePlainOpening(const EventId& event) = 0;

  // Nothing leaves by these but what the log says already, so they need no entry. ABORTED unless
  // the number follows the last one and the size is above it.
  virtual absl::Status PutPublished(const PublishedCheckpoint& checkpoint) = 0;
  // In the place of the witness's earlier one on that checkpoint. NOT_FOUND when there is no such
  // checkpoint.
  virtual absl::Status PutCosignature(const CosignatureRow& cosignature) = 0;
  // ABORTED unless the number follows the last one; NOT_FOUND when there is no such checkpoint.
  virtual absl::Status PutTimestamp(const TimestampRow& timestamp) = 0;

  // The ledger alone calls these two. ABORTED from AppendLog when the stored head is not of size
  // `first_index`: somebody else wrote.
  virtual absl::Status AppendLog(absl::string_view gateway, const LogAppend& append) = 0;
  // OK: durable. Any error: the outcome is unknown until ReadHead tells.
  virtual absl::Status Commit() = 0;
};

// Thread-safe for reading and for Begin.
class Store : public StoreView {
 public:
  // One at a time: FAILED_PRECONDITION while another lives. The store must outlive it.
  virtual absl::StatusOr<std::unique_ptr<Transaction>> Begin() = 0;
  // OK: no file of the store holds anything of what was erased and committed before the call.
  // UNAVAILABLE: a reader was in the way; the store goes on trying by itself.
  virtual absl::Status WipeTraces() = 0;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_STORE_H_
