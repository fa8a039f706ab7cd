#include "agency-adapters/client/sender.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/client/sent_outcome.h"
#include "agency-adapters/common/leak_guard.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

using nlohmann::ordered_json;

// How long a message may wait for the gateway before the officer is told to phone instead.
absl::Duration Patience(v1::Urgency urgency) {
  switch (urgency) {
    case v1::NOW:
      return absl::Minutes(2);
    case v1::TODAY:
      return absl::Hours(1);
    default:
      return absl::Hours(24);
  }
}

ordered_json DecisionFields(const v1::Decision& decision) {
  return {{"verdict", std::string(VerdictName(decision.verdict()))},
          {"reason", decision.reason_code()},
          {"paragraphs", ParagraphsOf(decision)}};
}

ordered_json FaultFields(const absl::Status& status) {
  return {{"code", absl::StatusCodeToString(status.code())},
          {"error", std::string(status.message())}};
}

// A size that the format refuses and a receipt by which the agency's own system says no are faults
// of the file: to try again would change nothing.
absl::StatusOr<v1::NeutralNotification> ReadNative(const NativeFormat& format,
                                                   const NativeFile& file) {
  absl::StatusOr<v1::NeutralNotification> notification = format.Read(file);
  const absl::Status status = notification.status();
  if (absl::IsResourceExhausted(status) || absl::IsAborted(status)) {
    return absl::FailedPreconditionError(status.message());
  }
  return notification;
}

// The header as it was signed: sealing completes what composing began.
absl::StatusOr<v1::Header> SealedHeader(const v1::Envelope& envelope) {
  v1::Manifest manifest;
  v1::Header header;
  if (!manifest.ParseFromString(envelope.manifest()) ||
      !header.ParseFromString(manifest.header())) {
    return absl::InternalError("the sealed manifest does not parse");
  }
  return header;
}

}  // namespace

Sender::Sender(const EdgeParts& parts, Outbox* outbox, const References& references,
               OfficerBook* officers, const NativeOut* native_out, AgeLimitStore* age_limits,
               ClockBook* clocks)
    : parts_(parts),
      outbox_(outbox),
      references_(references),
      officers_(officers),
      native_out_(native_out),
      age_limits_(age_limits),
      clocks_(clocks) {}

absl::StatusOr<Sender::Taken> Sender::Take(const NativeFile& file, const std::string& done_name) {
  const std::string digest(AsStringView(Sha256({file.bytes})));
  if (const auto known = outbox_->FindByDigest(digest)) return TakenBefore(*known);
  ASSIGN_OR_RETURN(const v1::NeutralNotification notification, ReadNative(*parts_.format, file));
  if (outbox_->FindByNativeId(notification.native_id())) {
    return absl::InvalidArgumentError(
        "`native_id`: a record with this id was sent before, with other content; what is new goes "
        "into a record of its own");
  }
  RETURN_IF_ERROR(RefuseLeaks(notification));
  ASSIGN_OR_RETURN(const Composed composed, ComposeWithAdvice(notification));
  ASSIGN_OR_RETURN(v1::Envelope envelope,
                   SealEnvelope(composed.outgoing, parts_.secrets(), *parts_.directory()));
  SignAttestations(composed.signers, &envelope);
  v1::OutboxRecord record;
  record.set_message_id(composed.outgoing.header.message_id());
  record.set_native_id(notification.native_id());
  record.set_native_digest(digest);
  record.set_native_name(done_name);
  ASSIGN_OR_RETURN(*record.mutable_header(), SealedHeader(envelope));
  record.set_envelope(envelope.SerializeAsString());
  record.mutable_opening()->Assign(composed.openings.begin(), composed.openings.end());
  record.set_state(v1::TO_SUBMIT);
  const absl::Status added = outbox_->Add(record);
  // An earlier write of this file that seemed to fail had reached the disk: that message counts.
  if (const auto known = outbox_->FindByDigest(digest); absl::IsAlreadyExists(added) && known) {
    return TakenBefore(*known);
  }
  RETURN_IF_ERROR(added);
  RETURN_IF_ERROR(TellClocks(notification, record.header()));
  const std::string id = ToHex(record.message_id());
  parts_.events->Write("sealed", {{"message", id},
                                  {"recipient", record.header().recipient()},
                                  {"purpose", record.header().purpose()}});
  for (const LeakWarning& warning : WarnOfLeaks(notification)) {
    parts_.events->Write("leak-warning", {{"message", id},
                                          {"kind", std::string(LeakKindText(warning.kind))},
                                          {"field", warning.field}});
  }
  return Taken{.message = MessageId(record.message_id()), .done_name = done_name};
}

