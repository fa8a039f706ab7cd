#include "agency-adapters/common/sdk_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agency-adapters/common/sdk_fault.h"
#include "agency-adapters/common/sdk_schema.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kBasic = "http://docs.oasis-open.org/bdxr/ns/XHE/1/BasicComponents";
constexpr absl::string_view kAggregate =
    "http://docs.oasis-open.org/bdxr/ns/XHE/1/AggregateComponents";
constexpr absl::string_view kCustomization = "urn:fdc:digg.se:edelivery:xhe:1";
constexpr absl::string_view kProcess = "bdx:noprocess";
constexpr absl::string_view kDocumentType =
    "urn:riv:infrastructure:messaging:MessageWithAttachments:3::messagePayload##3.0::";

absl::Status Fault(SdkReason reason, absl::string_view line, absl::string_view text) {
  return SdkError({reason, "", std::string(line), std::string(text)});
}

// ---- Message ------------------------------------------------------------------------------------

SdkParty ReadParty(const XmlElement& party, absl::string_view id) {
  const XmlElement function = party.Child("attention").Child("subOrganization");
  return {party.Child(id).Child("extension").Text(),
          function.Child("organizationId").Child("extension").Text(), party.Child("label").Text()};
}

absl::StatusOr<SdkFile> ReadFile(const XmlElement& node) {
  SdkFile file{node.Child("fileName").Text(), node.Child("contentType").Text(), ""};
  if (!absl::Base64Unescape(node.Child("content").Text(), &file.content)) {
    return Fault(SdkReason::kInvariant, node.Child("content").Path(), "base64 is needed");
  }
  return file;
}

absl::Status ReadBody(const XmlElement& body, SdkMessage* message) {
  for (const XmlElement& document : body.children()) {
    for (const XmlElement& content : document.children()) {
      if (content.name() == "ContentText") {
        message->text.push_back(content.Child("characterSequence").Text());
      } else if (content.name() == "ContentFiles") {
        ASSIGN_OR_RETURN(SdkFile file, ReadFile(content));
        message->file.push_back(std::move(file));
      }
    }
  }
  return absl::OkStatus();
}

// ---- Envelope -----------------------------------------------------------------------------------

absl::StatusOr<std::string> Basic(const XmlElement& parent, absl::string_view name) {
  std::string text = parent.Child(kBasic, name).Text();
  if (text.empty()) {
    return Fault(SdkReason::kStructure, absl::StrCat(parent.Path(), "/", name), "is missing");
  }
  return text;
}

absl::Status BasicIs(const XmlElement& parent, absl::string_view name, absl::string_view wanted) {
  ASSIGN_OR_RETURN(const std::string text, Basic(parent, name));
  if (text == wanted) return absl::OkStatus();
  return Fault(SdkReason::kInvariant, absl::StrCat(parent.Path(), "/", name),
               absl::StrCat("must be `", wanted, "`"));
}

absl::StatusOr<std::string> Criterion(const XmlElement& scope, absl::string_view code) {
  std::string found;
  int count = 0;
  for (const XmlElement& criterion : scope.children()) {
    if (criterion.Child(kBasic, "BusinessScopeCriterionTypeCode").Text() != code) continue;
    found = criterion.Child(kBasic, "BusinessScopeCriterionValue").Text();
    ++count;
  }
  if (count == 1 && !found.empty()) return found;
  return Fault(SdkReason::kInvariant, absl::StrCat("XHE/Header/BusinessScope/", code),
               count > 1 ? "is given twice" : "is missing");
}

absl::StatusOr<std::string> XheParty(const XmlElement& header, absl::string_view name) {
  const XmlElement id =
      header.Child(kAggregate, name).Child(kAggregate, "PartyIdentification").Child(kBasic, "ID");
  const std::string path = absl::StrCat("XHE/Header/", name, "/PartyIdentification/ID");
  std::string text = id.Text();
  if (text.empty()) return Fault(SdkReason::kStructure, path, "is missing");
  if (id.Attribute("schemeID") != kSdkPartyScheme || !absl::StartsWith(text, "0203:")) {
    return Fault(
        SdkReason::kInvariant, path,
        absl::StrCat("must begin with `0203:` and have the scheme `", kSdkPartyScheme, "`"));
  }
  return text;
}

absl::Status ReadScope(const XmlElement& header, SdkEnvelope* envelope) {
  const XmlElement scope = header.Child(kAggregate, "BusinessScope");
  ASSIGN_OR_RETURN(envelope->federation, Criterion(scope, "FEDERATIONID"));
  ASSIGN_OR_RETURN(const std::string process, Criterion(scope, "PROCESSID"));
  if (process != kProcess) {
    return Fault(SdkReason::kInvariant, "XHE/Header/BusinessScope/PROCESSID",
                 absl::StrCat("must be `", kProcess, "`"));
  }
  ASSIGN_OR_RETURN(const std::string document, Criterion(scope, "DOCUMENTID"));
  if (!absl::StartsWith(document, kDocumentType)) {
    return Fault(SdkReason::kNotSupported, "XHE/Header/BusinessScope/DOCUMENTID",
                 "only MessageWithAttachments version 3 is read");
  }
  return absl::OkStatus();
}

