#include "gateway/store/sql_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("database: ", what,
                                          "; stop the gateway and restore the database from its "
                                          "backup"));
}

absl::Status EntryMissing(uint64_t index) {
  return Damaged(absl::StrCat("entry ", index, " of the log is not there"));
}

// Of a row whose first columns are those of MessageRow in its order.
absl::StatusOr<MessageRow> MessageAt(const Query& query) {
  MessageRow row;
  row.id = MessageId(query.BytesAt(0));
  row.sender = AgencyId(query.BytesAt(1));
  row.recipient = AgencyId(query.BytesAt(2));
  row.state = static_cast<v1::MessageState>(query.IntAt(3));
  row.delivery_id = DeliveryId(query.BytesAt(4));
  row.deadline = query.TimeAt(5);
  row.pseudonym = static_cast<PseudonymState>(query.IntAt(6));
  row.pseudonym_due = query.TimeAt(7);
  if (!row.details.ParseFromString(query.BytesAt(8))) {
    return Damaged("the details of a message cannot be read");
  }
  return row;
}

absl::StatusOr<std::optional<MessageRow>> OneMessage(Query query) {
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return MessageAt(query);
}

// One message of protobuf a row.
template <typename Message>
absl::StatusOr<std::vector<Message>> Messages(Query query) {
  std::vector<Message> messages;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return messages;
    if (!messages.emplace_back().ParseFromString(query.BytesAt(0))) {
      return Damaged("a step of a policy cannot be read");
    }
  }
}

// The databases' numbers are signed.
int64_t Bound(uint64_t before) {
  return static_cast<int64_t>(std::min<uint64_t>(before, std::numeric_limits<int64_t>::max()));
}

absl::StatusOr<std::vector<MessageId>> MessageIds(Query query) {
  std::vector<MessageId> ids;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return ids;
    ids.emplace_back(query.BytesAt(0));
  }
}

absl::StatusOr<std::vector<QueueItem>> Items(Query query) {
  std::vector<QueueItem> items;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return items;
    QueueItem& item = items.emplace_back();
    item.sequence = query.IntAt(0);
    item.agency = AgencyId(query.BytesAt(1));
    item.delivery_id = DeliveryId(query.BytesAt(2));
    item.message_id = MessageId(query.BytesAt(3));
    item.kind = static_cast<ItemKind>(query.IntAt(4));
    item.ready = query.IntAt(5) != 0;
    if (!item.outcome.ParseFromString(query.BytesAt(6))) {
      return Damaged("an outcome in a queue cannot be read");
    }
  }
}

// Of a row whose first columns are those of OpeningGroupRow in its order.
absl::StatusOr<OpeningGroupRow> OpeningGroupAt(const Query& query) {
  OpeningGroupRow row;
  row.number = query.IntAt(0);
  row.month.opening_class = static_cast<OpeningClass>(query.IntAt(1));
  const absl::StatusOr<absl::CivilMonth> month = ParseMonth(query.BytesAt(2));
  if (!month.ok() || ClassName(row.month.opening_class).empty()) {
    return Damaged("the class and month of an opening cannot be read");
  }
  row.month.month = *month;
  row.openings = query.IntAt(3);
  row.wrapped_key = query.BytesAt(4);
  return row;
}

absl::StatusOr<std::optional<PublishedCheckpoint>> Published(Query query) {
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return PublishedCheckpoint{static_cast<uint64_t>(query.IntAt(0)),
                             static_cast<uint64_t>(query.IntAt(1)), query.TimeAt(2),
                             query.BytesAt(3)};
}

CosignatureRow CosignatureAt(const Query& query) {
  return {static_cast<uint64_t>(query.IntAt(0)), query.BytesAt(1), query.TimeAt(2),
          query.BytesAt(3)};
}

absl::StatusOr<std::optional<TimestampRow>> Timestamp(Query query) {
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return TimestampRow{static_cast<uint64_t>(query.IntAt(0)), static_cast<uint64_t>(query.IntAt(1)),
                      query.TimeAt(2), query.BytesAt(3), query.BytesAt(4)};
}

}  // namespace

std::string DayText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

absl::StatusOr<std::optional<MessageRow>> SqlReader::FindMessage(const MessageId& id) const {
  Query query = connection_->Prepare(
      "SELECT id, sender, recipient, state, delivery_id, deadline, pseudonym, pseudonym_due, "
      "details FROM message WHERE id = ?");
  query.Blob(id.value());
  return OneMessage(std::move(query));
}

