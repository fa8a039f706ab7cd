#include "agency-adapters/police/sdk_format.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/common/attachment_type.h"
#include "agency-adapters/common/json_document.h"
#include "agency-adapters/common/mapping.h"
#include "agency-adapters/common/outcome_text.h"
#include "agency-adapters/common/render.h"
#include "agency-adapters/common/sdk_fault.h"
#include "agency-adapters/common/sdk_message.h"
#include "agency-adapters/common/sdk_reader.h"
#include "agency-adapters/common/sdk_receipt.h"
#include "agency-adapters/common/sdk_writer.h"
#include "agency-adapters/common/swedish_words.h"
#include "agency-adapters/common/xml_document.h"
#include "agency-adapters/police/sdk_notification.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

// Notices about a message need ids of their own: the message's, changed in its last byte, so that
// the same event written twice has the same id.
std::string NoticeId(const std::string& message_id, SentEvent event) {
  std::string id = message_id;
  id.back() = static_cast<char>(id.back() ^ (1 + static_cast<int>(event)));
  return UuidFromBytes(id);
}

// A reference as SDK writes it: our 32 hex digits as a UUID; empty where it is neither.
std::string AsUuid(const std::string& id) {
  const absl::StatusOr<std::string> bytes = FromHex(id);
  if (bytes.ok() && bytes->size() == 16) return UuidFromBytes(*bytes);
  const std::string message = SdkRecordId::Parse(id).message;
  return IsUuid(message) ? message : "";
}

// "accepted" needs only the receipt; what the sender must know beyond it comes as a message.
bool NeedsNotice(SentEvent event) {
  return event != SentEvent::kAccepted && event != SentEvent::kInvalid;
}

class SdkFormat : public NativeFormat {
 public:
  SdkFormat(Mapping mapping, const Clock* clock) : mapping_(std::move(mapping)), clock_(clock) {}

  absl::StatusOr<v1::NeutralNotification> Read(const NativeFile& file) const override {
    RETURN_IF_ERROR(CheckNativeSize(file));
    ASSIGN_OR_RETURN(const XmlDocument document, XmlDocument::Parse(file.bytes));
    const XmlElement root = document.root();
    if (root.name() == "ApplicationResponse" && root.namespace_uri() == kReceiptNamespace) {
      return ReadReceipt(root);
    }
    if (root.name() != "XHE" || root.namespace_uri() != kXheNamespace) {
      return absl::InvalidArgumentError(
          "neither an XHE envelope nor an SDK receipt: the root element is another");
    }
    ASSIGN_OR_RETURN(const SdkEnvelope envelope, ReadSdkEnvelope(root));
    absl::StatusOr<v1::NeutralNotification> notification = Take(envelope);
    if (!notification.ok()) return WithDocument(notification.status(), envelope.id);
    return notification;
  }

  absl::StatusOr<std::vector<NativeFile>> Write(
      const v1::DeliveredNotification& delivered) const override {
    const v1::NeutralNotification& notification = delivered.notification();
    const v1::Peer* peer = mapping_.FindPeer(delivered.sender());
    if (peer == nullptr || peer->sdk_party().empty() || peer->sdk_function().empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the mapping file has no `sdk_party` and `sdk_function` for the peer `",
                       delivered.sender(), "`; add them"));
    }
    SdkMessage message =
        Compose(UuidFromBytes(delivered.message_id()), AsUuid(notification.reply_to()));
    if (const std::string conversation = AsUuid(notification.conversation());
        !conversation.empty()) {
      message.conversation_id = conversation;
    }
    message.sender = {peer->sdk_party(), peer->sdk_function(), peer->name()};
    message.label = TitleInSwedish(notification);
    if (!delivered.matched_case().empty()) message.reference = {{"dnr", delivered.matched_case()}};
    message.text = {RenderDelivered(delivered, peer->name())};
    AddFiles(delivered, peer->name(), &message);
    return Envelope(message);
  }

