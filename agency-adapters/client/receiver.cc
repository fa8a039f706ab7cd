#include "agency-adapters/client/receiver.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "agency-adapters/client/agency_digest.h"
#include "agency-adapters/client/compose.h"
#include "agency-adapters/client/delivered.h"
#include "agency-adapters/client/marking.h"
#include "agency-adapters/client/sent_outcome.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

using nlohmann::ordered_json;

// A fault of what was delivered, not of this agency: it would fail again however often it came.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsPermissionDenied(status) ||
         absl::IsDataLoss(status) || absl::IsFailedPrecondition(status);
}

absl::Status OtherChild(absl::string_view field, absl::string_view text) {
  return absl::PermissionDeniedError(absl::StrCat("`", field, "`: ", text));
}

}  // namespace

std::string RefusalCode(const absl::Status& status) {
  const absl::string_view message = status.message();
  if (absl::StrContains(message, "bad padding")) return "padding";
  const size_t begin = message.find('`');
  const size_t end = message.find_first_of("`[. ", begin + 1);
  if (begin == absl::string_view::npos || end == absl::string_view::npos || end == begin + 1) {
    return "invalid";
  }
  const std::string field = absl::AsciiStrToLower(message.substr(begin + 1, end - begin - 1));
  return absl::StrReplaceAll(field, {{"_", "-"}});
}

Receiver::Receiver(const EdgeParts& parts, const Inbox* inbox, const Register* rows,
                   const NativeOut* native_out, const Outbox* outbox, Sender* sender,
                   ClockBook* clocks)
    : parts_(parts),
      inbox_(inbox),
      rows_(rows),
      native_out_(native_out),
      outbox_(outbox),
      sender_(sender),
      clocks_(clocks) {}

