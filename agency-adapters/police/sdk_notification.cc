#include "agency-adapters/police/sdk_notification.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/common/attachment_type.h"
#include "agency-adapters/common/json_document.h"
#include "agency-adapters/common/personal_number.h"
#include "agency-adapters/common/sdk_fault.h"
#include "agency-adapters/common/statement.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

// Roots of personal numbers in SDK references (RIV-TA object identifiers).
constexpr absl::string_view kPersonnummerRoot = "1.2.752.129.2.1.3.1";
constexpr absl::string_view kSamordningsnummerRoot = "1.2.752.129.2.1.3.3";

absl::Status Fault(SdkReason reason, absl::string_view line, absl::string_view text) {
  return SdkError({reason, "", std::string(line), std::string(text)});
}

// The number in its one form; the type follows from it.
absl::Status SettleIdentity(absl::CivilDay day, absl::string_view line, v1::Identity* identity) {
  const absl::StatusOr<PersonalNumber> number = ParsePersonalNumber(identity->number(), day);
  if (!number.ok()) return Fault(SdkReason::kInvariant, line, number.status().message());
  identity->set_number(number->digits);
  identity->set_type(number->type);
  return absl::OkStatus();
}

// What a message without a document states by itself.
absl::StatusOr<v1::NeutralNotification> Unstructured(const SdkMessage& message) {
  v1::NeutralNotification notification;
  notification.set_unstructured(true);
  for (const std::string& text : message.text) {
    v1::Statement statement;
    statement.set_text(text);
    RETURN_IF_ERROR(AddStatement("NARRATIVE", std::move(statement), &notification));
  }
  for (const SdkReference& reference : message.reference) {
    if (reference.root != kPersonnummerRoot && reference.root != kSamordningsnummerRoot) continue;
    if (notification.has_identity()) {
      return Fault(SdkReason::kInvariant, "attention/reference/referenceId",
                   "two persons are named: one message a child");
    }
    notification.mutable_identity()->set_number(reference.extension);
  }
  return notification;
}

absl::StatusOr<v1::NeutralNotification> FromDocument(const SdkFile& file) {
  absl::StatusOr<v1::NeutralNotification> notification = ReadNotificationDocument(file.content);
  if (notification.ok()) return notification;
  return Fault(SdkReason::kInvariant, kNotificationFileName, notification.status().message());
}

absl::StatusOr<v1::NeutralNotification> FromFiles(const SdkMessage& message) {
  const auto is_document = [](const SdkFile& file) {
    return file.file_name == kNotificationFileName;
  };
  const auto document = std::find_if(message.file.begin(), message.file.end(), is_document);
  if (document == message.file.end()) return Unstructured(message);
  if (std::count_if(message.file.begin(), message.file.end(), is_document) > 1) {
    return Fault(SdkReason::kInvariant, kNotificationFileName, "is given twice");
  }
  return FromDocument(*document);
}

absl::Status AddFiles(const SdkMessage& message, const v1::SdkMapping& settings,
                      v1::NeutralNotification* notification) {
  for (const SdkFile& file : message.file) {
    if (file.file_name == kNotificationFileName) continue;
    const auto& taken = settings.content_type();
    if (std::find(taken.begin(), taken.end(), file.content_type) == taken.end()) {
      return Fault(SdkReason::kNotSupported, "ContentFiles/contentType",
                   "a type of file that is not taken");
    }
    v1::Attachment attachment;
    attachment.set_file_name(BaseName(file.file_name));
    attachment.set_content_type(file.content_type);
    attachment.set_content(file.content);
    RETURN_IF_ERROR(AddAttachment("NARRATIVE", std::move(attachment), notification));
  }
  return absl::OkStatus();
}

// A field that the envelope decides and the document may repeat, but not contradict.
absl::Status Settle(absl::string_view field, const std::string& decided, std::string* stated) {
  if (!stated->empty() && *stated != decided) {
    return Fault(SdkReason::kInvariant, absl::StrCat(kNotificationFileName, "/", field),
                 "differs from the message that carries it");
  }
  *stated = decided;
  return absl::OkStatus();
}

absl::StatusOr<const v1::Peer*> FindRecipient(const SdkParty& recipient, const Mapping& mapping) {
  for (const v1::Peer& peer : mapping.config().peer()) {
    if (peer.sdk_party() == recipient.id && peer.sdk_function() == recipient.function) return &peer;
  }
  return Fault(SdkReason::kNotFound, "recipient/attention/subOrganization/organizationId",
               "the mapping file knows no agency by this functional address");
}

void TranslateRoles(const Mapping& mapping, v1::NeutralNotification* notification) {
  for (v1::OfficerAct& officer : *notification->mutable_officer()) {
    const auto role = mapping.FindRole(officer.role());
    if (role.ok()) officer.set_role(*role);  // else it is a role of the vocabulary already, or none
  }
}

}  // namespace

std::string SdkRecordId::Text() const {
  return message == envelope ? message : absl::StrCat(message, ";", envelope);
}

SdkRecordId SdkRecordId::Parse(const std::string& text) {
  const size_t semicolon = text.find(';');
  if (semicolon == std::string::npos) return {text, text};
  return {text.substr(0, semicolon), text.substr(semicolon + 1)};
}

absl::StatusOr<v1::NeutralNotification> NotificationFromSdk(const SdkEnvelope& envelope,
                                                            const Mapping& mapping) {
  const SdkMessage& message = envelope.message;
  ASSIGN_OR_RETURN(v1::NeutralNotification notification, FromFiles(message));
  ASSIGN_OR_RETURN(const v1::Peer* recipient, FindRecipient(message.recipient, mapping));
  RETURN_IF_ERROR(AddFiles(message, mapping.config().sdk(), &notification));

  const std::string id = SdkRecordId{message.message_id, envelope.id}.Text();
  RETURN_IF_ERROR(Settle("native_id", id, notification.mutable_native_id()));
  RETURN_IF_ERROR(Settle("recipient", recipient->agency(), notification.mutable_recipient()));
  RETURN_IF_ERROR(
      Settle("conversation", message.conversation_id, notification.mutable_conversation()));
  if (!message.ref_to_message_id.empty()) {
    RETURN_IF_ERROR(Settle("reply_to", message.ref_to_message_id, notification.mutable_reply_to()));
  }
  if (notification.label().empty()) notification.set_label(message.label);
  notification.set_created_us(absl::ToUnixMicros(message.created));
  if (notification.has_identity()) {
    RETURN_IF_ERROR(SettleIdentity(SwedishDay(message.created),
                                   notification.unstructured()
                                       ? "attention/reference/referenceId"
                                       : absl::StrCat(kNotificationFileName, "/identity.number"),
                                   notification.mutable_identity()));
    const bool is_protected =
        notification.protected_identity() || notification.identity().protected_identity();
    notification.set_protected_identity(is_protected);
    notification.mutable_identity()->set_protected_identity(is_protected);
  }
  TranslateRoles(mapping, &notification);
  return notification;
}

}  // namespace sluss
