#include "gateway/store/sql_transaction.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {

absl::StatusOr<std::unique_ptr<Transaction>> SqlTransaction::Begin(SqlConnection* connection,
                                                                   Ended ended) {
  RETURN_IF_ERROR(connection->Begin());
  return std::unique_ptr<Transaction>(new SqlTransaction(connection, std::move(ended)));
}

SqlTransaction::~SqlTransaction() {
  if (!committed_) {
    if (const absl::Status status = connection_->Rollback(); !status.ok()) (void)Fail(status);
  }
  if (!committed_) (void)Fail(absl::AbortedError("the transaction was dropped"));
  ended_(status_);
}

absl::StatusOr<SqlConnection*> SqlTransaction::Borrow() const {
  RETURN_IF_ERROR(status_);
  return connection_;
}

absl::Status SqlTransaction::Fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
  return status_;
}

absl::Status SqlTransaction::Change(Query& query) {
  RETURN_IF_ERROR(status_);
  const absl::Status status = query.Run();
  return status.ok() ? status : Fail(status);
}

absl::Status SqlTransaction::ChangeLater(Query& query) {
  RETURN_IF_ERROR(status_);
  const absl::Status status = query.RunLater();
  return status.ok() ? status : Fail(status);
}

absl::Status SqlTransaction::ChangeOne(Query& query, absl::string_view what) {
  RETURN_IF_ERROR(Change(query));
  if (connection_->changed() == 1) return absl::OkStatus();
  return Fail(absl::NotFoundError(absl::StrCat("there is no such ", what)));
}

