// The SDK codec against DIGG's published schemas and samples, and against its rules one by one.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/common/sdk_fault.h"
#include "agency-adapters/common/sdk_reader.h"
#include "agency-adapters/common/sdk_receipt.h"
#include "agency-adapters/common/sdk_writer.h"
#include "agency-adapters/common/xml_document.h"
#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "tests/agency-adapters/spoilt.h"
#include "tests/agency-adapters/xsd.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AllOf;
using testing::FormatsDirectory;
using testing::HasFormats;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Spoil;
using testing::Spoilt;
using testing::SpoiltName;
using ::testing::StartsWith;
using testing::StatusIs;
using testing::Validate;

const char* TooLongLabel() {
  static const std::string label(257, 'x');
  return label.c_str();
}

constexpr char kId[] = "7bc5576a-3f87-4cf5-a0c5-277da06fcacb";

SdkEnvelope Envelope() {
  SdkEnvelope envelope;
  envelope.id = kId;
  envelope.created = absl::FromUnixMillis(1771230600120);
  envelope.federation = "urn:fdc:digg.se:edelivery:federation:test";
  SdkMessage& message = envelope.message;
  message.message_id = kId;
  message.conversation_id = kId;
  message.ref_to_message_id = "00000000-0000-4000-8000-000000000001";
  message.created = envelope.created;
  message.label = "Orosanmälan";
  message.generating_system = "sluss";
  message.sender = {"0203:sundby.example", "sundby.mottagning", "Socialtjänsten"};
  message.recipient = {"0203:polisen.example", "polisen.sspf", ""};
  message.reference = {{"dnr", "2026-17"}};
  message.text = {"Rad ett.\nRad <två> & \"tre\"."};
  message.file = {{"a.pdf", "application/pdf", std::string("%PDF\0\xff", 6)}};
  return envelope;
}

std::string Written() {
  const auto bytes = WriteSdkEnvelope(Envelope());
  EXPECT_OK(bytes);
  return *bytes;
}

absl::StatusOr<SdkEnvelope> Parse(const std::string& bytes) {
  auto document = XmlDocument::Parse(bytes);
  if (!document.ok()) return document.status();
  return ReadSdkEnvelope(document->root());
}

std::string Published(const std::string& path) {
  const auto bytes = ReadFile(FormatsDirectory() + "/" + path);
  EXPECT_OK(bytes);
  return *bytes;
}

TEST(SdkCodecTest, ReadsWhatItWrote) {
  const auto read = Parse(Written());
  ASSERT_OK(read);
  const SdkEnvelope wanted = Envelope();
  EXPECT_EQ(read->id, wanted.id);
  EXPECT_EQ(read->from, "0203:sundby.example");
  EXPECT_EQ(read->to, "0203:polisen.example");
  EXPECT_EQ(read->handling_service, "polisen.sspf");
  EXPECT_EQ(read->message.created, wanted.message.created);
  EXPECT_EQ(read->message.ref_to_message_id, wanted.message.ref_to_message_id);
  EXPECT_EQ(read->message.label, wanted.message.label);
  EXPECT_TRUE(read->message.confidential);
  EXPECT_EQ(read->message.sender.label, "Socialtjänsten");
  ASSERT_EQ(read->message.reference.size(), 1u);
  EXPECT_EQ(read->message.reference[0].extension, "2026-17");
  EXPECT_EQ(read->message.text, wanted.message.text);
  ASSERT_EQ(read->message.file.size(), 1u);
  EXPECT_EQ(read->message.file[0].content, wanted.message.file[0].content);
}

TEST(SdkCodecTest, WritesWhatDiggsSchemasAccept) {
  if (!HasFormats(testing::kXheXsd)) GTEST_SKIP() << "no schemas under SLUSS_FORMATS";
  const std::string xml = Written();
  EXPECT_EQ(Validate(testing::kXheXsd, xml), "valid");
  const size_t begin = xml.find("<m:messagePayload");
  const size_t end = xml.find("</m:messagePayload>");
  EXPECT_EQ(Validate(testing::kMessageXsd,
                     absl::StrCat(xml.substr(begin, end - begin), "</m:messagePayload>")),
            "valid");
}