absl::Status Receiver::Handle(const v1::Delivery& delivery) {
  RETURN_IF_ERROR(ParseId16<MessageId>(delivery.message_id(), "message_id").status());
  switch (delivery.item_case()) {
    case v1::Delivery::kNotification:
      return HandleNotification(delivery);
    case v1::Delivery::kPseudonym:
      return HandlePseudonym(delivery);
    case v1::Delivery::kOutcome:
      return HandleOutcome(delivery);
    case v1::Delivery::kRecall:
      return HandleRecall(delivery);
    case v1::Delivery::ITEM_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("`item`: the delivery is of a kind that is not known here");
}

absl::Status Receiver::HandleNotification(const v1::Delivery& delivery) {
  const absl::StatusOr<v1::InboxRecord> known = inbox_->Get(MessageId(delivery.message_id()));
  if (known.ok()) {
    parts_.events->Write("duplicate", {{"message", ToHex(delivery.message_id())}});
    return Acknowledge(delivery, known->reason_code());
  }
  if (!absl::IsNotFound(known.status())) return known.status();
  v1::InboxRecord record;
  record.set_message_id(delivery.message_id());
  record.set_received_us(absl::ToUnixMicros(parts_.clock->Now()));
  absl::StatusOr<v1::DeliveredNotification> delivered = Verify(delivery, &record);
  absl::Status status = delivered.status();
  if (status.ok()) status = WriteNative(*delivered);
  if (IsRefusal(status)) return Refuse(delivery, status, std::move(record));
  RETURN_IF_ERROR(status);
  record.set_state(v1::WRITTEN);
  RETURN_IF_ERROR(native_out_->WriteReceipt(ToHex(record.message_id()), "delivery",
                                            delivery.notification().receipt()));
  RETURN_IF_ERROR(KeepConsentNym(record));
  RETURN_IF_ERROR(MarkCorrected(*delivered, record));
  RETURN_IF_ERROR(
      clocks_->Start(record, delivered->matched_case(), delivery.notification().decision()));
  RETURN_IF_ERROR(inbox_->Put(record));
  ++received_;
  parts_.events->Write("received", {{"message", ToHex(record.message_id())},
                                    {"sender", record.sender()},
                                    {"purpose", record.purpose()},
                                    {"withheld", delivered->withheld()},
                                    {"pseudonymPending", !record.pending_ciphertext().empty()}});
  return Acknowledge(delivery, "");
}

absl::StatusOr<v1::DeliveredNotification> Receiver::Verify(const v1::Delivery& delivery,
                                                           v1::InboxRecord* record) const {
  const v1::Notification& notification = delivery.notification();
  ASSIGN_OR_RETURN(const Opened opened, OpenNotification(notification, *parts_.keys));
  record->set_sender(opened.header.sender());
  record->set_purpose(opened.header.purpose());
  record->set_conversation(opened.header.conversation());
  *record->mutable_consent_id() = opened.header.consent_id();
  if (opened.header.correction() != v1::CORRECTION_KIND_UNSPECIFIED) {
    record->set_correction(opened.header.correction());
    record->set_corrects(opened.header.reply_to());
  }
  if (opened.header.message_id() != delivery.message_id()) {
    return absl::InvalidArgumentError("`message_id`: the delivery names another than the header");
  }
  RETURN_IF_ERROR(parts_.receipts->TakeDelivery(opened.header, notification));
  RETURN_IF_ERROR(CheckCorrected(*record));
  ASSIGN_OR_RETURN(v1::DeliveredNotification delivered,
                   DeliveredFrom(opened, notification.decision()));
  if (delivered.notification().has_identity()) {
    const std::string tag =
        RegisterTag(parts_.secrets(), delivered.notification().identity().number());
    if (const auto row = rows_->RowOf(tag)) record->set_expected_nym(row->nym);
  }
  if (opened.escrow.has_value()) {  // for a re-identification
    record->mutable_escrow()->set_manifest(notification.manifest());
    *record->mutable_escrow()->mutable_compartment() = *opened.escrow;
  }
  if (opened.pending.has_value()) {
    record->set_pending_ciphertext(opened.pending->ciphertext);
    record->set_directory(opened.pending->directory);
  }
  if (opened.nym.has_value()) {
    RETURN_IF_ERROR(CheckNym(opened.nym->value(), record));
    delivered.set_nym(record->nym());
    delivered.set_matched_case(rows_->CaseOf(record->nym()).value_or(""));
  }
  return delivered;
}

// The pseudonym must be that of the child who is named, and of the child whose consent is cited.
absl::Status Receiver::CheckNym(const std::string& nym, v1::InboxRecord* record) const {
  if (!record->expected_nym().empty() && record->expected_nym() != nym) {
    return OtherChild("nym-mismatch", "the pseudonym is not that of the child who is named");
  }
  for (const std::string& id : record->consent_id()) {
    const absl::StatusOr<v1::ConsentNym> bound = inbox_->GetConsentNym(ConsentId(id));
    if (absl::IsNotFound(bound.status())) continue;
    if (!bound.ok()) return absl::InternalError(bound.status().message());  // our own disk
    if (bound->nym() != nym) {
      return OtherChild("consent-mismatch", "the consent that is cited came for another child");
    }
  }
  if (!record->corrects().empty()) {
    const auto corrected = inbox_->Get(MessageId(record->corrects()));
    if (!corrected.ok() && !absl::IsNotFound(corrected.status())) {
      return absl::InternalError(corrected.status().message());  // our own disk
    }
    if (corrected.ok() && !corrected->nym().empty() && corrected->nym() != nym) {
      return OtherChild("correction-mismatch", "what it corrects came for another child");
    }
  }
  record->set_nym(nym);
  return absl::OkStatus();
}

// Nobody corrects what somebody else told. What never came here can be corrected all the same: its
// sender knows no better, and the correction says what is right.
absl::Status Receiver::CheckCorrected(const v1::InboxRecord& record) const {
  if (record.corrects().empty()) return absl::OkStatus();
  const auto corrected = inbox_->Get(MessageId(record.corrects()));
  if (absl::IsNotFound(corrected.status())) return absl::OkStatus();
  if (!corrected.ok()) return absl::InternalError(corrected.status().message());  // our own disk
  if (corrected->state() != v1::WRITTEN) return absl::OkStatus();  // refused: nobody's
  if (corrected->sender() == record.sender()) return absl::OkStatus();
  return absl::PermissionDeniedError("`correction`: what it corrects came from another agency");
}

absl::Status Receiver::MarkCorrected(const v1::DeliveredNotification& delivered,
                                     const v1::InboxRecord& record) const {
  if (record.corrects().empty()) return absl::OkStatus();
  const v1::Marking marking = MarkingBy(delivered, record);
  RETURN_IF_ERROR(
      ChangeMarkings(record, [&](v1::Markings* markings) { AddMarking(marking, markings); }));
  parts_.events->Write(
      "marked", {{"message", ToHex(record.corrects())},
                 {"by", ToHex(record.message_id())},
                 {"kind", record.correction() == v1::RETRACTION ? "retraction" : "correction"}});
  return absl::OkStatus();
}

absl::Status Receiver::ChangeMarkings(const v1::InboxRecord& by,
                                      const std::function<void(v1::Markings*)>& change) const {
  const MessageId id(by.corrects());
  const auto corrected = inbox_->Get(id);
  if (!corrected.ok() && !absl::IsNotFound(corrected.status())) return corrected.status();
  absl::StatusOr<v1::Markings> markings = inbox_->GetMarkings(id);
  if (absl::IsNotFound(markings.status())) markings.emplace().set_message_id(id.value());
  RETURN_IF_ERROR(markings.status());
  change(&*markings);
  const bool known = corrected.ok() && corrected->state() == v1::WRITTEN;
  const std::string matched = rows_->CaseOf(by.nym()).value_or("");
  RETURN_IF_ERROR(native_out_->WriteJson(IdText(id), "marking",
                                         MarkingJson(*markings, by.sender(), matched, known)));
  RETURN_IF_ERROR(clocks_->Mark(id, KindOf(*markings)));
  return inbox_->PutMarkings(*markings);
}

// A consent copy binds the consent to the child that it came with.
absl::Status Receiver::KeepConsentNym(const v1::InboxRecord& record) const {
  if (record.purpose() != std::string(kConsentCopyPurpose) || record.nym().empty()) {
    return absl::OkStatus();
  }
  for (const std::string& id : record.consent_id()) {
    v1::ConsentNym bound;
    bound.set_consent_id(id);
    bound.set_nym(record.nym());
    RETURN_IF_ERROR(inbox_->PutConsentNym(bound));
  }
  return absl::OkStatus();
}

absl::Status Receiver::WriteNative(const v1::DeliveredNotification& delivered) const {
  if (delivered.notification().purpose() == std::string(kFeedbackPurpose)) {
    return WriteFeedback(delivered);
  }
  return native_out_->WriteDelivered(delivered);
}

absl::Status Receiver::WriteFeedback(const v1::DeliveredNotification& delivered) const {
  const v1::NeutralNotification& notification = delivered.notification();
  ASSIGN_OR_RETURN(const std::string answered, FromHex(notification.reply_to()));
  const absl::StatusOr<v1::OutboxRecord> sent = outbox_->Get(MessageId(answered));
  if (absl::IsNotFound(sent.status()) ||
      (sent.ok() && sent->header().recipient() != delivered.sender())) {
    return absl::InvalidArgumentError("`reply_to`: answers no message sent to that agency");
  }
  if (!sent.ok()) return absl::InternalError(sent.status().message());  // our own disk
  SentOutcome outcome;
  outcome.native_id = sent->native_id();
  outcome.event = SentEvent::kFeedback;
  outcome.message_id_hex = ToHex(answered);
  outcome.feedback =
      notification.compartment().at(std::string(kStatusCategory)).feedback().status();
  outcome.text_sv = std::string(FeedbackTextSv(outcome.feedback));
  outcome.text_en = std::string(FeedbackTextEn(outcome.feedback));
  RETURN_IF_ERROR(native_out_->WriteOutcome(ToHex(delivered.message_id()), outcome));
  return native_out_->WriteJson(ToHex(delivered.message_id()), "feedback",
                                FeedbackJson(*sent, outcome));
}

absl::Status Receiver::HandlePseudonym(const v1::Delivery& delivery) {
  const absl::StatusOr<v1::InboxRecord> known = inbox_->Get(MessageId(delivery.message_id()));
  if (absl::IsNotFound(known.status())) return Acknowledge(delivery, "message-id");
  RETURN_IF_ERROR(known.status());
  v1::InboxRecord record = *known;
  if (record.pending_ciphertext().empty()) return Acknowledge(delivery, record.reason_code());
  const PendingNym pending = {.message_id = record.message_id(),
                              .ciphertext = record.pending_ciphertext(),
                              .directory = record.directory()};
  const absl::StatusOr<Nym> nym = RecoverNym(pending, delivery.pseudonym(), *parts_.keys);
  absl::Status status = nym.status();
  if (status.ok()) status = CheckNym(nym->value(), &record);
  if (!status.ok() && !IsRefusal(status)) return status;
  const std::string code = status.ok() ? "" : RefusalCode(status);
  if (!code.empty() && !record.corrects().empty()) {
    RETURN_IF_ERROR(ChangeMarkings(
        record, [&](v1::Markings* markings) { RemoveMarking(record.message_id(), markings); }));
  }
  const std::string id = ToHex(record.message_id());
  const ordered_json update = {
      {"message", id},
      {"matchedCase", status.ok() ? rows_->CaseOf(record.nym()).value_or("") : ""},
      {"fault", code}};
  RETURN_IF_ERROR(native_out_->WriteJson(id, "pseudonym", update.dump(/*indent=*/2) + "\n"));
  record.clear_pending_ciphertext();
  RETURN_IF_ERROR(KeepConsentNym(record));
  RETURN_IF_ERROR(inbox_->Put(record));
  parts_.events->Write("pseudonym", {{"message", id}, {"fault", code}});
  return Acknowledge(delivery, code);
}

absl::Status Receiver::HandleOutcome(const v1::Delivery& delivery) {
  const absl::Status status =
      sender_->OnOutcome(MessageId(delivery.message_id()), delivery.outcome());
  if (absl::IsNotFound(status)) return Acknowledge(delivery, "message-id");
  RETURN_IF_ERROR(status);
  return Acknowledge(delivery, "");
}

// Nothing is destroyed at an unrecorded word.
absl::Status Receiver::CheckRecall(const v1::Delivery& delivery) const {
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, parts_.receipts->Take(delivery.recall().receipt()));
  if (leaf.kind() == v1::RECALL && leaf.message_id() == delivery.message_id() &&
      leaf.recipient() == parts_.secrets().agency.value()) {
    return absl::OkStatus();
  }
  return absl::DataLossError("`receipt`: the logged entry does not recall this message from here");
}

