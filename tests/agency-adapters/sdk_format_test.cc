#include "agency-adapters/police/sdk_format.h"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/common/json_document.h"
#include "agency-adapters/common/leak_guard.h"
#include "agency-adapters/common/sdk_reader.h"
#include "agency-adapters/common/sdk_receipt.h"
#include "agency-adapters/common/xml_document.h"
#include "agency-adapters/police/sdk_notification.h"
#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "proto/notification.pb.h"
#include "tests/agency-adapters/xsd.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::HasFormats;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::Validate;

constexpr char kId[] = "6f1c1a52-5d0f-4c47-9a58-0d6f5f1f2b01";
constexpr char kMessageHex[] = "2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a";
constexpr char kMessageUuid[] = "2a2a2a2a-2a2a-2a2a-2a2a-2a2a2a2a2a2a";

const testing::FakeClock& TestClock() {
  static const testing::FakeClock clock(absl::FromUnixSeconds(1771230600));
  return clock;
}

v1::MappingConfig PoliceMapping() {
  v1::MappingConfig config;
  EXPECT_OK(TextFile::Load(SLUSS_SOURCE_DIR "/deploy/config/police-mapping.txtpb", &config));
  return config;
}

std::unique_ptr<NativeFormat> Police(const v1::MappingConfig& config = PoliceMapping()) {
  auto format = MakeSdkFormat(config, &TestClock());
  EXPECT_OK(format);
  return *std::move(format);
}

std::string Sample(const std::string& name) {
  auto bytes = ReadFile(SLUSS_SOURCE_DIR "/deploy/samples/police/" + name);
  EXPECT_OK(bytes);
  return *std::move(bytes);
}

absl::StatusOr<v1::NeutralNotification> ReadBytes(const std::string& bytes) {
  return Police()->Read({"message.xml", bytes});
}

// The sample with its document changed.
std::string WithDocument(const std::function<void(v1::NeutralNotification*)>& change) {
  const std::string json = Sample("sluss-notification.json");
  auto notification = ReadNotificationDocument(json);
  EXPECT_OK(notification);
  change(&*notification);
  return absl::StrReplaceAll(
      Sample("concern-report.xml"),
      {{absl::Base64Escape(json), absl::Base64Escape(WriteNotificationDocument(*notification))}});
}

TEST(SdkFormatTest, ReadsAConcernReport) {
  const auto report = ReadBytes(Sample("concern-report.xml"));
  ASSERT_OK(report);
  EXPECT_EQ(report->native_id(), kId);
  EXPECT_EQ(report->recipient(), "social-services/sundby");
  EXPECT_EQ(report->purpose(), "PROTECTION");
  EXPECT_EQ(report->legal_basis(), "SOL-2025-19-1");
  EXPECT_EQ(report->urgency(), v1::TODAY);
  EXPECT_EQ(absl::FromUnixMicros(report->created_us()), absl::FromUnixSeconds(1771230600));
  EXPECT_EQ(report->identity().number(), "201103089833");
  EXPECT_EQ(report->identity().type(), v1::PERSONNUMMER);
  EXPECT_EQ(report->officer(0).role(), "police-officer");
  EXPECT_EQ(report->label(), "Orosanmälan");
  EXPECT_EQ(report->compartment_size(), 3);
  EXPECT_EQ(report->compartment().at("CRIME").text().statement(0).about(), v1::WITNESS);
  EXPECT_FALSE(report->unstructured());
  EXPECT_OK(RefuseLeaks(*report));
}

TEST(SdkFormatTest, TranslatesTheAgencysOwnRoles) {
  const auto report = ReadBytes(WithDocument(
      [](auto* notification) { notification->mutable_officer(0)->set_role("Polis"); }));
  ASSERT_OK(report);
  EXPECT_EQ(report->officer(0).role(), "police-officer");
}

TEST(SdkFormatTest, CarriesProtectedIdentityFromEitherPlace) {
  const auto report = ReadBytes(WithDocument(
      [](auto* notification) { notification->mutable_identity()->set_protected_identity(true); }));
  ASSERT_OK(report);
  EXPECT_TRUE(report->protected_identity());
}