TEST(SdkCodecTest, ReadsDiggsSampleEnvelope) {
  if (!HasFormats("sdk/envelope")) GTEST_SKIP() << "no samples under SLUSS_FORMATS";
  const auto read = Parse(Published("sdk/envelope/xhe_unencrypted_payload.xml"));
  ASSERT_OK(read);
  EXPECT_EQ(read->message.label, "En rubrik");
  EXPECT_EQ(read->message.text, std::vector<std::string>{"Anslut till SDK!"});
  EXPECT_FALSE(read->message.confidential);
}

TEST(SdkCodecTest, ReadsDiggsSmallestMessage) {
  if (!HasFormats("sdk/message")) GTEST_SKIP() << "no samples under SLUSS_FORMATS";
  const auto document = XmlDocument::Parse(Published("sdk/message/min.xml"));
  ASSERT_OK(document);
  const auto read = ReadSdkMessage(document->root());
  ASSERT_OK(read);
  EXPECT_EQ(read->recipient.function, "test.function");
}

TEST(SdkCodecTest, RefusesDiggsEnvelopeOfTheOlderMessageVersion) {
  if (!HasFormats("sdk/envelope")) GTEST_SKIP() << "no samples under SLUSS_FORMATS";
  EXPECT_THAT(Parse(Published("sdk/envelope/XHE-tm-base.xml")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StartsWith("SV/structure 862693f7-53d4-4d96-b35c-470055710092: `")));
}

class BrokenEnvelopeTest : public ::testing::TestWithParam<Spoilt> {};