// Feedback says what the agency decided about the notification that it answers.
absl::Status Sender::TellClocks(const v1::NeutralNotification& notification,
                                const v1::Header& header) {
  const auto status = notification.compartment().find(std::string(kStatusCategory));
  if (header.reply_to().empty() || status == notification.compartment().end()) {
    return absl::OkStatus();
  }
  const v1::FeedbackStatus decided = status->second.feedback().status();
  const CaseEvent event = decided == v1::INVESTIGATION_OPENED       ? CaseEvent::kOpened
                          : decided == v1::INVESTIGATION_NOT_OPENED ? CaseEvent::kNotOpened
                                                                    : CaseEvent::kAlreadyRunning;
  const absl::Status told = clocks_->Tell(MessageId(header.reply_to()),
                                          CaseReport{.event = event, .at = parts_.clock->Now()});
  return absl::IsNotFound(told) ? absl::OkStatus() : told;
}

absl::StatusOr<Sender::Taken> Sender::TakenBefore(const MessageId& id) const {
  ASSIGN_OR_RETURN(const v1::OutboxRecord record, outbox_->Get(id));
  return Taken{.message = id, .duplicate = true, .done_name = record.native_name()};
}

absl::StatusOr<v1::Decision> Sender::Preflight(const Composed& composed) {
  ASSIGN_OR_RETURN(const v1::PreflightResponse response,
                   parts_.link->Preflight(PreflightOf(composed)));
  RETURN_IF_ERROR(age_limits_->Set({response.age_limit().begin(), response.age_limit().end()}));
  return response.decision();
}

absl::StatusOr<Composed> Sender::ComposeWithAdvice(const v1::NeutralNotification& notification) {
  const std::vector<uint32_t> before = age_limits_->Get();
  ASSIGN_OR_RETURN(Composed composed, Compose(notification, references_, parts_.secrets(), before,
                                              parts_.clock->Now()));
  absl::StatusOr<v1::Decision> advice = Preflight(composed);
  if (age_limits_->Get() != before) {  // the policies have changed: the interval is another
    ASSIGN_OR_RETURN(composed, Compose(notification, references_, parts_.secrets(),
                                       age_limits_->Get(), parts_.clock->Now()));
    advice = Preflight(composed);
  }
  if (!advice.ok()) {
    const bool may_wait_sealed =
        !composed.outgoing.header.protected_identity() && !age_limits_->Get().empty();
    if (!WorthRetrying(advice.status()) || !may_wait_sealed) return advice.status();
    parts_.events->Write("preflight-failed", FaultFields(advice.status()));
    return composed;
  }
  parts_.events->Write("preflight", DecisionFields(*advice));
  if (composed.outgoing.header.protected_identity() && advice->verdict() != v1::VERDICT_PERMIT &&
      advice->verdict() != v1::VERDICT_PARTIAL) {
    return absl::FailedPreconditionError(absl::StrCat(
        "`protected_identity`: the person's identity is protected and the rules do not let this "
        "pass (",
        advice->reason_code(), "): hand it over by telephone or registered post"));
  }
  return composed;
}

std::vector<Sender::Invalid> Sender::Flush() {
  std::vector<Invalid> invalid;
  for (const MessageId& id : outbox_->Unfinished()) {
    if (const absl::Status status = Step(id, &invalid); !status.ok()) {
      ordered_json fields = FaultFields(status);
      fields["message"] = IdText(id);
      parts_.events->Write("send-failed", fields);
    }
  }
  return invalid;
}

absl::Status Sender::Step(const MessageId& id, std::vector<Invalid>* invalid) {
  ASSIGN_OR_RETURN(v1::OutboxRecord record, outbox_->Get(id));
  if (record.state() == v1::TO_SUBMIT) RETURN_IF_ERROR(SubmitWhenDue(&record, invalid));
  if (record.state() == v1::TO_SUBMIT || record.reported()) return absl::OkStatus();
  RETURN_IF_ERROR(Report(record));
  return outbox_->Modify(id, [](v1::OutboxRecord& r) { r.set_reported(true); }).status();
}

