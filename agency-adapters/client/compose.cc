#include "agency-adapters/client/compose.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/client/agency_digest.h"
#include "agency-adapters/common/personal_number.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/random.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"

namespace sluss {
namespace {

constexpr size_t kIdBytes = 16;

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "`: ", text));
}

// Fields of another version of content.proto, or of none: room for text that nobody looked at.
bool HasUnknownFields(const google::protobuf::Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

absl::Status CheckOfficers(const v1::NeutralNotification& notification) {
  if (notification.officer().empty()) {
    return Fault("officer", "nobody answers for this disclosure; a record is never sent by itself");
  }
  for (int i = 0; i < notification.officer_size(); ++i) {
    const v1::OfficerAct& act = notification.officer(i);
    const std::string field = absl::StrCat("officer[", i, "].");
    if (act.name().empty()) return Fault(field + "name", "is missing");
    if (act.role().empty()) return Fault(field + "role", "is missing");
    if (act.reason().empty()) return Fault(field + "reason", "the officer's reason is missing");
  }
  return absl::OkStatus();
}

absl::Status CheckFeedback(const v1::NeutralNotification& notification) {
  if (notification.has_identity()) return Fault("identity", "feedback names no child");
  const auto status = notification.compartment().find(std::string(kStatusCategory));
  if (notification.compartment_size() != 1 || status == notification.compartment().end()) {
    return Fault("compartment", "feedback carries STATUS and nothing more");
  }
  return CheckFeedbackContent(status->second);
}

// Also settles the conversation that the answered message belongs to.
absl::Status AddReply(const v1::NeutralNotification& notification, const References& references,
                      v1::Header* header) {
  if (notification.reply_to().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const MessageId id,
                   ResolveMessage("reply_to", notification.reply_to(), *references.outbox));
  header->set_reply_to(id.value());
  if (const auto received = references.inbox->Get(id); received.ok()) {
    header->set_conversation(received->conversation());
    if (header->recipient().empty()) header->set_recipient(received->sender());
  } else if (const auto sent = references.outbox->Get(id); sent.ok()) {
    header->set_conversation(sent->header().conversation());
  } else {
    return Fault("reply_to", "names a message that this agency neither received nor sent");
  }
  return absl::OkStatus();
}

// From the beginning of that day on the citizen may be told.
absl::Status AddWithheld(const v1::NeutralNotification& notification, v1::Header* header) {
  if (notification.withhold_until().empty()) return absl::OkStatus();
  absl::CivilDay day;
  if (!absl::ParseCivilTime(notification.withhold_until(), &day)) {
    return Fault("withhold_until", "is no day: write YYYY-MM-DD");
  }
  header->set_withhold_until_us(absl::ToUnixMicros(StartOfSwedishDay(day)));
  return absl::OkStatus();
}

// What an ended message of ours can still be corrected about: nothing, where nobody has it.
absl::string_view NeverArrived(const v1::OutboxRecord& sent) {
  const v1::Verdict verdict = sent.answer().decision().verdict();
  if (sent.has_answer() && verdict != v1::VERDICT_PERMIT && verdict != v1::VERDICT_PARTIAL) {
    return "was denied";
  }
  switch (sent.outcome().state()) {
    case v1::STOPPED:
      return "was stopped before it was handed out";
    case v1::DENIED:
    case v1::DENIED_AT_DELIVERY:
      return "was denied";
    case v1::RECALLED:
      return "was called back";
    case v1::EXPIRED_UNDELIVERED:
      return "expired before it was fetched";
    case v1::REFUSED_BY_RECIPIENT:
      return "was refused by the recipient";
    default:
      return "";
  }
}

// A correction goes where the corrected message went, and for the same purpose.
absl::Status AddCorrection(const v1::NeutralNotification& notification, const Outbox& outbox,
                           v1::Header* header) {
  if (notification.correction() == v1::CORRECTION_KIND_UNSPECIFIED) return absl::OkStatus();
  if (!v1::CorrectionKind_IsValid(notification.correction())) {
    return Fault("correction", "is of a kind that is not known here");
  }
  if (header->reply_to().empty()) {
    return Fault("reply_to", "is missing: it names the record that is corrected");
  }
  const auto sent = outbox.Get(MessageId(header->reply_to()));
  if (absl::IsNotFound(sent.status())) {
    return Fault("reply_to", "names nothing that this agency sent: only that can be corrected");
  }
  RETURN_IF_ERROR(sent.status());
  if (header->recipient().empty()) header->set_recipient(sent->header().recipient());
  if (sent->header().recipient() != header->recipient() ||
      sent->header().purpose() != header->purpose()) {
    return Fault("reply_to", "names a message to another recipient or for another purpose");
  }
  if (const absl::string_view why = NeverArrived(*sent); !why.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("`reply_to`: that message ", why,
                     "; the recipient has nothing to correct: send what is right anew"));
  }
  header->set_correction(static_cast<v1::CorrectionKind>(notification.correction()));
  return absl::OkStatus();
}