TEST_P(BrokenEnvelopeTest, IsRefusedWithTheReceiptsReasonAndTheElement) {
  const std::string broken = Spoil(Written(), GetParam());
  EXPECT_THAT(Parse(broken),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(GetParam().error), Not(HasSubstr("Orosanm")))));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BrokenEnvelopeTest,
    ::testing::Values(
        Spoilt{"NotXml", "</x:XHE>", "</x:XH>", "not XML: wrong at line "},
        Spoilt{"Doctype", "<x:XHE ", "<!DOCTYPE x:XHE><x:XHE ", "DOCTYPE"},
        Spoilt{"ExternalEntity", "<x:XHE ",
               "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x:XHE ", "DOCTYPE"},
        Spoilt{"ExternalSubset", "<x:XHE ", "<!DOCTYPE x SYSTEM \"http://127.0.0.1/x.dtd\"><x:XHE ",
               "DOCTYPE"},
        Spoilt{"BillionLaughs", "<x:XHE ",
               "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><x:XHE ", "DOCTYPE"},
        Spoilt{"UndeclaredEntity", "Rad ett.", "Rad &ett;", "not XML: wrong at line "},
        Spoilt{"NotUtf8", "Rad ett.", "Rad \xE5tt.", "`encoding`: the file has bytes"},
        // Envelope.
        Spoilt{"XheId", "<ID>7bc5576a-", "<ID>x", "BV/invariant: `XHE/Header/ID`: a UUID"},
        Spoilt{"XheVersion", "<XHEVersionID>1.0", "<XHEVersionID>2.0",
               "`XHE/XHEVersionID`: must be"},
        Spoilt{"Customization", "edelivery:xhe:1", "edelivery:xhe:9",
               "`XHE/CustomizationID`: must be"},
        Spoilt{"XheTime", "<CreationDateTime>2026-02-16T08:30:00.120Z",
               "<CreationDateTime>infinite-past", "`XHE/Header/CreationDateTime`: a time"},
        Spoilt{"NoFederation", "FEDERATIONID", "OTHERID",
               "`XHE/Header/BusinessScope/FEDERATIONID`: is missing"},
        Spoilt{"OtherProcess", "bdx:noprocess", "bdx:process",
               "`XHE/Header/BusinessScope/PROCESSID`: must be"},
        Spoilt{"OtherDocument", "Attachments:3::", "Attachments:2::",
               "BV/not-supported 7bc5576a-3f87-4cf5-a0c5-277da06fcacb: "
               "`XHE/Header/BusinessScope/DOCUMENTID`"},
        Spoilt{"CriterionTwice", "PROCESSID_SCHEME", "PROCESSID",
               "`XHE/Header/BusinessScope/PROCESSID`: is given twice"},
        Spoilt{"FromScheme",
               "<xha:FromParty>\n      <xha:PartyIdentification>\n        <ID schemeID=\"iso",
               "<xha:FromParty>\n      <xha:PartyIdentification>\n        <ID schemeID=\"ISO",
               "`XHE/Header/FromParty/PartyIdentification/ID`: must begin"},
        Spoilt{"OtherFrom", "upis\">0203:sundby.example", "upis\">0203:annan.example",
               "`XHE/Header/FromParty`: differs from the message inside"},
        Spoilt{"OtherTo", "upis\">0203:polisen.example", "upis\">0203:annan.example",
               "`XHE/Header/ToParty`: differs"},
        Spoilt{"OtherFunction", "<HandlingServiceID>polisen.sspf", "<HandlingServiceID>annan",
               "`XHE/Payloads/Payload/HandlingServiceID`: differs"},
        Spoilt{"Encrypted", "Indicator>false", "Indicator>true",
               "`XHE/Payloads/Payload/InstanceEncryptionIndicator`: the access point must decrypt"},
        Spoilt{"OtherMessageVersion",
               "xmlns:m=\"urn:riv:infrastructure:messaging:MessageWithAttachments:3",
               "xmlns:m=\"urn:riv:infrastructure:messaging:MessageWithAttachments:4",
               "SV/structure 7bc5576a-3f87-4cf5-a0c5-277da06fcacb: "
               "`XHE/Payloads/Payload/PayloadContent/messagePayload`: is missing"},
        // Structure of the message.
        Spoilt{"NoConfidentiality", "<m:confidentiality>true</m:confidentiality>", "",
               "messageHeader`: `confidentiality` is missing or out of order"},
        Spoilt{"NotBoolean", "confidentiality>true", "confidentiality>ja",
               "messageHeader/confidentiality`: `true` or `false`"},
        Spoilt{"IdTwice", "<m:conversationId>", "<m:messageId>x</m:messageId><m:conversationId>",
               "SV/structure"},
        Spoilt{"UnknownElement", "<m:label>", "<m:title>x</m:title><m:label>", "SV/structure"},
        Spoilt{"OutOfOrder", "<m:documentName>SDK-Meddelande</m:documentName>",
               "<m:index>0</m:index><m:documentName>x</m:documentName>", "SV/structure"},
        Spoilt{"TextWithElements", "<m:index>1", "<m:index><m:x>1</m:x>",
               "index`: holds elements where text is needed"},
        // Rules of the message.
        Spoilt{"EmptyElement", "<m:label>Orosanmälan", "<m:label> ",
               "label`: is included but empty"},
        Spoilt{"Timestamp", "<m:creationDateTime>2026-02-16T08:30:00.120Z",
               "<m:creationDateTime>2026-02-16T08:30:00+01:00",
               "messageHeader/creationDateTime`: a time such as"},
        Spoilt{"MessageId", "<m:messageId>7bc5576a-", "<m:messageId>7bc5576a",
               "messageHeader/messageId`: a UUID is needed"},
        Spoilt{"ConversationId", "<m:conversationId>7bc5576a-", "<m:conversationId>g",
               "messageHeader/conversationId`: a UUID is needed"},
        Spoilt{"RefToMessageId", "<m:refToMessageId>0", "<m:refToMessageId>",
               "messageHeader/refToMessageId`: a UUID is needed"},
        Spoilt{"LongLabel", "Orosanmälan", TooLongLabel(), "label`: longer than 256 characters"},
        Spoilt{"Base64", "<m:content>", "<m:content>***",
               "ContentFiles/content`: base64 is needed"},
        Spoilt{"PartyRoot", "<m:root>iso6523-actorid-upis", "<m:root>orgnr",
               "must be `iso6523-actorid-upis`"},
        Spoilt{"PartyPrefix", "0203:", "0007:", "must begin with `0203:`"},
        Spoilt{"FunctionRoot", "messaging:functionalAddress", "messaging:person",
               "organizationId/root`: must be `urn:riv"}),
    SpoiltName);