TEST(SdkFormatTest, RemembersTheEnvelopeWhereItsIdDiffers) {
  const std::string bytes =
      absl::StrReplaceAll(Sample("concern-report.xml"), {{"<ID>6f1c1a52", "<ID>00000000"}});
  const auto report = ReadBytes(bytes);
  ASSERT_OK(report);
  EXPECT_EQ(report->native_id(),
            "6f1c1a52-5d0f-4c47-9a58-0d6f5f1f2b01;00000000-5d0f-4c47-9a58-0d6f5f1f2b01");
  const auto files = Police()->WriteOutcome({.native_id = report->native_id(),
                                             .event = SentEvent::kAccepted,
                                             .text_sv = "",
                                             .text_en = "",
                                             .paragraphs = {},
                                             .passed = {},
                                             .withheld = {},
                                             .message_id_hex = kMessageHex,
                                             .feedback = {}});
  EXPECT_THAT(files->front().bytes,
              HasSubstr("<cbc:ID>00000000-5d0f-4c47-9a58-0d6f5f1f2b01</cbc:ID>"));
}

TEST(SdkFormatTest, TakesOnlyWhatIsStatedFromAMessageWithoutADocument) {
  const std::string bytes = absl::StrReplaceAll(
      Sample("concern-report.xml"),
      {{"sluss-notification.json", "rapport.pdf"}, {"application/json", "application/pdf"}});
  const auto document = XmlDocument::Parse(bytes);
  ASSERT_OK(document);
  const auto envelope = ReadSdkEnvelope(document->root());
  ASSERT_OK(envelope);
  const auto mapping = Mapping::Make(PoliceMapping());
  ASSERT_OK(mapping);
  const auto notification = NotificationFromSdk(*envelope, *mapping);
  ASSERT_OK(notification);
  EXPECT_TRUE(notification->unstructured());
  EXPECT_EQ(notification->purpose(), "");
  EXPECT_EQ(notification->legal_basis(), "");
  EXPECT_THAT(notification->officer(), IsEmpty());
  EXPECT_FALSE(notification->has_identity());
  ASSERT_THAT(notification->compartment(), SizeIs(1));
  const v1::CompartmentContent& content = notification->compartment().at("NARRATIVE");
  EXPECT_THAT(content.narrative().statement(0).text(), HasSubstr("vid stationen"));
  EXPECT_EQ(content.narrative().statement(0).source(), v1::SOURCE_TYPE_UNSPECIFIED);
  EXPECT_THAT(content.narrative().concern(), IsEmpty());
  EXPECT_EQ(content.attachment(0).file_name(), "rapport.pdf");

  // And because nobody decided it, nothing of it leaves the police.
  EXPECT_THAT(ReadBytes(bytes), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("`sluss-notification.json`: is missing")));
}

struct BadDocument {
  const char* name;
  void (*spoil)(v1::NeutralNotification*);
  const char* error;
};

void PrintTo(const BadDocument& document, std::ostream* out) { *out << document.name; }

class BadDocumentTest : public ::testing::TestWithParam<BadDocument> {};

TEST_P(BadDocumentTest, IsRefusedByNameWithoutTheChild) {
  EXPECT_THAT(ReadBytes(WithDocument(GetParam().spoil)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(absl::StrCat("BV/invariant ", kId, ": `")),
                             HasSubstr(GetParam().error), Not(HasSubstr("Exempelberg")),
                             Not(HasSubstr("20110308")))));
}