// The record of the recall, durable before anything is destroyed, so that a message that comes
// after it, and a second attempt, find what was decided.
absl::StatusOr<v1::InboxRecord> Receiver::KeepRecall(const v1::Delivery& delivery) const {
  absl::StatusOr<v1::InboxRecord> known = inbox_->Get(MessageId(delivery.message_id()));
  if (known.ok() && known->state() == v1::RECALLED_HERE) return known;
  if (!known.ok() && !absl::IsNotFound(known.status())) return known.status();
  v1::InboxRecord record;
  std::string code = "not-received";
  if (known.ok()) {
    record = *std::move(known);
    if (record.state() == v1::WRITTEN) {
      ASSIGN_OR_RETURN(const std::vector<std::string> files,
                       native_out_->FilesOf(ToHex(delivery.message_id())));
      code = files.empty() ? "taken" : "destroyed";
    }
  }
  record.set_message_id(delivery.message_id());
  record.set_state(v1::RECALLED_HERE);
  record.set_reason_code(code);
  record.set_reason(delivery.recall().reason_code());
  record.clear_pending_ciphertext();
  RETURN_IF_ERROR(inbox_->Put(record));
  return record;
}

absl::Status Receiver::HandleRecall(const v1::Delivery& delivery) {
  const std::string id = ToHex(delivery.message_id());
  if (const absl::Status logged = CheckRecall(delivery); !logged.ok()) {
    parts_.events->Write("recall-refused",
                         {{"message", id}, {"error", std::string(logged.message())}});
    return AcknowledgeRecall(delivery, "refused");
  }
  ASSIGN_OR_RETURN(v1::InboxRecord record, KeepRecall(delivery));
  ASSIGN_OR_RETURN(const bool all, native_out_->Destroy(id));
  if (!all) {  // the agency's system was quicker
    record.set_reason_code("taken");
    RETURN_IF_ERROR(inbox_->Put(record));
  }
  const std::string& code = record.reason_code();
  const v1::Recall& recall = delivery.recall();
  if (code != "not-received") {
    const ordered_json notice = {{"message", id},
                                 {"sender", record.sender()},
                                 {"done", code},
                                 {"reasonCode", recall.reason_code()},
                                 {"textSv", recall.text_sv()},
                                 {"textEn", recall.text_en()},
                                 {"logIndex", recall.receipt().index()}};
    RETURN_IF_ERROR(native_out_->WriteJson(id, "recall", notice.dump(/*indent=*/2) + "\n"));
  }
  parts_.events->Write("recalled", {{"message", id}, {"done", code}});
  return AcknowledgeRecall(delivery, code);
}