TEST(SdkCodecTest, RefusesToWriteWhatSdkWouldReject) {
  SdkEnvelope envelope = Envelope();
  envelope.message.label = TooLongLabel();
  EXPECT_THAT(WriteSdkEnvelope(envelope),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("longer than 256")));
}

TEST(SdkCodecTest, CountsALabelInCharactersNotBytes) {
  SdkEnvelope envelope = Envelope();
  envelope.message.label.clear();
  for (int i = 0; i < 256; ++i) envelope.message.label += "å";
  EXPECT_OK(WriteSdkEnvelope(envelope));
}

// libxml2 by itself refuses texts over 10 MB.
TEST(SdkCodecTest, ReadsAFileOfNineMegabytesInBase64) {
  SdkEnvelope envelope = Envelope();
  envelope.message.file[0].content = std::string(9 << 20, 'x');
  const auto bytes = WriteSdkEnvelope(envelope);
  ASSERT_OK(bytes);
  EXPECT_EQ(Parse(*bytes)->message.file[0].content.size(), size_t{9 << 20});
}

TEST(XmlDocumentTest, RefusesASmallFileThatWouldBecomeALargeTree) {
  std::string xml = "<a>";
  for (size_t i = 0; i < kMaxXmlMarkup; ++i) xml += "<b/>";
  EXPECT_THAT(XmlDocument::Parse(xml + "</a>"),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("pieces of markup")));
}

TEST(XmlDocumentTest, ReadsADeepDocumentWithoutFalling) {
  std::string xml;
  for (size_t i = 0; i < kMaxXmlMarkup / 2; ++i) xml += "<b>";
  for (size_t i = 0; i < kMaxXmlMarkup / 2; ++i) xml += "</b>";
  EXPECT_FALSE(Parse(xml).ok());
}

// ---- Receipts -----------------------------------------------------------------------------------

SdkReceipt Receipt() {
  SdkReceipt receipt;
  receipt.id = "KVT-1";
  receipt.issued = absl::FromUnixSeconds(1771230600);
  receipt.sender = "0203:sluss.example";
  receipt.receiver = "0203:polisen.example";
  receipt.document = kId;
  return receipt;
}

absl::StatusOr<SdkReceipt> ParseReceipt(const std::string& xml) {
  auto document = XmlDocument::Parse(xml);
  if (!document.ok()) return document.status();
  return ReadSdkReceipt(document->root());
}

TEST(SdkReceiptTest, ReadsWhatItWroteForEveryReason) {
  for (SdkReason reason :
       {SdkReason::kStructure, SdkReason::kInvariant, SdkReason::kDuplicate, SdkReason::kNotFound,
        SdkReason::kNotSupported, SdkReason::kTooLong, SdkReason::kForbidden}) {
    SdkReceipt receipt = Receipt();
    receipt.fault = {{reason, "", "XHE/Header/ID", "varför"}};
    const std::string xml = WriteSdkReceipt(receipt);
    const auto read = ParseReceipt(xml);
    ASSERT_OK(read);
    EXPECT_EQ(read->issued, receipt.issued);
    EXPECT_EQ(read->document, kId);
    ASSERT_EQ(read->fault.size(), 1u);
    EXPECT_EQ(read->fault[0].reason, reason);
    EXPECT_EQ(read->fault[0].line, "XHE/Header/ID");
    if (HasFormats(testing::kReceiptXsd)) {
      EXPECT_EQ(Validate(testing::kReceiptXsd, xml), "valid");
    }
  }
}