// Every statement has an id among those of its category, so that a later message can name it.
absl::Status SettleStatements(const std::string& category, int correction,
                              google::protobuf::RepeatedPtrField<v1::Statement>* statements) {
  const std::string place = absl::StrCat("compartment.", category, ".statement");
  std::set<std::string> ids;
  for (int i = 0; i < statements->size(); ++i) {
    v1::Statement& statement = *statements->Mutable(i);
    if (statement.id().empty()) statement.set_id(absl::StrCat(i + 1));
    if (!ids.insert(statement.id()).second) {
      return Fault(place, "two statements have the same `id`");
    }
    if (statement.retracted() && statement.corrects().empty()) {
      return Fault(place, "one is `retracted` and does not say in `corrects` which one that was");
    }
    if (!statement.corrects().empty() && correction != v1::CORRECTION) {
      return Fault(place, "one corrects an earlier one, but the record is no correction");
    }
  }
  return absl::OkStatus();
}

absl::Status AddConsents(const v1::NeutralNotification& notification, const ConsentBook& book,
                         Outgoing* outgoing) {
  for (const std::string& cited : notification.consent_id()) {
    ASSIGN_OR_RETURN(const ConsentId id, book.Resolve(cited));
    absl::StatusOr<ConsentWitness> witness = book.Witness(id);
    if (absl::IsNotFound(witness.status())) {
      return Fault("consent_id",
                   "cites a consent that was registered elsewhere: each agency "
                   "verifies and registers the consent itself");
    }
    RETURN_IF_ERROR(witness.status());
    outgoing->consents.push_back(*std::move(witness));
  }
  return absl::OkStatus();
}

absl::Status AddChild(const v1::NeutralNotification& notification,
                      const std::vector<uint32_t>& age_limits, absl::Time now, Outgoing* outgoing) {
  if (!notification.has_identity()) {
    return notification.escrow_identity()
               ? Fault("identity", "is missing, so nothing can be escrowed")
               : absl::OkStatus();
  }
  const absl::CivilDay today = SwedishDay(now);
  absl::StatusOr<PersonalNumber> number =
      ParsePersonalNumber(notification.identity().number(), today);
  if (!number.ok()) return Fault("identity.number", number.status().message());
  ASSIGN_OR_RETURN(outgoing->number, CanonicalNumber::Parse(number->digits));
  if (!age_limits.empty()) {
    *outgoing->header.mutable_age() =
        IntervalOf(static_cast<uint32_t>(number->AgeOn(today)), age_limits);
  }
  outgoing->escrow_identity = notification.escrow_identity();
  if (!notification.escrow_identity()) {
    v1::CompartmentContent identity;
    *identity.mutable_identity() = notification.identity();
    identity.mutable_identity()->set_number(number->digits);
    identity.mutable_identity()->set_type(number->type);
    outgoing->parts[std::string(kIdentityCategory)] = identity.SerializeAsString();
  }
  return absl::OkStatus();
}

absl::Status AddParts(const v1::NeutralNotification& notification, Outgoing* outgoing) {
  for (const auto& [category, content] : notification.compartment()) {
    const bool made_here =
        category == std::string(kIdentityCategory) || category == std::string(kEscrowCategory);
    if (made_here || content.has_identity() || !content.escrow().empty()) {
      return Fault("compartment", "the identity travels in the field `identity` only");
    }
    if (content.content_case() == v1::CompartmentContent::CONTENT_NOT_SET &&
        content.attachment().empty()) {
      return Fault("compartment", "a category without content");
    }
    v1::CompartmentContent settled = content;
    if (settled.has_narrative()) {
      RETURN_IF_ERROR(SettleStatements(category, notification.correction(),
                                       settled.mutable_narrative()->mutable_statement()));
    } else if (settled.has_text()) {
      RETURN_IF_ERROR(SettleStatements(category, notification.correction(),
                                       settled.mutable_text()->mutable_statement()));
    }
    outgoing->parts[category] = settled.SerializeAsString();
  }
  return absl::OkStatus();
}

}  // namespace

