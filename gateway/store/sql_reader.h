// What the exchange reads, as SQL over one connection. Each method is StoreView's of that name, is
// one statement, and so sees one snapshot.
#ifndef SLUSS_GATEWAY_STORE_SQL_READER_H_
#define SLUSS_GATEWAY_STORE_SQL_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/rows.h"
#include "gateway/store/sql.h"

namespace sluss {

// A view of the connection, which must outlive it. Not thread-safe, since the connection is not.
class SqlReader {
 public:
  explicit SqlReader(SqlConnection* connection) : connection_(connection) {}

  absl::StatusOr<std::optional<MessageRow>> FindMessage(const MessageId& id) const;
  absl::StatusOr<std::optional<MessageRow>> FindDelivered(const DeliveryId& id) const;
  absl::StatusOr<std::string> ReadPayload(const MessageId& id) const;
  absl::StatusOr<std::vector<MessageId>> MessagesCiting(const ConsentId& consent,
                                                        const std::vector<v1::MessageState>& states,
                                                        const MessageId& after, size_t limit) const;
  absl::StatusOr<std::vector<MessageId>> MessagesDue(absl::Time now, size_t limit) const;
  absl::StatusOr<std::vector<MessageId>> PseudonymsWanted(absl::Time now, size_t limit) const;

  absl::StatusOr<std::vector<AdmittedMessage>> MessagesAdmitted(uint64_t after, size_t limit) const;
  absl::StatusOr<std::vector<QueueItem>> ReadyItems(const AgencyId& agency, uint64_t after,
                                                    size_t limit) const;
  absl::StatusOr<std::optional<QueueItem>> FindItem(const DeliveryId& id) const;
  absl::StatusOr<uint64_t> CountItems(const AgencyId& agency) const;
  absl::StatusOr<QueueSummary> SummariseQueue() const;

  absl::StatusOr<std::optional<ConsentRow>> FindConsent(const ConsentId& id) const;
  absl::StatusOr<uint64_t> EnrolmentsOn(const AgencyId& agency, absl::CivilDay day) const;
  absl::StatusOr<std::optional<OfficerRegisterRow>> FindOfficerRegister(
      const AgencyId& agency) const;
  absl::StatusOr<std::optional<v1::OfficerCertificate>> FindOfficer(
      const AgencyId& agency, absl::string_view officer) const;

  absl::StatusOr<std::string> ReadPolicyVersion(absl::string_view digest) const;
  absl::StatusOr<std::optional<v1::Proposal>> FindProposal(uint64_t number) const;
  absl::StatusOr<std::vector<v1::Proposal>> Proposals(uint64_t before, size_t limit) const;
  absl::StatusOr<std::vector<v1::Proposal>> OpenProposals() const;
  absl::StatusOr<std::vector<v1::PolicyActivation>> Activations(uint64_t before,
                                                                size_t limit) const;

  absl::StatusOr<LogHead> ReadHead(absl::string_view gateway) const;
  absl::StatusOr<std::string> ReadEntry(uint64_t index) const;
  absl::StatusOr<std::vector<std::string>> ReadEntries(uint64_t first, size_t limit) const;
  absl::StatusOr<std::string> ReadTile(int tile_level, uint64_t index) const;
  absl::StatusOr<std::optional<PublishedCheckpoint>> LastPublished() const;
  absl::StatusOr<std::optional<PublishedCheckpoint>> FindPublished(uint64_t number) const;
  absl::StatusOr<std::vector<CosignatureRow>> CosignaturesOf(uint64_t number) const;
  absl::StatusOr<std::optional<CosignatureRow>> LastCosignature(absl::string_view witness) const;
  absl::StatusOr<std::optional<v1::Review>> FindReview(uint64_t number) const;
  absl::StatusOr<std::vector<v1::Review>> Reviews(uint64_t before, size_t limit) const;
  absl::StatusOr<std::optional<TimestampRow>> LastTimestamp() const;
  absl::StatusOr<std::optional<TimestampRow>> FindTimestamp(uint64_t number) const;
  absl::StatusOr<std::optional<KeptOpening>> ReadOpening(uint64_t index) const;
  absl::StatusOr<std::vector<OpeningRow>> OpeningsOf(uint64_t group) const;
  absl::StatusOr<std::optional<OpeningGroupRow>> LastOpeningGroup(const OpeningMonth& month) const;
  absl::StatusOr<uint64_t> HighestOpeningGroup() const;
  absl::StatusOr<std::vector<OpeningMonthRow>> OpeningMonths() const;
  absl::StatusOr<std::optional<uint64_t>> FirstOpening(const OpeningMonth& month) const;
  absl::StatusOr<std::vector<v1::LegalHold>> LegalHolds() const;
  absl::StatusOr<std::string> ReadPlainOpening(const EventId& event) const;
  absl::StatusOr<bool> HasPlainOpenings() const;

 private:
  SqlConnection* connection_;
};

// "2025-11-22", as the store writes days.
std::string DayText(absl::CivilDay day);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_SQL_READER_H_