  absl::StatusOr<std::vector<NativeFile>> WriteOutcome(const SentOutcome& outcome) const override {
    std::vector<NativeFile> files;
    if (auto receipt = Receipt(outcome); receipt.has_value()) {
      files.push_back(
          {absl::StrCat("kvittens-", receipt->document, ".xml"), WriteSdkReceipt(*receipt)});
    }
    const absl::StatusOr<std::string> id = FromHex(outcome.message_id_hex);
    if (NeedsNotice(outcome.event) && id.ok() && id->size() == 16) {
      SdkMessage message = Compose(NoticeId(*id, outcome.event), AsUuid(outcome.native_id));
      message.sender = {settings().gateway_party(), settings().gateway_function(), "Sluss"};
      message.label = "Besked om skickat meddelande";
      message.text = {OutcomeText(outcome)};
      ASSIGN_OR_RETURN(std::vector<NativeFile> notice, Envelope(message));
      std::move(notice.begin(), notice.end(), std::back_inserter(files));
    }
    return files;
  }

 private:
  const v1::SdkMapping& settings() const { return mapping_.config().sdk(); }

  absl::Status Fault(SdkReason reason, absl::string_view line, absl::string_view text) const {
    return SdkError({reason, "", std::string(line), std::string(text)});
  }

  absl::StatusOr<v1::NeutralNotification> Take(const SdkEnvelope& envelope) const {
    if (envelope.federation != settings().federation()) {
      return Fault(SdkReason::kInvariant, "XHE/Header/BusinessScope/FEDERATIONID",
                   "is not the federation of the mapping file");
    }
    if (envelope.from != settings().party()) {
      return Fault(SdkReason::kInvariant, "XHE/Header/FromParty", "is not this agency");
    }
    ASSIGN_OR_RETURN(v1::NeutralNotification notification, NotificationFromSdk(envelope, mapping_));
    if (notification.unstructured()) {
      return Fault(SdkReason::kInvariant, kNotificationFileName,
                   "is missing: without it nobody has decided what is disclosed, why and to whom");
    }
    const absl::Status complete = CheckComplete(notification);
    if (!complete.ok()) {
      return Fault(SdkReason::kInvariant, kNotificationFileName, complete.message());
    }
    return notification;
  }

  // The agency's own system answers for what Write gave it.
  absl::Status ReadReceipt(const XmlElement& root) const {
    ASSIGN_OR_RETURN(const SdkReceipt receipt, ReadSdkReceipt(root));
    if (receipt.sender != settings().party()) {
      return absl::InvalidArgumentError(
          "`ApplicationResponse/SenderParty/EndpointID`: is not this agency");
    }
    const auto& peers = mapping_.config().peer();
    const bool known = receipt.receiver == settings().gateway_party() ||
                       std::any_of(peers.begin(), peers.end(), [&](const v1::Peer& peer) {
                         return peer.sdk_party() == receipt.receiver;
                       });
    if (!known) {
      return absl::InvalidArgumentError(
          "`ApplicationResponse/ReceiverParty/EndpointID`: nobody that this agency exchanges with");
    }
    if (!IsUuid(receipt.document)) {
      return absl::InvalidArgumentError(
          "`ApplicationResponse/DocumentResponse/DocumentReference/ID`: a UUID is needed");
    }
    if (receipt.accepted()) {
      return absl::AlreadyExistsError(
          absl::StrCat("a receipt: ", receipt.document, " was accepted; nothing is to be sent"));
    }
    const SdkFault& fault = receipt.fault.front();
    return absl::AbortedError(absl::StrCat("a receipt: ", receipt.document, " was rejected with ",
                                           SdkResponseCode(fault.reason), "/",
                                           SdkReasonCode(fault.reason)));
  }

  // A message to the agency's own function; the sender is still to be set.
  SdkMessage Compose(const std::string& id, const std::string& answers) const {
    SdkMessage message;
    message.message_id = id;
    message.conversation_id = answers.empty() ? id : answers;
    message.ref_to_message_id = answers;
    message.created = clock_->Now();
    message.generating_system = settings().generating_system();
    message.recipient = {settings().party(), settings().function(), ""};
    return message;
  }