INSTANTIATE_TEST_SUITE_P(
    Documents, BadDocumentTest,
    ::testing::Values(
        BadDocument{"NoOfficer", [](auto* n) { n->clear_officer(); },
                    "`officer` is missing: a person decides"},
        BadDocument{"NoOfficersName", [](auto* n) { n->mutable_officer(0)->clear_name(); },
                    "`officer[0].name` is missing"},
        BadDocument{"NoRole", [](auto* n) { n->mutable_officer(0)->clear_role(); },
                    "`officer[0].role` is missing"},
        BadDocument{"NoReason", [](auto* n) { n->mutable_officer(0)->clear_reason(); },
                    "`officer[0].reason` is missing"},
        BadDocument{"NoPurpose", [](auto* n) { n->clear_purpose(); }, "`purpose` is missing"},
        BadDocument{"NoBasis", [](auto* n) { n->clear_legal_basis(); }, "`legal_basis` is missing"},
        BadDocument{"NoContent", [](auto* n) { n->clear_compartment(); },
                    "`compartment` is missing"},
        BadDocument{"NoNumber", [](auto* n) { n->mutable_identity()->clear_number(); },
                    "identity.number"},
        BadDocument{"NoChild", [](auto* n) { n->clear_identity(); },
                    "`identity.number` is missing"},
        BadDocument{"Reservnummer",
                    [](auto* n) { n->mutable_identity()->set_number("20110308K069"); },
                    "a reservnummer cannot be matched"},
        BadDocument{"WrongDigit",
                    [](auto* n) { n->mutable_identity()->set_number("201103089834"); },
                    "check digit is wrong"},
        BadDocument{"OtherRecipient", [](auto* n) { n->set_recipient("school/ekbacken"); },
                    "`sluss-notification.json/recipient`: differs"},
        BadDocument{"OtherId", [](auto* n) { n->set_native_id("x"); },
                    "`sluss-notification.json/native_id`: differs"},
        BadDocument{"OtherConversation", [](auto* n) { n->set_conversation("x"); },
                    "`sluss-notification.json/conversation`: differs"},
        BadDocument{"FeedbackToNothing",
                    [](auto* n) {
                      n->set_purpose("FEEDBACK");
                      n->clear_identity();
                    },
                    "`reply_to` is missing"}),
    [](const auto& test) { return test.param.name; });

struct BadMessage {
  const char* name;
  const char* find;
  const char* replacement;
  const char* error;
};

void PrintTo(const BadMessage& message, std::ostream* out) { *out << message.name; }

class BadMessageTest : public ::testing::TestWithParam<BadMessage> {};