absl::Status ReadPayload(const XmlElement& xhe, SdkEnvelope* envelope) {
  const XmlElement payloads = xhe.Child(kAggregate, "Payloads");
  if (payloads.children().size() != 1) {
    return Fault(SdkReason::kInvariant, "XHE/Payloads", "exactly one payload is needed");
  }
  const XmlElement payload = payloads.Child(kAggregate, "Payload");
  ASSIGN_OR_RETURN(envelope->handling_service, Basic(payload, "HandlingServiceID"));
  ASSIGN_OR_RETURN(const std::string encrypted, Basic(payload, "InstanceEncryptionIndicator"));
  if (encrypted != "false") {
    return Fault(SdkReason::kNotSupported, payload.Path() + "/InstanceEncryptionIndicator",
                 "the access point must decrypt the payload first");
  }
  const XmlElement message =
      payload.Child(kAggregate, "PayloadContent").Child(kSdkMessageNamespace, "messagePayload");
  if (!message) {
    return Fault(SdkReason::kStructure, payload.Path() + "/PayloadContent/messagePayload",
                 "is missing");
  }
  ASSIGN_OR_RETURN(envelope->message, ReadSdkMessage(message));
  return absl::OkStatus();
}

// What is said twice must be said alike: the access point routes by one and people read the other.
absl::Status CheckAgreement(const SdkEnvelope& envelope) {
  const struct {
    bool agree;
    absl::string_view line;
  } kRows[] = {{envelope.from == envelope.message.sender.id, "XHE/Header/FromParty"},
               {envelope.to == envelope.message.recipient.id, "XHE/Header/ToParty"},
               {envelope.handling_service == envelope.message.recipient.function,
                "XHE/Payloads/Payload/HandlingServiceID"}};
  for (const auto& row : kRows) {
    if (!row.agree)
      return Fault(SdkReason::kInvariant, row.line, "differs from the message inside");
  }
  return absl::OkStatus();
}

absl::Status ReadHeader(const XmlElement& xhe, SdkEnvelope* envelope) {
  RETURN_IF_ERROR(BasicIs(xhe, "XHEVersionID", "1.0"));
  RETURN_IF_ERROR(BasicIs(xhe, "CustomizationID", kCustomization));
  const XmlElement header = xhe.Child(kAggregate, "Header");
  ASSIGN_OR_RETURN(const std::string created, Basic(header, "CreationDateTime"));
  if (!ParseSdkTime(created, &envelope->created)) {
    return Fault(SdkReason::kStructure, "XHE/Header/CreationDateTime", "a time is needed");
  }
  RETURN_IF_ERROR(ReadScope(header, envelope));
  ASSIGN_OR_RETURN(envelope->from, XheParty(header, "FromParty"));
  ASSIGN_OR_RETURN(envelope->to, XheParty(header, "ToParty"));
  return absl::OkStatus();
}

absl::Status ReadEnvelope(const XmlElement& xhe, SdkEnvelope* envelope) {
  RETURN_IF_ERROR(ReadHeader(xhe, envelope));
  RETURN_IF_ERROR(ReadPayload(xhe, envelope));
  return CheckAgreement(*envelope);
}

}  // namespace

absl::StatusOr<SdkMessage> ReadSdkMessage(const XmlElement& payload) {
  RETURN_IF_ERROR(CheckSdkPayload(payload));
  const XmlElement header = payload.Child("message").Child("messageHeader");
  SdkMessage message;
  message.message_id = header.Child("messageId").Text();
  message.conversation_id = header.Child("conversationId").Text();
  message.ref_to_message_id = header.Child("refToMessageId").Text();
  ParseSdkTime(header.Child("creationDateTime").Text(), &message.created);  // checked above
  message.label = header.Child("label").Text();
  const std::string confidential = header.Child("confidentiality").Text();
  message.confidential = confidential == "true" || confidential == "1";
  message.generating_system = header.Child("generatingSystem").Child("extension").Text();
  message.sender = ReadParty(header.Child("sender"), "senderID");
  message.recipient = ReadParty(header.Child("recipient"), "recipientID");
  for (const XmlElement& child : header.Child("recipient").Child("attention").children()) {
    if (child.name() != "reference") continue;
    const XmlElement id = child.Child("referenceId");
    message.reference.push_back({id.Child("root").Text(), id.Child("extension").Text()});
  }
  RETURN_IF_ERROR(ReadBody(payload.Child("message").Child("messageBody"), &message));
  return message;
}

absl::StatusOr<SdkEnvelope> ReadSdkEnvelope(const XmlElement& xhe) {
  SdkEnvelope envelope;
  envelope.id = xhe.Child(kAggregate, "Header").Child(kBasic, "ID").Text();
  if (!IsUuid(envelope.id)) {
    return Fault(SdkReason::kInvariant, "XHE/Header/ID", "a UUID is needed");
  }
  const absl::Status status = ReadEnvelope(xhe, &envelope);
  if (!status.ok()) return WithDocument(status, envelope.id);
  return envelope;
}

}  // namespace sluss