  void AddFiles(const v1::DeliveredNotification& delivered, const std::string& sender,
                SdkMessage* message) const {
    message->file.push_back(
        {"meddelande.pdf", "application/pdf", RenderDeliveredPdf(delivered, sender)});
    if (settings().json_in()) {
      message->file.push_back(
          {std::string(kDeliveredFileName), "application/json", WriteDeliveredDocument(delivered)});
    }
    std::map<std::string, const v1::CompartmentContent*> sorted;
    for (const auto& [category, content] : delivered.notification().compartment()) {
      sorted[category] = &content;
    }
    for (const auto& [category, content] : sorted) {
      for (const v1::Attachment& file : content->attachment()) {
        // SDK allows no empty element; the text tells the name and size of an empty file.
        if (file.content().empty()) continue;
        const bool typed = !file.content_type().empty();
        message->file.push_back(
            {BaseName(file.file_name()),
             typed ? file.content_type() : std::string(ContentTypeOf(file.file_name())),
             file.content()});
      }
    }
  }

  absl::StatusOr<std::vector<NativeFile>> Envelope(const SdkMessage& message) const {
    SdkEnvelope envelope;
    envelope.id = message.message_id;
    envelope.created = message.created;
    envelope.federation = settings().federation();
    envelope.message = message;
    ASSIGN_OR_RETURN(std::string bytes, WriteSdkEnvelope(envelope));
    return std::vector<NativeFile>{{message.message_id + ".xml", std::move(bytes)}};
  }

  // A receipt answers the record itself, so it is given once: when the record is taken or refused.
  std::optional<SdkReceipt> Receipt(const SentOutcome& outcome) const {
    SdkReceipt receipt;
    receipt.issued = clock_->Now();
    receipt.sender = settings().gateway_party();
    receipt.receiver = settings().party();
    receipt.document = SdkRecordId::Parse(outcome.native_id).envelope;
    if (outcome.event == SentEvent::kInvalid) {
      const std::optional<SdkFault> fault = ParseSdkError(outcome.text_en);
      if (fault.has_value()) receipt.document = fault->document;
      receipt.fault.push_back(
          fault.value_or(SdkFault{SdkReason::kInvariant, "", "NA", outcome.text_sv}));
    } else if (outcome.event == SentEvent::kDenied) {
      receipt.fault.push_back({SdkReason::kForbidden, "", "NA", outcome.text_sv});
    } else if (outcome.event != SentEvent::kAccepted && outcome.event != SentEvent::kPartial) {
      return std::nullopt;
    }
    if (!IsUuid(receipt.document)) return std::nullopt;
    receipt.id = absl::StrCat("KVT-", receipt.document);
    return receipt;
  }

  const Mapping mapping_;
  const Clock* const clock_;
};

absl::Status CheckSettings(const v1::SdkMapping& settings) {
  const std::pair<absl::string_view, const std::string&> needed[] = {
      {"party", settings.party()},
      {"function", settings.function()},
      {"federation", settings.federation()},
      {"gateway_party", settings.gateway_party()},
      {"gateway_function", settings.gateway_function()}};
  for (const auto& [field, text] : needed) {
    if (text.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("sdk.", field, ": is missing"));
    }
    if (absl::EndsWith(field, "party") && !absl::StartsWith(text, "0203:")) {
      return absl::InvalidArgumentError(absl::StrCat("sdk.", field, ": must begin with `0203:`"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<NativeFormat>> MakeSdkFormat(const v1::MappingConfig& config,
                                                            const Clock* clock) {
  RETURN_IF_ERROR(CheckSettings(config.sdk()));
  ASSIGN_OR_RETURN(Mapping mapping, Mapping::Make(config));
  return std::make_unique<SdkFormat>(std::move(mapping), clock);
}

}  // namespace sluss
