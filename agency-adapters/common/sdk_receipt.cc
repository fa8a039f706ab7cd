#include "agency-adapters/common/sdk_receipt.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/common/sdk_message.h"
#include "agency-adapters/common/xml_writer.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kAggregate =
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
constexpr absl::string_view kBasic =
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";
constexpr absl::string_view kCustomization = "urn:fdc:digg.se:edelivery:messagetype:response:1";
constexpr absl::string_view kProfile = "bdx:noprocess";

void WriteParty(absl::string_view name, absl::string_view id, XmlWriter* xml) {
  xml->Open(name);
  xml->Text("cbc:EndpointID", id, {{"schemeID", kSdkPartyScheme}});
  xml->Close();
}

void WriteFault(const SdkFault& fault, XmlWriter* xml) {
  xml->Open("cac:LineResponse");
  xml->Open("cac:LineReference");
  xml->Text("cbc:LineID", fault.line.empty() ? "NA" : fault.line);
  xml->Close();
  xml->Open("cac:Response");
  xml->Text("cbc:ResponseCode", SdkResponseCode(fault.reason));
  xml->Open("cac:Status");
  xml->Text("cbc:StatusReasonCode", SdkReasonCode(fault.reason));
  xml->Text("cbc:StatusReason", fault.text.empty() ? SdkReasonCode(fault.reason) : fault.text);
  xml->Close();
  xml->Close();
  xml->Close();
}