absl::StatusOr<std::optional<MessageRow>> SqlReader::FindDelivered(const DeliveryId& id) const {
  Query query = connection_->Prepare(
      "SELECT id, sender, recipient, state, delivery_id, deadline, pseudonym, pseudonym_due, "
      "details FROM message WHERE delivery_id = ? AND delivery_id != x''");
  query.Blob(id.value());
  return OneMessage(std::move(query));
}

absl::StatusOr<std::string> SqlReader::ReadPayload(const MessageId& id) const {
  Query query = connection_->Prepare(
      "SELECT envelope FROM payload JOIN message ON admitted = payload.message WHERE id = ?");
  query.Blob(id.value());
  return OneText(std::move(query));
}

absl::StatusOr<std::vector<MessageId>> SqlReader::MessagesCiting(
    const ConsentId& consent, const std::vector<v1::MessageState>& states, const MessageId& after,
    size_t limit) const {
  int64_t wanted = 0;
  for (const v1::MessageState state : states) wanted |= int64_t{1} << state;
  Query query = connection_->Prepare(
      "SELECT id FROM citation JOIN message ON id = citation.message "
      "WHERE consent = ? AND citation.message > ? AND ((? >> CAST(state AS INTEGER)) & 1) = 1 "
      "ORDER BY citation.message LIMIT ?");
  query.Blob(consent.value()).Blob(after.value()).Int(wanted).Int(Bound(limit));
  return MessageIds(std::move(query));
}

absl::StatusOr<std::vector<MessageId>> SqlReader::MessagesDue(absl::Time now, size_t limit) const {
  Query query = connection_->Prepare(
      "SELECT id FROM message WHERE deadline < 9223372036854775807 AND deadline <= ? "
      "ORDER BY deadline, admitted LIMIT ?");
  query.Time(now).Int(Bound(limit));
  return MessageIds(std::move(query));
}

absl::StatusOr<std::vector<MessageId>> SqlReader::PseudonymsWanted(absl::Time now,
                                                                   size_t limit) const {
  Query query = connection_->Prepare(
      "SELECT id FROM message WHERE pseudonym = 1 AND pseudonym_due <= ? "
      "ORDER BY pseudonym_due, admitted LIMIT ?");
  query.Time(now).Int(Bound(limit));
  return MessageIds(std::move(query));
}

absl::StatusOr<std::vector<AdmittedMessage>> SqlReader::MessagesAdmitted(uint64_t after,
                                                                         size_t limit) const {
  Query query = connection_->Prepare(
      "SELECT id, sender, recipient, state, delivery_id, deadline, pseudonym, pseudonym_due, "
      "details, admitted FROM message WHERE admitted > ? ORDER BY admitted LIMIT ?");
  query.Int(Bound(after)).Int(Bound(limit));
  std::vector<AdmittedMessage> messages;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return messages;
    ASSIGN_OR_RETURN(MessageRow row, MessageAt(query));
    messages.push_back({static_cast<uint64_t>(query.IntAt(9)), std::move(row)});
  }
}

absl::StatusOr<std::vector<QueueItem>> SqlReader::ReadyItems(const AgencyId& agency, uint64_t after,
                                                             size_t limit) const {
  Query query = connection_->Prepare(
      "SELECT sequence, agency, delivery_id, message_id, kind, ready, outcome FROM item "
      "WHERE agency = ? AND ready = 1 AND sequence > ? ORDER BY sequence LIMIT ?");
  query.Text(agency.value()).Int(Bound(after)).Int(Bound(limit));
  return Items(std::move(query));
}

absl::StatusOr<std::optional<QueueItem>> SqlReader::FindItem(const DeliveryId& id) const {
  Query query = connection_->Prepare(
      "SELECT sequence, agency, delivery_id, message_id, kind, ready, outcome FROM item "
      "WHERE delivery_id = ?");
  query.Blob(id.value());
  ASSIGN_OR_RETURN(std::vector<QueueItem> items, Items(std::move(query)));
  if (items.empty()) return std::nullopt;
  return std::move(items.front());
}