TEST(SdkReceiptTest, WritesAnAcceptanceWithoutLines) {
  const std::string xml = WriteSdkReceipt(Receipt());
  EXPECT_THAT(xml, AllOf(HasSubstr("<cbc:ResponseCode>ACCEPTED</cbc:ResponseCode>"),
                         HasSubstr("<cbc:IssueDate>2026-02-16</cbc:IssueDate>"),
                         HasSubstr("<cbc:IssueTime>08:30:00Z</cbc:IssueTime>"),
                         Not(HasSubstr("LineResponse"))));
  EXPECT_TRUE(ParseReceipt(xml)->accepted());
  if (HasFormats(testing::kReceiptXsd)) {
    EXPECT_EQ(Validate(testing::kReceiptXsd, xml), "valid");
  }
}

TEST(SdkReceiptTest, ReadsDiggsSample) {
  if (!HasFormats("sdk/receipt")) GTEST_SKIP() << "no samples under SLUSS_FORMATS";
  const auto read = ParseReceipt(Published("sdk/receipt/Kvittens_AP-Accepterat.xml"));
  ASSERT_OK(read);
  EXPECT_TRUE(read->accepted());
  EXPECT_EQ(read->document, "ID-FROM-XHE-12354689");
}

class WrongReceiptTest : public ::testing::TestWithParam<Spoilt> {};

TEST_P(WrongReceiptTest, IsRefusedByItsElement) {
  SdkReceipt receipt = Receipt();
  receipt.fault = {{SdkReason::kDuplicate, "", "NA", "sedd"}};
  EXPECT_THAT(ParseReceipt(Spoil(WriteSdkReceipt(receipt), GetParam())),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Receipts, WrongReceiptTest,
    ::testing::Values(
        Spoilt{"Customization", "response:1", "response:2",
               "`ApplicationResponse/CustomizationID`"},
        Spoilt{"Profile", "bdx:noprocess", "x", "`ApplicationResponse/ProfileID`"},
        Spoilt{"NoId", "<cbc:ID>KVT-1</cbc:ID>", "", "`ApplicationResponse/ID`: is missing"},
        Spoilt{"Time", "08:30:00Z", "half past", "`ApplicationResponse/IssueDate`"},
        Spoilt{"Sender", "upis\">0203:sluss", "upis\">0007:sluss",
               "`ApplicationResponse/SenderParty/EndpointID`"},
        Spoilt{"Receiver", "iso6523-actorid-upis\">0203:polisen", "x\">0203:polisen",
               "`ApplicationResponse/ReceiverParty/EndpointID`"},
        Spoilt{"Code", "REJECTED", "MAYBE",
               "`ApplicationResponse/DocumentResponse/Response/ResponseCode`: must be"},
        Spoilt{"AcceptedWithFault", "REJECTED", "ACCEPTED", "needs a LineResponse"},
        Spoilt{"LineCode", ">BV<", ">XX<", "LineResponse/Response/ResponseCode`: must be"},
        Spoilt{"NoDocument", "<cbc:ID>7bc5576a-3f87-4cf5-a0c5-277da06fcacb</cbc:ID>", "",
               "`ApplicationResponse/DocumentResponse/DocumentReference/ID`: is missing"}),
    SpoiltName);

TEST(SdkReceiptTest, RefusesARejectionThatDoesNotSayWhy) {
  const std::string xml =
      absl::StrReplaceAll(WriteSdkReceipt(Receipt()), {{"ACCEPTED", "REJECTED"}});
  EXPECT_THAT(ParseReceipt(xml),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("that says why")));
}

TEST(SdkFaultTest, TravelsInAStatusAndBack) {
  const SdkFault fault{SdkReason::kNotFound, kId, "a/b", "text: `x`: y"};
  const auto again = ParseSdkError(SdkError(fault).message());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->reason, fault.reason);
  EXPECT_EQ(again->document, kId);
  EXPECT_EQ(again->line, "a/b");
  EXPECT_EQ(again->text, "text: `x`: y");
  EXPECT_FALSE(ParseSdkError("`purpose` is missing").has_value());
}

}  // namespace
}  // namespace sluss