absl::Status Sender::SubmitWhenDue(v1::OutboxRecord* record, std::vector<Invalid>* invalid) {
  const MessageId id(record->message_id());
  Attempt& attempt = attempts_[id];
  if (!attempt.Due(parts_.clock->Now())) return absl::OkStatus();
  absl::StatusOr<v1::OutboxRecord> submitted = Submit(*record);
  if (submitted.ok()) {
    attempts_.erase(id);
    *record = *std::move(submitted);
    return absl::OkStatus();
  }
  attempt.next = parts_.clock->Now() + attempt.backoff.Next();
  if (!WorthRetrying(submitted.status())) {
    invalid->push_back({.record = *record, .reason = submitted.status()});
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(TellToPhoneWhenLate(*record));
  return submitted.status();
}

absl::StatusOr<v1::OutboxRecord> Sender::Submit(const v1::OutboxRecord& record) {
  v1::SubmitRequest request;
  if (!request.mutable_envelope()->ParseFromString(record.envelope())) {
    return absl::DataLossError("the sealed message in the outbox is damaged");
  }
  RETURN_IF_ERROR(officers_->Publish());  // else the gateway would not know who attests this
  request.set_sent_us(absl::ToUnixMicros(parts_.clock->Now()));
  const bool feedback = record.header().purpose() == std::string(kFeedbackPurpose);
  ASSIGN_OR_RETURN(const v1::SubmitResponse answer,
                   feedback ? parts_.link->Feedback(request) : parts_.link->Submit(request));
  RETURN_IF_ERROR(parts_.receipts->TakeSubmission(record.header(), answer));
  if (feedback && answer.decision().verdict() == v1::VERDICT_PERMIT) {
    RETURN_IF_ERROR(clocks_->Answered(MessageId(record.header().reply_to()), parts_.clock->Now()));
  }
  ordered_json fields = DecisionFields(answer.decision());
  fields["message"] = ToHex(record.message_id());
  fields["logIndex"] = answer.receipt().index();
  parts_.events->Write("submitted", fields);
  return outbox_->Modify(MessageId(record.message_id()), [&](v1::OutboxRecord& r) {
    r.set_state(v1::ANSWERED);
    r.clear_envelope();
    *r.mutable_answer() = answer;
  });
}

absl::Status Sender::Report(const v1::OutboxRecord& record) {
  const std::string id = ToHex(record.message_id());
  RETURN_IF_ERROR(native_out_->WriteOutcome(id, AnswerOutcome(record)));
  if (record.answer().phone_now()) {
    RETURN_IF_ERROR(native_out_->WriteOutcome(id, PhoneOutcome(record)));
  }
  RETURN_IF_ERROR(native_out_->WriteReceipt(id, "decision", record.answer().receipt()));
  return native_out_->WriteJson(id, "answer", AnswerJson(record));
}

absl::Status Sender::TellToPhoneWhenLate(const v1::OutboxRecord& record) {
  const absl::Duration waited =
      parts_.clock->Now() - absl::FromUnixMicros(record.header().created_us());
  if (record.told_to_phone() || waited < Patience(record.header().urgency())) {
    return absl::OkStatus();
  }
  const std::string id = ToHex(record.message_id());
  RETURN_IF_ERROR(native_out_->WriteOutcome(id, PhoneOutcome(record)));
  parts_.events->Write("phone-now", {{"message", id}});
  return outbox_
      ->Modify(MessageId(record.message_id()),
               [](v1::OutboxRecord& r) { r.set_told_to_phone(true); })
      .status();
}

absl::Status Sender::Forget(const MessageId& id) {
  attempts_.erase(id);
  return outbox_->Forget(id);
}

// Not how the message ended: that stays as it was told.
absl::Status Sender::OnReidentified(const MessageId& id, const v1::Outcome& outcome) {
  ASSIGN_OR_RETURN(const v1::OutboxRecord record, outbox_->Get(id));
  const v1::Reidentified& news = outcome.reidentified();
  const char* const what = news.fault().empty() ? "reidentified" : "escrow-fault";
  RETURN_IF_ERROR(native_out_->WriteJson(IdText(id), what, ReidentifiedJson(record, outcome)));
  parts_.events->Write(what, {{"message", IdText(id)},
                              {"agency", news.agency()},
                              {"legalBasis", news.legal_basis()},
                              {"fault", news.fault()},
                              {"logIndex", news.log_index()}});
  return absl::OkStatus();
}

absl::Status Sender::OnOutcome(const MessageId& id, const v1::Outcome& outcome) {
  if (outcome.has_reidentified()) return OnReidentified(id, outcome);
  ASSIGN_OR_RETURN(const v1::OutboxRecord record, outbox_->Modify(id, [&](v1::OutboxRecord& r) {
    *r.mutable_outcome() = outcome;
  }));
  if (outcome.phone_now()) {
    RETURN_IF_ERROR(native_out_->WriteOutcome(IdText(id), PhoneOutcome(record)));
  }
  if (const auto end = EndOutcome(record, outcome)) {
    RETURN_IF_ERROR(native_out_->WriteOutcome(IdText(id), *end));
    RETURN_IF_ERROR(native_out_->WriteJson(IdText(id), "outcome", OutcomeJson(record, outcome)));
  }
  if (outcome.state() == v1::QUEUED && !outcome.phone_now()) {  // it leaves with less
    RETURN_IF_ERROR(native_out_->WriteJson(IdText(id), "trimmed", OutcomeJson(record, outcome)));
  }
  parts_.events->Write("outcome", {{"message", IdText(id)},
                                   {"state", v1::MessageState_Name(outcome.state())},
                                   {"reason", outcome.reason_code()},
                                   {"phoneNow", outcome.phone_now()}});
  return absl::OkStatus();
}

}  // namespace sluss