absl::StatusOr<uint64_t> SqlReader::CountItems(const AgencyId& agency) const {
  Query query = connection_->Prepare("SELECT count(*) FROM item WHERE agency = ?");
  query.Text(agency.value());
  return OneNumber(std::move(query));
}

absl::StatusOr<QueueSummary> SqlReader::SummariseQueue() const {
  Query query = connection_->Prepare(
      "SELECT count(*), (SELECT message_id FROM item WHERE kind = 1 ORDER BY sequence LIMIT 1) "
      "FROM item WHERE kind = 1");
  ASSIGN_OR_RETURN(const bool found, query.Step());
  QueueSummary summary;
  if (!found) return summary;
  summary.notifications = query.IntAt(0);
  summary.oldest = MessageId(query.BytesAt(1));
  return summary;
}

absl::StatusOr<std::optional<ConsentRow>> SqlReader::FindConsent(const ConsentId& id) const {
  Query query = connection_->Prepare(
      "SELECT record, registered_event, registered_index, withdrawn, withdrawn_event, "
      "withdrawn_index, standing FROM consent WHERE id = ?");
  query.Blob(id.value());
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  ConsentRow row;
  row.id = id;
  row.record = query.BytesAt(0);
  row.registered_event = EventId(query.BytesAt(1));
  row.registered_index = query.IntAt(2);
  row.withdrawn = query.TimeAt(3);
  row.withdrawn_event = EventId(query.BytesAt(4));
  row.withdrawn_index = query.IntAt(5);
  if (!row.standing.ParseFromString(query.BytesAt(6))) {
    return Damaged("the standing of a consent cannot be read");
  }
  return row;
}

absl::StatusOr<uint64_t> SqlReader::EnrolmentsOn(const AgencyId& agency, absl::CivilDay day) const {
  Query query = connection_->Prepare("SELECT count FROM enrolment WHERE agency = ? AND day = ?");
  query.Text(agency.value()).Text(DayText(day));
  return OneNumber(std::move(query));
}

absl::StatusOr<std::optional<OfficerRegisterRow>> SqlReader::FindOfficerRegister(
    const AgencyId& agency) const {
  Query query = connection_->Prepare(
      "SELECT version, digest, event, position FROM officer_register WHERE agency = ?");
  query.Text(agency.value());
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  OfficerRegisterRow row;
  row.version = query.IntAt(0);
  row.digest = query.BytesAt(1);
  row.event = EventId(query.BytesAt(2));
  row.index = query.IntAt(3);
  return row;
}

absl::StatusOr<std::optional<v1::OfficerCertificate>> SqlReader::FindOfficer(
    const AgencyId& agency, absl::string_view officer) const {
  Query query =
      connection_->Prepare("SELECT certificate FROM officer WHERE agency = ? AND officer = ?");
  query.Text(agency.value()).Blob(officer);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  v1::OfficerCertificate certificate;
  if (!certificate.ParseFromString(query.BytesAt(0))) {
    return absl::DataLossError("a stored certificate of an officer cannot be read");
  }
  return certificate;
}

absl::StatusOr<std::string> SqlReader::ReadPolicyVersion(absl::string_view digest) const {
  Query query = connection_->Prepare("SELECT version FROM policy_version WHERE digest = ?");
  query.Blob(digest);
  return OneText(std::move(query));
}