absl::Status Wrong(absl::string_view path, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", path, "`: ", text));
}

absl::StatusOr<std::string> Basic(const XmlElement& parent, absl::string_view path,
                                  absl::string_view name) {
  std::string text = parent.Child(kBasic, name).Text();
  if (!text.empty()) return text;
  return Wrong(absl::StrCat("ApplicationResponse/", path, path.empty() ? "" : "/", name),
               "is missing");
}

absl::StatusOr<std::string> Party(const XmlElement& response, absl::string_view name) {
  const XmlElement party = response.Child(kAggregate, name);
  ASSIGN_OR_RETURN(std::string id, Basic(party, name, "EndpointID"));
  if (!absl::StartsWith(id, "0203:") ||
      party.Child(kBasic, "EndpointID").Attribute("schemeID") != kSdkPartyScheme) {
    return Wrong(
        absl::StrCat("ApplicationResponse/", name, "/EndpointID"),
        absl::StrCat("must begin with `0203:` and have the scheme `", kSdkPartyScheme, "`"));
  }
  return id;
}

absl::StatusOr<SdkFault> ReadFault(const XmlElement& line) {
  const XmlElement response = line.Child(kAggregate, "Response");
  ASSIGN_OR_RETURN(const std::string code,
                   Basic(response, "DocumentResponse/LineResponse/Response", "ResponseCode"));
  if (code != "SV" && code != "BV") {
    return Wrong("ApplicationResponse/DocumentResponse/LineResponse/Response/ResponseCode",
                 "must be `SV` or `BV`");
  }
  const XmlElement status = response.Child(kAggregate, "Status");
  const std::string reason = status.Child(kBasic, "StatusReasonCode").Text();
  SdkFault fault;
  fault.reason = code == "SV" ? SdkReason::kStructure : SdkReason::kInvariant;
  for (SdkReason known : {SdkReason::kDuplicate, SdkReason::kNotFound, SdkReason::kNotSupported,
                          SdkReason::kTooLong, SdkReason::kForbidden}) {
    if (code == "BV" && reason == SdkReasonCode(known)) fault.reason = known;
  }
  fault.line = line.Child(kAggregate, "LineReference").Child(kBasic, "LineID").Text();
  fault.text = status.Child(kBasic, "StatusReason").Text();
  return fault;
}

absl::Status ReadResponse(const XmlElement& response, SdkReceipt* receipt) {
  const XmlElement document = response.Child(kAggregate, "DocumentResponse");
  ASSIGN_OR_RETURN(const std::string code, Basic(document.Child(kAggregate, "Response"),
                                                 "DocumentResponse/Response", "ResponseCode"));
  ASSIGN_OR_RETURN(receipt->document, Basic(document.Child(kAggregate, "DocumentReference"),
                                            "DocumentResponse/DocumentReference", "ID"));
  for (const XmlElement& line : document.children()) {
    if (line.name() != "LineResponse") continue;
    ASSIGN_OR_RETURN(SdkFault fault, ReadFault(line));
    receipt->fault.push_back(std::move(fault));
  }
  constexpr absl::string_view kCode = "ApplicationResponse/DocumentResponse/Response/ResponseCode";
  if (code != "ACCEPTED" && code != "REJECTED") {
    return Wrong(kCode, "must be `ACCEPTED` or `REJECTED`");
  }
  if ((code == "ACCEPTED") != receipt->accepted()) {
    return Wrong(kCode, "`REJECTED` needs a LineResponse that says why, `ACCEPTED` has none");
  }
  return absl::OkStatus();
}

}  // namespace

std::string WriteSdkReceipt(const SdkReceipt& receipt) {
  XmlWriter xml;
  xml.Open("ApplicationResponse",
           {{"xmlns", kReceiptNamespace}, {"xmlns:cac", kAggregate}, {"xmlns:cbc", kBasic}});
  xml.Text("cbc:CustomizationID", kCustomization);
  xml.Text("cbc:ProfileID", kProfile);
  xml.Text("cbc:ID", receipt.id);
  xml.Text("cbc:IssueDate", absl::FormatTime("%Y-%m-%d", receipt.issued, absl::UTCTimeZone()));
  xml.Text("cbc:IssueTime", absl::FormatTime("%H:%M:%SZ", receipt.issued, absl::UTCTimeZone()));
  WriteParty("cac:SenderParty", receipt.sender, &xml);
  WriteParty("cac:ReceiverParty", receipt.receiver, &xml);
  xml.Open("cac:DocumentResponse");
  xml.Open("cac:Response");
  xml.Text("cbc:ResponseCode", receipt.accepted() ? "ACCEPTED" : "REJECTED");
  xml.Close();
  xml.Open("cac:DocumentReference");
  xml.Text("cbc:ID", receipt.document);
  xml.Close();
  for (const SdkFault& fault : receipt.fault) WriteFault(fault, &xml);
  xml.Close();
  xml.Close();
  return std::move(xml).Finish();
}

absl::StatusOr<SdkReceipt> ReadSdkReceipt(const XmlElement& response) {
  SdkReceipt receipt;
  ASSIGN_OR_RETURN(const std::string customization, Basic(response, "", "CustomizationID"));
  if (customization != kCustomization) {
    return Wrong("ApplicationResponse/CustomizationID",
                 absl::StrCat("must be `", kCustomization, "`"));
  }
  ASSIGN_OR_RETURN(const std::string profile, Basic(response, "", "ProfileID"));
  if (profile != kProfile) {
    return Wrong("ApplicationResponse/ProfileID", absl::StrCat("must be `", kProfile, "`"));
  }
  ASSIGN_OR_RETURN(receipt.id, Basic(response, "", "ID"));
  ASSIGN_OR_RETURN(const std::string date, Basic(response, "", "IssueDate"));
  ASSIGN_OR_RETURN(const std::string time, Basic(response, "", "IssueTime"));
  if (!ParseSdkTime(absl::StrCat(date, "T", time), &receipt.issued)) {
    return Wrong("ApplicationResponse/IssueDate", "with IssueTime must be a date and time");
  }
  ASSIGN_OR_RETURN(receipt.sender, Party(response, "SenderParty"));
  ASSIGN_OR_RETURN(receipt.receiver, Party(response, "ReceiverParty"));
  RETURN_IF_ERROR(ReadResponse(response, &receipt));
  return receipt;
}

}  // namespace sluss