TEST_P(BadMessageTest, IsRefusedByName) {
  const std::string sample = Sample("concern-report.xml");
  ASSERT_THAT(sample, HasSubstr(GetParam().find));
  EXPECT_THAT(ReadBytes(absl::StrReplaceAll(sample, {{GetParam().find, GetParam().replacement}})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Messages, BadMessageTest,
    ::testing::Values(
        BadMessage{"OtherFederation", "federation:test", "federation:sdk",
                   "`XHE/Header/BusinessScope/FEDERATIONID`: is not the federation"},
        BadMessage{"OtherSender", "0203:polisen.example", "0203:annan.example",
                   "`XHE/Header/FromParty`: is not this agency"},
        BadMessage{"UnknownFunction", "sundby.socialtjanst.mottagning", "sundby.okand",
                   "BV/not-found 6f1c1a52-5d0f-4c47-9a58-0d6f5f1f2b01: `recipient/attention"},
        BadMessage{"UnknownElement", "<m:ContentText>", "<m:x/><m:ContentText>", "SV/structure"},
        BadMessage{"Executable", "<m:ContentFiles>",
                   "<m:ContentFiles><m:fileName>a.exe</m:fileName>"
                   "<m:contentType>application/x-dosexec</m:contentType><m:content>QQ==</m:content>"
                   "</m:ContentFiles><m:ContentFiles>",
                   "BV/not-supported 6f1c1a52"},
        BadMessage{"DocumentTwice", "<m:ContentFiles>",
                   "<m:ContentFiles><m:fileName>sluss-notification.json</m:fileName>"
                   "<m:contentType>application/json</m:contentType><m:content>QQ==</m:content>"
                   "</m:ContentFiles><m:ContentFiles>",
                   "`sluss-notification.json`: is given twice"},
        BadMessage{"BrokenJson", "<m:content>", "<m:content>e30K", "`sluss-notification.json`: "},
        BadMessage{"OtherRoot", "XHE", "XHX", "neither an XHE envelope nor an SDK receipt"},
        BadMessage{"MessageIdTwice", "<m:conversationId>",
                   "<m:messageId>6f1c1a52-5d0f-4c47-9a58-0d6f5f1f2b01</m:messageId>"
                   "<m:conversationId>",
                   "SV/structure 6f1c1a52"}),
    [](const auto& test) { return test.param.name; });

TEST(SdkFormatTest, RefusesMoreThan30MegabytesByTheLimitAndReadsThatMuch) {
  const std::string sample = Sample("concern-report.xml");
  const std::string at_limit = sample + std::string(kMaxNativeBytes - sample.size(), '\n');
  EXPECT_OK(ReadBytes(at_limit));
  EXPECT_THAT(ReadBytes(at_limit + "\n"),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("the limit is 31457280")));
}

// ---- Delivered to the police --------------------------------------------------------------------

v1::DeliveredNotification Delivered() {
  v1::DeliveredNotification delivered;
  delivered.set_sender("social-services/sundby");
  delivered.set_message_id(std::string(16, '\x2a'));
  delivered.set_matched_case("K-2026-17");
  delivered.set_withheld(1);
  delivered.set_decision_text("Utlämnat enligt OSL 10 kap. 18 a §.");
  v1::NeutralNotification& notification = *delivered.mutable_notification();
  notification.set_purpose("CRIME_PREVENTION");
  notification.set_label("Oro för Tuva");  // a sender's mistake must not become our label
  notification.mutable_identity()->set_number("200602279822");
  v1::CompartmentContent& narrative = (*notification.mutable_compartment())["NARRATIVE"];
  narrative.mutable_narrative()->add_statement()->set_text("Ska hämtas av okända på fredag.");
  v1::Attachment* file = narrative.add_attachment();
  file->set_file_name("../karta.png");
  file->set_content("png");
  narrative.add_attachment()->set_file_name("tom.txt");
  return delivered;
}

absl::StatusOr<SdkEnvelope> ParseEnvelope(const std::string& bytes) {
  auto document = XmlDocument::Parse(bytes);
  if (!document.ok()) return document.status();
  return ReadSdkEnvelope(document->root());
}

TEST(SdkFormatTest, DeliversATextThatIsCompleteByItselfAndTheDocument) {
  const auto files = Police()->Write(Delivered());
  ASSERT_OK(files);
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_EQ(files->front().name, absl::StrCat(kMessageUuid, ".xml"));
  const auto envelope = ParseEnvelope(files->front().bytes);
  ASSERT_OK(envelope);
  EXPECT_EQ(envelope->from, "0203:sundby.example");
  EXPECT_EQ(envelope->to, "0203:polisen.example");
  EXPECT_EQ(envelope->handling_service, "polisen.region-mitt.sspf");
  const SdkMessage& message = envelope->message;
  EXPECT_EQ(message.message_id, kMessageUuid);
  EXPECT_TRUE(message.confidential);
  EXPECT_EQ(message.label, "Uppgifter för att förebygga brott");
  EXPECT_EQ(message.reference[0].extension, "K-2026-17");
  ASSERT_THAT(message.text, SizeIs(1));
  EXPECT_THAT(message.text[0],
              AllOf(HasSubstr("Från: Socialtjänsten i Sundby"), HasSubstr("200602279822"),
                    HasSubstr("Ska hämtas av okända på fredag."), HasSubstr("OSL 10 kap. 18 a §"),
                    HasSubstr("1 del lämnades inte ut.")));
  ASSERT_THAT(message.file, SizeIs(3));
  EXPECT_EQ(message.file[0].content.substr(0, 5), "%PDF-");
  EXPECT_EQ(message.file[1].file_name, "sluss-delivered.json");
  EXPECT_EQ(ReadDeliveredDocument(message.file[1].content)->SerializeAsString(),
            Delivered().SerializeAsString());
  EXPECT_EQ(message.file[2].file_name, "karta.png");
  EXPECT_EQ(message.file[2].content_type, "image/png");
  if (HasFormats(testing::kXheXsd)) {
    EXPECT_EQ(Validate(testing::kXheXsd, files->front().bytes), "valid");
  }
}

TEST(SdkFormatTest, NamesNobodyInTheEnvelopeAndTheHeader) {
  const std::string xml = Police()->Write(Delivered())->front().bytes;
  const std::string header = xml.substr(0, xml.find("<m:messageBody>"));
  EXPECT_THAT(header, AllOf(Not(HasSubstr("Tuva")), Not(HasSubstr("200602279822"))));
}

TEST(SdkFormatTest, SendsNoDocumentToASystemThatDoesNotTakeIt) {
  v1::MappingConfig config = PoliceMapping();
  config.mutable_sdk()->set_json_in(false);
  const auto files = Police(config)->Write(Delivered());
  EXPECT_THAT(ParseEnvelope(files->front().bytes)->message.file, SizeIs(2));
}

TEST(SdkFormatTest, AnswersInTheConversation) {
  v1::DeliveredNotification delivered = Delivered();
  delivered.mutable_notification()->set_reply_to(kId);
  delivered.mutable_notification()->set_conversation("00112233445566778899aabbccddeeff");
  const auto envelope = ParseEnvelope(Police()->Write(delivered)->front().bytes);
  ASSERT_OK(envelope);
  EXPECT_EQ(envelope->message.ref_to_message_id, kId);
  EXPECT_EQ(envelope->message.conversation_id, "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(SdkFormatTest, NamesThePeerWhoseAddressIsMissing) {
  v1::DeliveredNotification delivered = Delivered();
  delivered.set_sender("school/annan");
  EXPECT_THAT(Police()->Write(delivered),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("`school/annan`")));
}

// ---- What became of it --------------------------------------------------------------------------

SentOutcome Outcome(SentEvent event) {
  return {.native_id = kId,
          .event = event,
          .text_sv = "Ett skäl.",
          .text_en = "",
          .paragraphs = {"OSL 10 kap. 27 §"},
          .passed = {},
          .withheld = {"HEALTH"},
          .message_id_hex = kMessageHex,
          .feedback = v1::FEEDBACK_STATUS_UNSPECIFIED};
}

absl::StatusOr<SdkReceipt> ParseReceipt(const std::string& bytes) {
  auto document = XmlDocument::Parse(bytes);
  if (!document.ok()) return document.status();
  return ReadSdkReceipt(document->root());
}

TEST(SdkFormatTest, AcceptsWithAReceiptAlone) {
  const auto files = Police()->WriteOutcome(Outcome(SentEvent::kAccepted));
  ASSERT_OK(files);
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_EQ(files->front().name, absl::StrCat("kvittens-", kId, ".xml"));
  const auto receipt = ParseReceipt(files->front().bytes);
  ASSERT_OK(receipt);
  EXPECT_TRUE(receipt->accepted());
  EXPECT_EQ(receipt->document, kId);
  EXPECT_EQ(receipt->sender, "0203:sluss.example");
  EXPECT_EQ(receipt->receiver, "0203:polisen.example");
}

TEST(SdkFormatTest, RejectsWhatWasDeniedAndSaysWhyInAMessage) {
  const auto files = Police()->WriteOutcome(Outcome(SentEvent::kDenied));
  ASSERT_OK(files);
  ASSERT_THAT(*files, SizeIs(2));
  const auto receipt = ParseReceipt((*files)[0].bytes);
  ASSERT_OK(receipt);
  ASSERT_FALSE(receipt->accepted());
  EXPECT_EQ(receipt->fault[0].reason, SdkReason::kForbidden);
  const auto notice = ParseEnvelope((*files)[1].bytes);
  ASSERT_OK(notice);
  EXPECT_EQ(notice->message.ref_to_message_id, kId);
  EXPECT_THAT(notice->message.text[0],
              AllOf(HasSubstr("får inte lämnas ut"), HasSubstr("OSL 10 kap. 27 §")));
}

TEST(SdkFormatTest, RejectsWhatItCouldNotReadWithTheReasonThatReadGave) {
  const struct {
    const char* find;
    const char* replacement;
    SdkReason reason;
  } kRows[] = {{"<m:confidentiality>true</m:confidentiality>", "", SdkReason::kStructure},
               {"<m:label>Orosanmälan", "<m:label> ", SdkReason::kInvariant},
               {"sundby.socialtjanst.mottagning", "sundby.okand", SdkReason::kNotFound},
               {"<m:ContentFiles>",
                "<m:ContentFiles><m:fileName>a.exe</m:fileName><m:contentType>x/y</m:contentType>"
                "<m:content>QQ==</m:content></m:ContentFiles><m:ContentFiles>",
                SdkReason::kNotSupported}};
  for (const auto& row : kRows) {
    const auto read =
        ReadBytes(absl::StrReplaceAll(Sample("concern-report.xml"), {{row.find, row.replacement}}));
    SentOutcome outcome;  // as the adapter makes it: nothing is known of the record but the error
    outcome.text_en = std::string(read.status().message());
    const auto files = Police()->WriteOutcome(outcome);
    ASSERT_OK(files);
    ASSERT_THAT(*files, SizeIs(1)) << outcome.text_en;
    const auto receipt = ParseReceipt(files->front().bytes);
    ASSERT_OK(receipt);
    EXPECT_EQ(receipt->document, kId);
    ASSERT_THAT(receipt->fault, SizeIs(1));
    EXPECT_EQ(receipt->fault[0].reason, row.reason);
    if (HasFormats(testing::kReceiptXsd)) {
      EXPECT_EQ(Validate(testing::kReceiptXsd, files->front().bytes), "valid");
    }
  }
}

TEST(SdkFormatTest, GivesNoReceiptForWhatHasNoId) {
  SentOutcome outcome;
  outcome.text_en = "not XML: wrong at line 3";
  EXPECT_THAT(*Police()->WriteOutcome(outcome), IsEmpty());
}

TEST(SdkFormatTest, TellsEveryLaterEventOnceUnderItsOwnId) {
  std::vector<std::string> names;
  for (SentEvent event :
       {SentEvent::kPartial, SentEvent::kDelivered, SentEvent::kRefused, SentEvent::kStopped,
        SentEvent::kExpired, SentEvent::kFeedback, SentEvent::kPhoneNow}) {
    const auto files = Police()->WriteOutcome(Outcome(event));
    ASSERT_OK(files);
    EXPECT_THAT(*files, SizeIs(event == SentEvent::kPartial ? 2 : 1));
    names.push_back(files->back().name);
    EXPECT_OK(ParseEnvelope(files->back().bytes));
  }
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_EQ(Police()->WriteOutcome(Outcome(SentEvent::kStopped))->back().name, names[3]);
}

// ---- Receipts from the police's system ----------------------------------------------------------

SdkReceipt PoliceReceipt() {
  SdkReceipt receipt;
  receipt.id = "KVT-9";
  receipt.issued = absl::FromUnixSeconds(1771230600);
  receipt.sender = "0203:polisen.example";
  receipt.receiver = "0203:sundby.example";
  receipt.document = kMessageUuid;
  return receipt;
}

TEST(SdkFormatTest, TakesAReceiptForWhatItDelivered) {
  EXPECT_THAT(ReadBytes(WriteSdkReceipt(PoliceReceipt())),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr(kMessageUuid)));
}