absl::StatusOr<std::optional<v1::Review>> SqlReader::FindReview(uint64_t number) const {
  Query query = connection_->Prepare("SELECT review FROM review WHERE number = ?");
  query.Int(Bound(number));
  ASSIGN_OR_RETURN(std::vector<v1::Review> found, Messages<v1::Review>(std::move(query)));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

absl::StatusOr<std::vector<v1::Review>> SqlReader::Reviews(uint64_t before, size_t limit) const {
  Query query = connection_->Prepare(
      "SELECT review FROM review WHERE number < ? ORDER BY number DESC LIMIT ?");
  query.Int(Bound(before)).Int(Bound(limit));
  return Messages<v1::Review>(std::move(query));
}

absl::StatusOr<std::optional<v1::Proposal>> SqlReader::FindProposal(uint64_t number) const {
  Query query = connection_->Prepare("SELECT proposal FROM proposal WHERE number = ?");
  query.Int(Bound(number));
  ASSIGN_OR_RETURN(std::vector<v1::Proposal> found, Messages<v1::Proposal>(std::move(query)));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

absl::StatusOr<std::vector<v1::Proposal>> SqlReader::Proposals(uint64_t before,
                                                               size_t limit) const {
  Query query = connection_->Prepare(
      "SELECT proposal FROM proposal WHERE number < ? ORDER BY number DESC LIMIT ?");
  query.Int(Bound(before)).Int(Bound(limit));
  return Messages<v1::Proposal>(std::move(query));
}

absl::StatusOr<std::vector<v1::Proposal>> SqlReader::OpenProposals() const {
  Query query =
      connection_->Prepare("SELECT proposal FROM proposal WHERE open = 1 ORDER BY number");
  return Messages<v1::Proposal>(std::move(query));
}

absl::StatusOr<std::vector<v1::PolicyActivation>> SqlReader::Activations(uint64_t before,
                                                                         size_t limit) const {
  Query query = connection_->Prepare(
      "SELECT activation FROM activation WHERE number < ? ORDER BY number DESC LIMIT ?");
  query.Int(Bound(before)).Int(Bound(limit));
  return Messages<v1::PolicyActivation>(std::move(query));
}

absl::StatusOr<LogHead> SqlReader::ReadHead(absl::string_view gateway) const {
  Query query = connection_->Prepare(
      "SELECT size, tree, checkpoint, counter, last_event FROM head "
      "LEFT JOIN gateway ON name = ?");
  query.Text(gateway);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  LogHead head;
  if (!found) return head;
  head.size = query.IntAt(0);
  head.tree = query.BytesAt(1);
  head.checkpoint = query.BytesAt(2);
  head.counter = query.IntAt(3);
  head.last_event = EventId(query.BytesAt(4));
  return head;
}

absl::StatusOr<std::string> SqlReader::ReadEntry(uint64_t index) const {
  Query query = connection_->Prepare("SELECT leaf FROM entry WHERE position = ?");
  query.Int(index);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return EntryMissing(index);
  return query.BytesAt(0);
}

absl::StatusOr<std::vector<std::string>> SqlReader::ReadEntries(uint64_t first,
                                                                size_t limit) const {
  Query query = connection_->Prepare(
      "SELECT position, leaf FROM entry WHERE position >= ? ORDER BY position LIMIT ?");
  query.Int(Bound(first)).Int(Bound(limit));
  std::vector<std::string> entries;
  for (uint64_t next = first;; ++next) {
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return entries;
    if (static_cast<uint64_t>(query.IntAt(0)) != next) return EntryMissing(next);
    entries.push_back(query.BytesAt(1));
  }
}

absl::StatusOr<std::string> SqlReader::ReadTile(int tile_level, uint64_t index) const {
  Query query = connection_->Prepare("SELECT hashes FROM tile WHERE level = ? AND position = ?");
  query.Int(tile_level).Int(index);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) {
    return Damaged(absl::StrCat("tile ", index, " at level ", tile_level, " is not there"));
  }
  return query.BytesAt(0);
}

absl::StatusOr<std::optional<PublishedCheckpoint>> SqlReader::LastPublished() const {
  return Published(connection_->Prepare(
      "SELECT number, size, at, note FROM published ORDER BY number DESC LIMIT 1"));
}

absl::StatusOr<std::optional<PublishedCheckpoint>> SqlReader::FindPublished(uint64_t number) const {
  Query query =
      connection_->Prepare("SELECT number, size, at, note FROM published WHERE number = ?");
  query.Int(number);
  return Published(std::move(query));
}

absl::StatusOr<std::vector<CosignatureRow>> SqlReader::CosignaturesOf(uint64_t number) const {
  Query query = connection_->Prepare(
      "SELECT number, witness, at, line FROM cosignature WHERE number = ? ORDER BY witness");
  query.Int(number);
  std::vector<CosignatureRow> rows;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return rows;
    rows.push_back(CosignatureAt(query));
  }
}

absl::StatusOr<std::optional<CosignatureRow>> SqlReader::LastCosignature(
    absl::string_view witness) const {
  Query query = connection_->Prepare(
      "SELECT number, witness, at, line FROM cosignature WHERE witness = ? "
      "ORDER BY number DESC LIMIT 1");
  query.Text(witness);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return CosignatureAt(query);
}

