#include "agency-adapters/common/sdk_writer.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/common/native_format.h"
#include "agency-adapters/common/sdk_reader.h"
#include "agency-adapters/common/xml_document.h"
#include "agency-adapters/common/xml_writer.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

std::string SdkTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3S", time, absl::UTCTimeZone()) + "Z";
}

void WriteIdentifier(absl::string_view name, absl::string_view root, absl::string_view extension,
                     XmlWriter* xml) {
  xml->Open(name);
  xml->Text("m:root", root);
  xml->Text("m:extension", extension);
  xml->Close();
}

void WriteLabel(absl::string_view label, XmlWriter* xml) {
  if (!label.empty()) xml->Text("m:label", label);  // SDK allows no empty element
}

void WriteFunction(absl::string_view function, XmlWriter* xml) {
  xml->Open("m:subOrganization");
  WriteIdentifier("m:organizationId", kSdkFunctionRoot, function, xml);
  xml->Close();
}

void WriteParties(const SdkMessage& message, XmlWriter* xml) {
  xml->Open("m:recipient");
  WriteIdentifier("m:recipientID", kSdkPartyScheme, message.recipient.id, xml);
  WriteLabel(message.recipient.label, xml);
  xml->Open("m:attention");
  WriteFunction(message.recipient.function, xml);
  for (const SdkReference& reference : message.reference) {
    xml->Open("m:reference");
    WriteIdentifier("m:referenceId", reference.root, reference.extension, xml);
    xml->Close();
  }
  xml->Close();
  xml->Close();
  xml->Open("m:sender");
  WriteIdentifier("m:senderID", kSdkPartyScheme, message.sender.id, xml);
  WriteLabel(message.sender.label, xml);
  xml->Open("m:attention");
  WriteFunction(message.sender.function, xml);
  xml->Close();
  xml->Close();
}

void WriteBody(const SdkMessage& message, XmlWriter* xml) {
  xml->Open("m:messageBody");
  xml->Open("m:documents");
  xml->Text("m:documentID", "SDK-Meddelande");
  xml->Text("m:documentName", "SDK-Meddelande");
  xml->Text("m:index", "1");
  for (const SdkFile& file : message.file) {
    xml->Open("m:ContentFiles");
    xml->Text("m:fileName", file.file_name);
    xml->Text("m:contentType", file.content_type);
    xml->Text("m:content", absl::Base64Escape(file.content));
    xml->Close();
  }
  for (const std::string& text : message.text) {
    xml->Open("m:ContentText");
    xml->Text("m:characterSequence", text);
    xml->Close();
  }
  xml->Close();
  xml->Close();
}

void WriteMessage(const SdkMessage& message, XmlWriter* xml) {
  xml->Open("m:messagePayload", {{"xmlns:m", kSdkMessageNamespace}});
  xml->Open("m:message");
  xml->Open("m:messageHeader");
  xml->Text("m:creationDateTime", SdkTime(message.created));
  xml->Text("m:messageId", message.message_id);
  xml->Text("m:conversationId", message.conversation_id);
  if (!message.ref_to_message_id.empty()) xml->Text("m:refToMessageId", message.ref_to_message_id);
  WriteLabel(message.label, xml);
  xml->Text("m:confidentiality", message.confidential ? "true" : "false");
  if (!message.generating_system.empty()) {
    WriteIdentifier("m:generatingSystem", "un-encoded", message.generating_system, xml);
  }
  WriteParties(message, xml);
  xml->Close();
  WriteBody(message, xml);
  xml->Close();
  xml->Close();
}

void WriteCriterion(absl::string_view code, absl::string_view value, XmlWriter* xml) {
  xml->Open("xha:BusinessScopeCriterion");
  xml->Text("BusinessScopeCriterionTypeCode", code);
  xml->Text("BusinessScopeCriterionValue", value);
  xml->Close();
}

void WriteXheParty(absl::string_view name, absl::string_view id, XmlWriter* xml) {
  xml->Open(name);
  xml->Open("xha:PartyIdentification");
  xml->Text("ID", id, {{"schemeID", kSdkPartyScheme}});
  xml->Close();
  xml->Close();
}

void WriteHeader(const SdkEnvelope& envelope, XmlWriter* xml) {
  xml->Open("xha:Header");
  xml->Text("ID", envelope.id);
  xml->Text("CreationDateTime", SdkTime(envelope.created));
  xml->Open("xha:BusinessScope");
  WriteCriterion("FEDERATIONID", envelope.federation, xml);
  WriteCriterion("PROCESSID", "bdx:noprocess", xml);
  WriteCriterion("PROCESSID_SCHEME", "urn:fdc:digg.se:edelivery:process", xml);
  WriteCriterion("DOCUMENTID", absl::StrCat(kSdkMessageNamespace, "::messagePayload##3.0::tm-base"),
                 xml);
  WriteCriterion("DOCUMENTID_SCHEME", "busdox-docid-qns", xml);
  xml->Close();
  WriteXheParty("xha:FromParty", envelope.message.sender.id, xml);
  WriteXheParty("xha:ToParty", envelope.message.recipient.id, xml);
  xml->Close();
}

std::string Write(const SdkEnvelope& envelope) {
  XmlWriter xml;
  xml.Open("x:XHE",
           {{"xmlns:x", kXheNamespace},
            {"xmlns", "http://docs.oasis-open.org/bdxr/ns/XHE/1/BasicComponents"},
            {"xmlns:xha", "http://docs.oasis-open.org/bdxr/ns/XHE/1/AggregateComponents"}});
  xml.Text("XHEVersionID", "1.0");
  xml.Text("CustomizationID", "urn:fdc:digg.se:edelivery:xhe:1");
  WriteHeader(envelope, &xml);
  xml.Open("xha:Payloads");
  xml.Open("xha:Payload");
  xml.Text("DocumentTypeCode", absl::StrCat("Q{", kSdkMessageNamespace, "}messagePayload"));
  xml.Text("ContentTypeCode", "application/xml");
  xml.Text("HandlingServiceID", envelope.message.recipient.function);
  xml.Text("InstanceEncryptionIndicator", "false");
  xml.Open("xha:PayloadContent");
  WriteMessage(envelope.message, &xml);
  xml.Close();
  xml.Close();
  xml.Close();
  xml.Close();
  return std::move(xml).Finish();
}

}  // namespace

absl::StatusOr<std::string> WriteSdkEnvelope(const SdkEnvelope& envelope) {
  NativeFile file{"", Write(envelope)};
  RETURN_IF_ERROR(CheckNativeSize(file));
  ASSIGN_OR_RETURN(const XmlDocument document, XmlDocument::Parse(file.bytes));
  const auto again = ReadSdkEnvelope(document.root());
  if (!again.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("SDK would reject the message: ", std::string(again.status().message())));
  }
  return std::move(file.bytes);
}

}  // namespace sluss