v1::AgeInterval IntervalOf(uint32_t age, const std::vector<uint32_t>& limits) {
  v1::AgeInterval interval;
  for (const uint32_t limit : limits) {
    if (limit <= age) {
      interval.set_from(limit);
    } else {
      interval.set_below(limit);
      break;
    }
  }
  return interval;
}

absl::StatusOr<MessageId> ResolveMessage(absl::string_view field, const std::string& reference,
                                         const Outbox& outbox) {
  if (const auto own = outbox.FindByNativeId(reference)) return *own;
  const absl::StatusOr<std::string> bytes = FromHex(absl::StrReplaceAll(reference, {{"-", ""}}));
  if (bytes.ok() && bytes->size() == kIdBytes) return MessageId(*bytes);
  return Fault(field, "is neither a message id (32 hex digits) nor a record sent from here");
}

absl::Status CheckFeedbackContent(const v1::CompartmentContent& content) {
  if (!content.has_feedback() || !content.attachment().empty() || HasUnknownFields(content) ||
      HasUnknownFields(content.feedback())) {
    return Fault("content.STATUS", "feedback is one of three statuses and nothing more");
  }
  switch (content.feedback().status()) {
    case v1::INVESTIGATION_OPENED:
    case v1::INVESTIGATION_NOT_OPENED:
    case v1::INVESTIGATION_ALREADY_RUNNING:
      return absl::OkStatus();
    default:
      return Fault("content.STATUS", "is not one of the three statuses that the law allows");
  }
}

absl::StatusOr<Composed> Compose(const v1::NeutralNotification& notification,
                                 const References& references, const AgencySecrets& secrets,
                                 const std::vector<uint32_t>& age_limits, absl::Time now) {
  RETURN_IF_ERROR(CheckOfficers(notification));
  if (notification.purpose() == std::string(kFeedbackPurpose))
    RETURN_IF_ERROR(CheckFeedback(notification));
  Composed composed;
  v1::Header& header = composed.outgoing.header;
  header.set_message_id(RandomBytes(kIdBytes));
  header.set_recipient(notification.recipient());
  header.set_purpose(notification.purpose());
  header.set_legal_basis(notification.legal_basis());
  header.set_urgency(static_cast<v1::Urgency>(notification.urgency()));
  header.set_phoned_first(notification.phoned_first());
  header.set_created_us(absl::ToUnixMicros(now));
  header.set_conversation(header.message_id());
  header.set_protected_identity(notification.protected_identity() ||
                                notification.identity().protected_identity());
  RETURN_IF_ERROR(AddWithheld(notification, &header));
  RETURN_IF_ERROR(AddReply(notification, references, &header));
  RETURN_IF_ERROR(AddCorrection(notification, *references.outbox, &header));
  RETURN_IF_ERROR(AddConsents(notification, *references.consents, &composed.outgoing));
  RETURN_IF_ERROR(AddChild(notification, age_limits, now, &composed.outgoing));
  RETURN_IF_ERROR(AddParts(notification, &composed.outgoing));
  ASSIGN_OR_RETURN(composed.signers, references.officers->Signers(notification.officer(), now));
  for (int i = 0; i < notification.officer_size(); ++i) {
    v1::OfficerAct act = notification.officer(i);
    act.set_name(composed.signers[i].name);
    Attested attested = Attest(secrets, act);
    *header.add_attestation() = std::move(attested.attestation);
    composed.openings.push_back(std::move(attested.opening));
  }
  return composed;
}

void SignAttestations(const std::vector<OfficerSigner>& signers, v1::Envelope* envelope) {
  for (const OfficerSigner& signer : signers) {
    envelope->add_officer_signature(SignAttestation(*signer.key, AttestedKind::kManifest,
                                                    signer.officer, envelope->manifest()));
  }
}

v1::PreflightRequest PreflightOf(const Composed& composed) {
  const v1::Header& header = composed.outgoing.header;
  v1::PreflightRequest request;
  request.set_recipient(header.recipient());
  request.set_purpose(header.purpose());
  request.set_legal_basis(header.legal_basis());
  for (const auto& [category, content] : composed.outgoing.parts) request.add_category(category);
  if (composed.outgoing.escrow_identity) request.add_category(std::string(kEscrowCategory));
  request.set_reason(true);
  for (const v1::Attestation& attestation : header.attestation()) {
    request.add_officer_role(attestation.role());
    if (!attestation.weighing_digest().empty()) request.set_weighing(true);
  }
  if (header.has_age()) *request.mutable_age() = header.age();
  for (const ConsentWitness& consent : composed.outgoing.consents) {
    request.add_consent_id(consent.consent_id().value());
  }
  request.set_protected_identity(header.protected_identity());
  return request;
}

}  // namespace sluss