absl::StatusOr<std::optional<TimestampRow>> SqlReader::LastTimestamp() const {
  return Timestamp(
      connection_->Prepare("SELECT number, checkpoint, at, note, response FROM timestamp "
                           "ORDER BY number DESC LIMIT 1"));
}

absl::StatusOr<std::optional<TimestampRow>> SqlReader::FindTimestamp(uint64_t number) const {
  Query query = connection_->Prepare(
      "SELECT number, checkpoint, at, note, response FROM timestamp WHERE number = ?");
  query.Int(number);
  return Timestamp(std::move(query));
}

absl::StatusOr<std::optional<KeptOpening>> SqlReader::ReadOpening(uint64_t index) const {
  Query query = connection_->Prepare(
      "SELECT number, class, month, openings, wrapped_key, position, sealed FROM opening "
      "JOIN opening_group ON number = in_group WHERE position = ? AND wrapped_key != x''");
  query.Int(Bound(index));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  KeptOpening kept;
  ASSIGN_OR_RETURN(kept.group, OpeningGroupAt(query));
  kept.opening = {static_cast<uint64_t>(query.IntAt(5)), kept.group.number, query.BytesAt(6)};
  return kept;
}

absl::StatusOr<std::vector<OpeningRow>> SqlReader::OpeningsOf(uint64_t group) const {
  Query query = connection_->Prepare(
      "SELECT position, in_group, sealed FROM opening WHERE in_group = ? ORDER BY position");
  query.Int(Bound(group));
  std::vector<OpeningRow> rows;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return rows;
    rows.push_back({static_cast<uint64_t>(query.IntAt(0)), static_cast<uint64_t>(query.IntAt(1)),
                    query.BytesAt(2)});
  }
}

absl::StatusOr<std::optional<OpeningGroupRow>> SqlReader::LastOpeningGroup(
    const OpeningMonth& month) const {
  Query query = connection_->Prepare(
      "SELECT number, class, month, openings, wrapped_key FROM opening_group "
      "WHERE class = ? AND month = ? AND wrapped_key != x'' ORDER BY number DESC LIMIT 1");
  query.Int(static_cast<int64_t>(month.opening_class)).Text(MonthText(month.month));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return OpeningGroupAt(query);
}

absl::StatusOr<uint64_t> SqlReader::HighestOpeningGroup() const {
  return OneNumber(connection_->Prepare("SELECT coalesce(max(number), 0) FROM opening_group"));
}

absl::StatusOr<std::vector<OpeningMonthRow>> SqlReader::OpeningMonths() const {
  Query query = connection_->Prepare(
      "SELECT 0, class, month, CAST(sum(openings) AS BIGINT), x'' FROM opening_group "
      "WHERE wrapped_key != x'' "
      "GROUP BY class, month ORDER BY class, month");
  std::vector<OpeningMonthRow> rows;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return rows;
    ASSIGN_OR_RETURN(const OpeningGroupRow sum, OpeningGroupAt(query));
    rows.push_back({sum.month, sum.openings});
  }
}

absl::StatusOr<std::optional<uint64_t>> SqlReader::FirstOpening(const OpeningMonth& month) const {
  Query query = connection_->Prepare(
      "SELECT (SELECT min(position) FROM opening WHERE in_group = number) AS first "
      "FROM opening_group WHERE class = ? AND month = ? AND wrapped_key != x'' "
      "ORDER BY first NULLS LAST LIMIT 1");
  query.Int(static_cast<int64_t>(month.opening_class)).Text(MonthText(month.month));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return static_cast<uint64_t>(query.IntAt(0));
}

absl::StatusOr<std::vector<v1::LegalHold>> SqlReader::LegalHolds() const {
  Query query = connection_->Prepare("SELECT details FROM legal_hold ORDER BY position");
  std::vector<v1::LegalHold> holds;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return holds;
    if (!holds.emplace_back().ParseFromString(query.BytesAt(0))) {
      return Damaged("a legal hold cannot be read");
    }
  }
}

absl::StatusOr<std::string> SqlReader::ReadPlainOpening(const EventId& event) const {
  Query query = connection_->Prepare("SELECT opening FROM opening_plain WHERE event = ?");
  query.Blob(event.value());
  return OneText(std::move(query));
}

absl::StatusOr<bool> SqlReader::HasPlainOpenings() const {
  return connection_->Prepare("SELECT 1 FROM opening_plain LIMIT 1").Step();
}

}  // namespace sluss