TEST(SdkFormatTest, TellsThatThePolicesSystemRejectedADelivery) {
  SdkReceipt receipt = PoliceReceipt();
  receipt.fault = {{SdkReason::kNotSupported, "", "NA", "x"}};
  EXPECT_THAT(
      ReadBytes(WriteSdkReceipt(receipt)),
      StatusIs(absl::StatusCode::kAborted, HasSubstr("was rejected with BV/not-supported")));
}

TEST(SdkFormatTest, RefusesAWrongReceiptByItsField) {
  const struct {
    void (*spoil)(SdkReceipt*);
    const char* error;
  } kRows[] = {{[](SdkReceipt* receipt) { receipt->sender = "0203:annan.example"; },
                "`ApplicationResponse/SenderParty/EndpointID`: is not this agency"},
               {[](SdkReceipt* receipt) { receipt->receiver = "0203:annan.example"; },
                "`ApplicationResponse/ReceiverParty/EndpointID`: nobody"},
               {[](SdkReceipt* receipt) { receipt->document = "7"; },
                "`ApplicationResponse/DocumentResponse/DocumentReference/ID`: a UUID"}};
  for (const auto& row : kRows) {
    SdkReceipt receipt = PoliceReceipt();
    row.spoil(&receipt);
    EXPECT_THAT(ReadBytes(WriteSdkReceipt(receipt)),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.error)));
  }
}

TEST(SdkFormatTest, RefusesAMappingWithoutAddresses) {
  const struct {
    void (*spoil)(v1::SdkMapping*);
    const char* error;
  } kRows[] = {
      {[](v1::SdkMapping* sdk) { sdk->clear_party(); }, "sdk.party: is missing"},
      {[](v1::SdkMapping* sdk) { sdk->set_party("polisen"); }, "sdk.party: must begin with"},
      {[](v1::SdkMapping* sdk) { sdk->clear_function(); }, "sdk.function: is missing"},
      {[](v1::SdkMapping* sdk) { sdk->clear_federation(); }, "sdk.federation: is missing"},
      {[](v1::SdkMapping* sdk) { sdk->clear_gateway_party(); }, "sdk.gateway_party: is missing"},
      {[](v1::SdkMapping* sdk) { sdk->clear_gateway_function(); },
       "sdk.gateway_function: is missing"}};
  for (const auto& row : kRows) {
    v1::MappingConfig config = PoliceMapping();
    row.spoil(config.mutable_sdk());
    EXPECT_THAT(MakeSdkFormat(config),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.error)));
  }
}

}  // namespace
}  // namespace sluss