absl::Status Receiver::Refuse(const v1::Delivery& delivery, const absl::Status& why,
                              v1::InboxRecord record) {
  record.set_state(v1::REFUSED_HERE);
  record.clear_escrow();
  record.set_reason_code(RefusalCode(why));
  record.set_reason(std::string(why.message()));
  RETURN_IF_ERROR(inbox_->Put(record));
  ++refused_;
  parts_.events->Write("refused", {{"message", ToHex(record.message_id())},
                                   {"sender", record.sender()},
                                   {"reason", record.reason_code()},
                                   {"error", record.reason()}});
  return Acknowledge(delivery, record.reason_code());
}

absl::Status Receiver::AcknowledgeRecall(const v1::Delivery& delivery, const std::string& code) {
  v1::AcknowledgeRequest request;
  request.set_delivery_id(delivery.delivery_id());
  request.set_reason_code(code);
  const absl::Status status = parts_.link->Acknowledge(request).status();
  return absl::IsNotFound(status) ? absl::OkStatus() : status;  // acknowledged before
}

absl::Status Receiver::Acknowledge(const v1::Delivery& delivery, const std::string& reason_code) {
  v1::AcknowledgeRequest request;
  request.set_delivery_id(delivery.delivery_id());
  request.set_refused(!reason_code.empty());
  request.set_reason_code(reason_code);
  const absl::Status status = parts_.link->Acknowledge(request).status();
  return absl::IsNotFound(status) ? absl::OkStatus() : status;  // acknowledged before
}

}  // namespace sluss
