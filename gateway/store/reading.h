// StoreView's methods for a class that can lend a connection: each borrows one and asks SqlReader.
#ifndef SLUSS_GATEWAY_STORE_READING_H_
#define SLUSS_GATEWAY_STORE_READING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/base/status_macros.h"
#include "gateway/exchange/store.h"
#include "gateway/store/sql_reader.h"

namespace sluss {

// `Base` is Store or Transaction. `Lease` is what Derived::Borrow() returns as a StatusOr; its
// operator* is a SqlConnection, and it gives the connection back when it dies.
template <typename Derived, typename Base>
class Reading : public Base {
 public:
  absl::StatusOr<std::optional<MessageRow>> FindMessage(const MessageId& id) const final {
    return Ask(&SqlReader::FindMessage, id);
  }
  absl::StatusOr<std::optional<MessageRow>> FindDelivered(const DeliveryId& id) const final {
    return Ask(&SqlReader::FindDelivered, id);
  }
  absl::StatusOr<std::string> ReadPayload(const MessageId& id) const final {
    return Ask(&SqlReader::ReadPayload, id);
  }
  absl::StatusOr<std::vector<MessageId>> MessagesCiting(const ConsentId& consent,
                                                        const std::vector<v1::MessageState>& states,
                                                        const MessageId& after,
                                                        size_t limit) const final {
    return Ask(&SqlReader::MessagesCiting, consent, states, after, limit);
  }
  absl::StatusOr<std::vector<MessageId>> MessagesDue(absl::Time now, size_t limit) const final {
    return Ask(&SqlReader::MessagesDue, now, limit);
  }
  absl::StatusOr<std::vector<MessageId>> PseudonymsWanted(absl::Time now,
                                                          size_t limit) const final {
    return Ask(&SqlReader::PseudonymsWanted, now, limit);
  }
  absl::StatusOr<std::vector<AdmittedMessage>> MessagesAdmitted(uint64_t after,
                                                                size_t limit) const final {
    return Ask(&SqlReader::MessagesAdmitted, after, limit);
  }
  absl::StatusOr<std::vector<QueueItem>> ReadyItems(const AgencyId& agency, uint64_t after,
                                                    size_t limit) const final {
    return Ask(&SqlReader::ReadyItems, agency, after, limit);
  }
  absl::StatusOr<std::optional<QueueItem>> FindItem(const DeliveryId& id) const final {
    return Ask(&SqlReader::FindItem, id);
  }
  absl::StatusOr<uint64_t> CountItems(const AgencyId& agency) const final {
    return Ask(&SqlReader::CountItems, agency);
  }
  absl::StatusOr<QueueSummary> SummariseQueue() const final {
    return Ask(&SqlReader::SummariseQueue);
  }
  absl::StatusOr<std::optional<ConsentRow>> FindConsent(const ConsentId& id) const final {
    return Ask(&SqlReader::FindConsent, id);
  }
  absl::StatusOr<uint64_t> EnrolmentsOn(const AgencyId& agency, absl::CivilDay day) const final {
    return Ask(&SqlReader::EnrolmentsOn, agency, day);
  }
  absl::StatusOr<std::optional<OfficerRegisterRow>> FindOfficerRegister(
      const AgencyId& agency) const final {
    return Ask(&SqlReader::FindOfficerRegister, agency);
  }
  absl::StatusOr<std::optional<v1::OfficerCertificate>> FindOfficer(
      const AgencyId& agency, absl::string_view officer) const final {
    return Ask(&SqlReader::FindOfficer, agency, officer);
  }
  absl::StatusOr<std::string> ReadPolicyVersion(absl::string_view digest) const final {
    return Ask(&SqlReader::ReadPolicyVersion, digest);
  }
  absl::StatusOr<std::optional<v1::Proposal>> FindProposal(uint64_t number) const final {
    return Ask(&SqlReader::FindProposal, number);
  }
  absl::StatusOr<std::vector<v1::Proposal>> Proposals(uint64_t before, size_t limit) const final {
    return Ask(&SqlReader::Proposals, before, limit);
  }
  absl::StatusOr<std::vector<v1::Proposal>> OpenProposals() const final {
    return Ask(&SqlReader::OpenProposals);
  }
  absl::StatusOr<std::vector<v1::PolicyActivation>> Activations(uint64_t before,
                                                                size_t limit) const final {
    return Ask(&SqlReader::Activations, before, limit);
  }
  absl::StatusOr<LogHead> ReadHead(absl::string_view gateway) const override {
    return Ask(&SqlReader::ReadHead, gateway);
  }
  absl::StatusOr<std::string> ReadEntry(uint64_t index) const final {
    return Ask(&SqlReader::ReadEntry, index);
  }
  absl::StatusOr<std::vector<std::string>> ReadEntries(uint64_t first, size_t limit) const final {
    return Ask(&SqlReader::ReadEntries, first, limit);
  }
  absl::StatusOr<std::string> ReadTile(int tile_level, uint64_t index) const final {
    return Ask(&SqlReader::ReadTile, tile_level, index);
  }
  absl::StatusOr<std::optional<PublishedCheckpoint>> LastPublished() const final {
    return Ask(&SqlReader::LastPublished);
  }
  absl::StatusOr<std::optional<PublishedCheckpoint>> FindPublished(uint64_t number) const final {
    return Ask(&SqlReader::FindPublished, number);
  }
  absl::StatusOr<std::vector<CosignatureRow>> CosignaturesOf(uint64_t number) const final {
    return Ask(&SqlReader::CosignaturesOf, number);
  }
  absl::StatusOr<std::optional<CosignatureRow>> LastCosignature(
      absl::string_view witness) const final {
    return Ask(&SqlReader::LastCosignature, witness);
  }
  absl::StatusOr<std::optional<TimestampRow>> LastTimestamp() const final {
    return Ask(&SqlReader::LastTimestamp);
  }
  absl::StatusOr<std::optional<TimestampRow>> FindTimestamp(uint64_t number) const final {
    return Ask(&SqlReader::FindTimestamp, number);
  }
  absl::StatusOr<std::optional<v1::Review>> FindReview(uint64_t number) const final {
    return Ask(&SqlReader::FindReview, number);
  }
  absl::StatusOr<std::vector<v1::Review>> Reviews(uint64_t before, size_t limit) const final {
    return Ask(&SqlReader::Reviews, before, limit);
  }
  absl::StatusOr<std::optional<KeptOpening>> ReadOpening(uint64_t index) const final {
    return Ask(&SqlReader::ReadOpening, index);
  }
  absl::StatusOr<std::vector<OpeningRow>> OpeningsOf(uint64_t group) const final {
    return Ask(&SqlReader::OpeningsOf, group);
  }
  absl::StatusOr<std::optional<OpeningGroupRow>> LastOpeningGroup(
      const OpeningMonth& month) const final {
    return Ask(&SqlReader::LastOpeningGroup, month);
  }
  absl::StatusOr<uint64_t> HighestOpeningGroup() const final {
    return Ask(&SqlReader::HighestOpeningGroup);
  }
  absl::StatusOr<std::vector<OpeningMonthRow>> OpeningMonths() const final {
    return Ask(&SqlReader::OpeningMonths);
  }
  absl::StatusOr<std::optional<uint64_t>> FirstOpening(const OpeningMonth& month) const final {
    return Ask(&SqlReader::FirstOpening, month);
  }
  absl::StatusOr<std::vector<v1::LegalHold>> LegalHolds() const final {
    return Ask(&SqlReader::LegalHolds);
  }
  absl::StatusOr<std::string> ReadPlainOpening(const EventId& event) const final {
    return Ask(&SqlReader::ReadPlainOpening, event);
  }
  absl::StatusOr<bool> HasPlainOpenings() const final { return Ask(&SqlReader::HasPlainOpenings); }

 private:
  template <typename Method, typename... Arguments>
  auto Ask(Method method, const Arguments&... arguments) const
      -> decltype((std::declval<SqlReader>().*method)(arguments...)) {
    ASSIGN_OR_RETURN(auto lease, static_cast<const Derived*>(this)->Borrow());
    return (SqlReader(&*lease).*method)(arguments...);
  }
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_READING_H_