absl::Status SqlTransaction::Admit(const Recorded& recorded) {
  const MessageRow& row = recorded.row();
  Query message = connection_->Prepare(
      "INSERT INTO message (id, sender, recipient, state, delivery_id, deadline, pseudonym, "
      "pseudonym_due, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  message.Blob(row.id.value())
      .Text(row.sender.value())
      .Text(row.recipient.value())
      .Int(row.state)
      .Blob(row.delivery_id.value())
      .Time(row.deadline)
      .Int(static_cast<int64_t>(row.pseudonym))
      .Time(row.pseudonym_due)
      .Blob(row.details.SerializeAsString());
  RETURN_IF_ERROR(Change(message));
  if (!recorded.payload().empty()) {
    Query payload = connection_->Prepare(
        "INSERT INTO payload (message, envelope) SELECT admitted, ? FROM message WHERE id = ?");
    payload.Blob(recorded.payload()).Blob(row.id.value());
    RETURN_IF_ERROR(ChangeLater(payload));
  }
  for (const v1::CitedConsent& consent : row.details.consent()) {
    Query citation = connection_->Prepare(
        "INSERT INTO citation (consent, message) VALUES (?, ?) ON CONFLICT DO NOTHING");
    citation.Blob(consent.consent_id()).Blob(row.id.value());
    RETURN_IF_ERROR(ChangeLater(citation));
  }
  if (row.state == v1::DENIED) return absl::OkStatus();
  QueueItem item;
  item.agency = row.recipient;
  item.delivery_id = row.delivery_id;
  item.message_id = row.id;
  item.kind = ItemKind::kNotification;
  item.ready = recorded.ready();
  return Enqueue(item);
}

absl::Status SqlTransaction::UpdateMessage(const MessageRow& row, const Entry&) {
  Query query = connection_->Prepare(
      "UPDATE message SET state = ?, deadline = ?, pseudonym = ?, pseudonym_due = ?, details = ? "
      "WHERE id = ?");
  query.Int(row.state)
      .Time(row.deadline)
      .Int(static_cast<int64_t>(row.pseudonym))
      .Time(row.pseudonym_due)
      .Blob(row.details.SerializeAsString())
      .Blob(row.id.value());
  return ChangeOne(query, "message");
}

absl::Status SqlTransaction::ErasePayload(const MessageId& id) {
  Query query = connection_->Prepare(
      "DELETE FROM payload WHERE message = (SELECT admitted FROM message WHERE id = ?)");
  query.Blob(id.value());
  return Change(query);
}

absl::Status SqlTransaction::ReplacePayload(const MessageId& id, absl::string_view envelope,
                                            const Entry&) {
  Query query = connection_->Prepare(
      "UPDATE payload SET envelope = ? "
      "WHERE message = (SELECT admitted FROM message WHERE id = ?)");
  query.Blob(envelope).Blob(id.value());
  return ChangeOne(query, "payload");
}

absl::Status SqlTransaction::SetPseudonym(const MessageRow& row) {
  Query query = connection_->Prepare(
      "UPDATE message SET pseudonym = ?, pseudonym_due = ?, details = ? WHERE id = ?");
  query.Int(static_cast<int64_t>(row.pseudonym))
      .Time(row.pseudonym_due)
      .Blob(row.details.SerializeAsString())
      .Blob(row.id.value());
  return ChangeOne(query, "message");
}

absl::Status SqlTransaction::SetDeadline(const MessageId& id, absl::Time deadline,
                                         const Entry& because) {
  Query query = connection_->Prepare("UPDATE message SET deadline = ? WHERE id = ?");
  query.Time(deadline).Blob(id.value());
  return ChangeOne(query, "message");
}

absl::Status SqlTransaction::RemoveMessage(const MessageRow& row) {
  for (const v1::CitedConsent& cited : row.details.consent()) {
    Query citation = connection_->Prepare("DELETE FROM citation WHERE consent = ? AND message = ?");
    citation.Blob(cited.consent_id()).Blob(row.id.value());
    RETURN_IF_ERROR(Change(citation));
  }
  RETURN_IF_ERROR(ErasePayload(row.id));
  Query message = connection_->Prepare("DELETE FROM message WHERE id = ?");
  message.Blob(row.id.value());
  return Change(message);
}

absl::Status SqlTransaction::Enqueue(const QueueItem& item) {
  Query query = connection_->Prepare(
      "INSERT INTO item (agency, delivery_id, message_id, kind, ready, outcome) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  query.Text(item.agency.value())
      .Blob(item.delivery_id.value())
      .Blob(item.message_id.value())
      .Int(static_cast<int64_t>(item.kind))
      .Int(item.ready)
      .Blob(item.outcome.SerializeAsString());
  return Change(query);
}

absl::Status SqlTransaction::EnqueueOutcome(const AgencyId& agency, const DeliveryId& delivery_id,
                                            const MessageId& message_id,
                                            const v1::Outcome& outcome) {
  return Enqueue({0, agency, delivery_id, message_id, ItemKind::kOutcome, true, outcome});
}

absl::Status SqlTransaction::EnqueuePseudonym(const AgencyId& agency, const DeliveryId& delivery_id,
                                              const MessageId& message_id, const Entry&) {
  return Enqueue({0, agency, delivery_id, message_id, ItemKind::kPseudonym, true, {}});
}

absl::Status SqlTransaction::EnqueueRecall(const AgencyId& agency, const DeliveryId& delivery_id,
                                           const MessageId& message_id, const Entry&) {
  return Enqueue({0, agency, delivery_id, message_id, ItemKind::kRecall, true, {}});
}

absl::Status SqlTransaction::MakeReady(const DeliveryId& id) {
  Query query = connection_->Prepare("UPDATE item SET ready = 1 WHERE delivery_id = ?");
  query.Blob(id.value());
  return ChangeOne(query, "item");
}

absl::Status SqlTransaction::RemoveItem(const DeliveryId& id) {
  Query query = connection_->Prepare("DELETE FROM item WHERE delivery_id = ?");
  query.Blob(id.value());
  return Change(query);
}

absl::Status SqlTransaction::PutConsent(const ConsentRow& row, const Entry&) {
  Query query = connection_->Prepare(
      "INSERT INTO consent (id, record, registered_event, registered_index, withdrawn, "
      "withdrawn_event, withdrawn_index, standing) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  query.Blob(row.id.value())
      .Blob(row.record)
      .Blob(row.registered_event.value())
      .Int(row.registered_index)
      .Time(row.withdrawn)
      .Blob(row.withdrawn_event.value())
      .Int(row.withdrawn_index)
      .Blob(row.standing.SerializeAsString());
  return Change(query);
}

absl::Status SqlTransaction::UpdateConsent(const ConsentRow& row, const Entry&) {
  Query query = connection_->Prepare(
      "UPDATE consent SET withdrawn = ?, withdrawn_event = ?, withdrawn_index = ?, standing = ? "
      "WHERE id = ?");
  query.Time(row.withdrawn)
      .Blob(row.withdrawn_event.value())
      .Int(row.withdrawn_index)
      .Blob(row.standing.SerializeAsString())
      .Blob(row.id.value());
  return ChangeOne(query, "consent");
}

absl::Status SqlTransaction::AddEnrolments(const AgencyId& agency, absl::CivilDay day,
                                           uint64_t count) {
  Query query = connection_->Prepare(
      "INSERT INTO enrolment (agency, day, count) VALUES (?, ?, ?) "
      "ON CONFLICT (agency, day) DO UPDATE SET count = enrolment.count + excluded.count");
  query.Text(agency.value()).Text(DayText(day)).Int(count);
  return Change(query);
}

absl::Status SqlTransaction::PutOfficers(const AgencyId& agency, const OfficerRegisterRow& row,
                                         const OfficerRows& officers, const Entry&) {
  Query strike = connection_->Prepare("DELETE FROM officer WHERE agency = ?");
  strike.Text(agency.value());
  RETURN_IF_ERROR(Change(strike));
  for (const auto& [officer, certificate] : officers) {
    Query enrol =
        connection_->Prepare("INSERT INTO officer (agency, officer, certificate) VALUES (?, ?, ?)");
    enrol.Text(agency.value()).Blob(officer).Blob(certificate.SerializeAsString());
    RETURN_IF_ERROR(ChangeLater(enrol));
  }
  Query query = connection_->Prepare(
      "INSERT INTO officer_register (agency, version, digest, event, position) "
      "VALUES (?, ?, ?, ?, ?) ON CONFLICT (agency) DO UPDATE SET version = excluded.version, "
      "digest = excluded.digest, event = excluded.event, position = excluded.position");
  query.Text(agency.value())
      .Int(row.version)
      .Blob(row.digest)
      .Blob(row.event.value())
      .Int(row.index);
  return Change(query);
}

absl::Status SqlTransaction::PutPolicyVersion(absl::string_view digest, absl::string_view version,
                                              const Entry&) {
  Query query = connection_->Prepare(
      "INSERT INTO policy_version (digest, version) VALUES (?, ?) ON CONFLICT DO NOTHING");
  query.Blob(digest).Blob(version);
  return Change(query);
}

absl::Status SqlTransaction::PutProposal(const v1::Proposal& proposal, const Entry&) {
  Query query = connection_->Prepare(
      "INSERT INTO proposal (number, open, proposal) VALUES (?, ?, ?) "
      "ON CONFLICT (number) DO UPDATE SET open = excluded.open, proposal = excluded.proposal");
  query.Int(proposal.number()).Int(IsOpen(proposal.state())).Blob(proposal.SerializeAsString());
  return Change(query);
}

absl::Status SqlTransaction::PutActivation(const v1::PolicyActivation& activation, const Entry&) {
  Query query = connection_->Prepare(
      "INSERT INTO activation (number, activation) VALUES (?, ?) "
      "ON CONFLICT (number) DO UPDATE SET activation = excluded.activation");
  query.Int(activation.number()).Blob(activation.SerializeAsString());
  return Change(query);
}

absl::Status SqlTransaction::PutOpenings(const SealedOpenings& sealed) {
  RETURN_IF_ERROR(status_);
  if (!sealed.groups.empty()) {
    Query groups = connection_->Prepare(
        "INSERT INTO opening_group (number, class, month, openings, wrapped_key) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET openings = excluded.openings");
    for (const OpeningGroupRow& row : sealed.groups) {
      groups.Int(row.number)
          .Int(static_cast<int64_t>(row.month.opening_class))
          .Text(MonthText(row.month.month))
          .Int(row.openings)
          .Blob(row.wrapped_key)
          .EndRow();
    }
    RETURN_IF_ERROR(ChangeLater(groups));
  }
  if (sealed.openings.empty()) return absl::OkStatus();
  Query openings = connection_->Prepare(
      "INSERT INTO opening (position, in_group, sealed) VALUES (?, ?, ?) "
      "ON CONFLICT (position) DO UPDATE SET in_group = excluded.in_group, "
      "sealed = excluded.sealed");
  for (const OpeningRow& row : sealed.openings) {
    openings.Int(row.index).Int(row.group).Blob(row.sealed).EndRow();
  }
  return ChangeLater(openings);
}

absl::Status SqlTransaction::NoteErasure() {
  RETURN_IF_ERROR(status_);
  const absl::Status status = connection_->NoteErasure();
  return status.ok() ? status : Fail(status);
}

absl::Status SqlTransaction::EraseOpeningGroup(uint64_t group, const Entry&) {
  Query openings = connection_->Prepare("DELETE FROM opening WHERE in_group = ?");
  openings.Int(group);
  RETURN_IF_ERROR(Change(openings));
  Query query = connection_->Prepare("DELETE FROM opening_group WHERE number = ?");
  query.Int(group);
  RETURN_IF_ERROR(Change(query));
  return NoteErasure();
}

absl::Status SqlTransaction::RetireOpenings(const OpeningMonth& month, const Entry&) {
  Query query = connection_->Prepare(
      "UPDATE opening_group SET wrapped_key = x'' WHERE class = ? AND month = ?");
  query.Int(static_cast<int64_t>(month.opening_class)).Text(MonthText(month.month));
  RETURN_IF_ERROR(Change(query));
  return NoteErasure();
}

absl::StatusOr<bool> SqlTransaction::SweepOpenings(size_t groups) {
  RETURN_IF_ERROR(status_);
  Query openings = connection_->Prepare(
      "DELETE FROM opening WHERE in_group IN (SELECT number FROM opening_group "
      "WHERE wrapped_key = x'' ORDER BY number LIMIT ?)");
  openings.Int(groups);
  RETURN_IF_ERROR(Change(openings));
  Query swept = connection_->Prepare(
      "DELETE FROM opening_group WHERE number IN (SELECT number FROM opening_group "
      "WHERE wrapped_key = x'' ORDER BY number LIMIT ?)");
  swept.Int(groups);
  RETURN_IF_ERROR(Change(swept));
  if (connection_->changed() > 0) RETURN_IF_ERROR(NoteErasure());
  Query left = connection_->Prepare("SELECT 1 FROM opening_group WHERE wrapped_key = x'' LIMIT 1");
  const absl::StatusOr<bool> found = left.Step();
  return found.ok() ? found : Fail(found.status());
}

absl::Status SqlTransaction::PutLegalHold(const v1::LegalHold& hold, const Entry&) {
  Query query =
      connection_->Prepare("INSERT INTO legal_hold (hold, position, details) VALUES (?, ?, ?)");
  query.Blob(hold.hold()).Int(hold.log_index()).Blob(hold.SerializeAsString());
  return Change(query);
}

absl::Status SqlTransaction::RemoveLegalHold(absl::string_view hold, const Entry&) {
  Query query = connection_->Prepare("DELETE FROM legal_hold WHERE hold = ?");
  query.Blob(hold);
  return ChangeOne(query, "legal hold");
}

absl::Status SqlTransaction::ErasePlainOpening(const EventId& event) {
  if (event.empty()) {
    Query all = connection_->Prepare("DELETE FROM opening_plain");
    RETURN_IF_ERROR(Change(all));
    return NoteErasure();
  }
  Query query = connection_->Prepare("DELETE FROM opening_plain WHERE event = ?");
  query.Blob(event.value());
  RETURN_IF_ERROR(Change(query));
  return NoteErasure();
}

absl::Status SqlTransaction::PutReview(const v1::Review& review, const Entry&) {
  Query query = connection_->Prepare(
      "INSERT INTO review (number, review) VALUES (?, ?) "
      "ON CONFLICT (number) DO UPDATE SET review = excluded.review");
  query.Int(review.number()).Blob(review.SerializeAsString());
  return Change(query);
}

absl::Status SqlTransaction::PutPublished(const PublishedCheckpoint& checkpoint) {
  RETURN_IF_ERROR(status_);
  Query query = connection_->Prepare(
      "INSERT INTO published (number, size, at, note) SELECT ?1, ?2, ?3, ?4 WHERE "
      "?1 = (SELECT coalesce(max(number) + 1, 0) FROM published) AND "
      "?2 > (SELECT coalesce(max(size), -1) FROM published)");
  query.Int(checkpoint.number).Int(checkpoint.size).Time(checkpoint.at).Blob(checkpoint.note);
  RETURN_IF_ERROR(Change(query));
  if (connection_->changed() == 1) return absl::OkStatus();
  return Fail(
      absl::AbortedError(absl::StrCat("checkpoint ", checkpoint.number, " of ", checkpoint.size,
                                      " entries does not follow the last one published")));
}

absl::Status SqlTransaction::CheckIsPublished(uint64_t number) {
  RETURN_IF_ERROR(status_);
  Query query = connection_->Prepare("SELECT 1 FROM published WHERE number = ?");
  query.Int(number);
  const absl::StatusOr<bool> found = query.Step();
  if (!found.ok()) return Fail(found.status());
  return *found ? absl::OkStatus() : Fail(absl::NotFoundError("there is no such checkpoint"));
}

absl::Status SqlTransaction::PutCosignature(const CosignatureRow& cosignature) {
  RETURN_IF_ERROR(CheckIsPublished(cosignature.number));
  Query query = connection_->Prepare(
      "INSERT INTO cosignature (number, witness, at, line) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (witness, number) DO UPDATE SET at = excluded.at, line = excluded.line");
  query.Int(cosignature.number)
      .Text(cosignature.witness)
      .Time(cosignature.at)
      .Blob(cosignature.line);
  return Change(query);
}

absl::Status SqlTransaction::PutTimestamp(const TimestampRow& timestamp) {
  RETURN_IF_ERROR(CheckIsPublished(timestamp.checkpoint));
  Query query = connection_->Prepare(
      "INSERT INTO timestamp (number, checkpoint, at, note, response) SELECT ?1, ?2, ?3, ?4, ?5 "
      "WHERE ?1 = (SELECT coalesce(max(number) + 1, 0) FROM timestamp)");
  query.Int(timestamp.number)
      .Int(timestamp.checkpoint)
      .Time(timestamp.at)
      .Blob(timestamp.note)
      .Blob(timestamp.response);
  RETURN_IF_ERROR(Change(query));
  if (connection_->changed() == 1) return absl::OkStatus();
  return Fail(absl::AbortedError(
      absl::StrCat("timestamp ", timestamp.number, " does not follow the last one")));
}

// Nothing is written where the log ends elsewhere.
absl::Status SqlTransaction::MoveHead(const LogAppend& append) {
  Query head = connection_->Prepare(
      "INSERT INTO head (one, size, tree, checkpoint) SELECT 1, ?1, ?2, ?3 "
      "WHERE ?4 = (SELECT coalesce(max(size), 0) FROM head) ON CONFLICT (one) "
      "DO UPDATE SET size = excluded.size, tree = excluded.tree, checkpoint = excluded.checkpoint");
  head.Int(append.head.size)
      .Blob(append.head.tree)
      .Blob(append.head.checkpoint)
      .Int(append.first_index);
  RETURN_IF_ERROR(Change(head));
  if (connection_->changed() == 1) return absl::OkStatus();
  Query stored = connection_->Prepare("SELECT coalesce(max(size), 0) FROM head");
  const absl::StatusOr<bool> row = stored.Step();
  if (!row.ok()) return Fail(row.status());
  return Fail(absl::AbortedError(
      absl::StrCat("the stored log has ", stored.IntAt(0), " entries, not ", append.first_index)));
}

absl::Status SqlTransaction::AppendLog(absl::string_view gateway, const LogAppend& append) {
  RETURN_IF_ERROR(MoveHead(append));
  if (!append.entries.empty()) {
    Query entries = connection_->Prepare("INSERT INTO entry (position, leaf) VALUES (?, ?)");
    uint64_t index = append.first_index;
    for (const LogEntry& entry : append.entries) entries.Int(index++).Blob(entry.leaf).EndRow();
    RETURN_IF_ERROR(ChangeLater(entries));
  }
  if (!append.tiles.empty()) {
    Query tiles =
        connection_->Prepare("INSERT INTO tile (level, position, hashes) VALUES (?, ?, ?)");
    for (const FullTile& tile : append.tiles) {
      tiles.Int(tile.tile_level).Int(tile.index).Blob(tile.hashes).EndRow();
    }
    RETURN_IF_ERROR(ChangeLater(tiles));
  }
  Query counter = connection_->Prepare(
      "INSERT INTO gateway (name, counter, last_event) VALUES (?, ?, ?) ON CONFLICT (name) "
      "DO UPDATE SET counter = excluded.counter, last_event = excluded.last_event");
  counter.Text(gateway).Int(append.head.counter).Blob(append.head.last_event.value());
  return ChangeLater(counter);
}

absl::Status SqlTransaction::Commit() {
  RETURN_IF_ERROR(status_);
  if (const absl::Status status = connection_->Commit(); !status.ok()) {
    return Fail(status);
  }
  committed_ = true;
  return absl::OkStatus();
}

}  // namespace sluss
