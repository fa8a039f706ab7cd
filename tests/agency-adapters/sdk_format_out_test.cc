#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/common/json_document.h"
#include "agency-adapters/common/sdk_reader.h"
#include "agency-adapters/common/sdk_receipt.h"
#include "agency-adapters/common/sdk_writer.h"
#include "agency-adapters/common/xml_document.h"
#include "agency-adapters/police/sdk_format.h"
#include "gmock/gmock.h"
#include "tests/agency-adapters/police_samples.h"
#include "tests/agency-adapters/xsd.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AllOf;
using testing::HasFormats;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Police;
using testing::PoliceMapping;
using testing::ReadBytes;
using testing::Sample;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::Validate;

constexpr char kId[] = "6f1c1a52-5d0f-4c47-9a58-0d6f5f1f2b01";
constexpr char kMessageHex[] = "2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a";
constexpr char kMessageUuid[] = "2a2a2a2a-2a2a-2a2a-2a2a-2a2a2a2a2a2a";

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

TEST(SdkFormatOutTest, DeliversATextThatIsCompleteByItselfAndTheDocument) {
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

TEST(SdkFormatOutTest, NamesNobodyInTheEnvelopeAndTheHeader) {
  const std::string xml = Police()->Write(Delivered())->front().bytes;
  const std::string header = xml.substr(0, xml.find("<m:messageBody>"));
  EXPECT_THAT(header, AllOf(Not(HasSubstr("Tuva")), Not(HasSubstr("200602279822"))));
}

TEST(SdkFormatOutTest, SendsNoDocumentToASystemThatDoesNotTakeIt) {
  v1::MappingConfig config = PoliceMapping();
  config.mutable_sdk()->set_json_in(false);
  const auto files = Police(config)->Write(Delivered());
  EXPECT_THAT(ParseEnvelope(files->front().bytes)->message.file, SizeIs(2));
}

TEST(SdkFormatOutTest, AnswersInTheConversation) {
  v1::DeliveredNotification delivered = Delivered();
  delivered.mutable_notification()->set_reply_to(kId);
  delivered.mutable_notification()->set_conversation("00112233445566778899aabbccddeeff");
  const auto envelope = ParseEnvelope(Police()->Write(delivered)->front().bytes);
  ASSERT_OK(envelope);
  EXPECT_EQ(envelope->message.ref_to_message_id, kId);
  EXPECT_EQ(envelope->message.conversation_id, "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(SdkFormatOutTest, NamesThePeerWhoseAddressIsMissing) {
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

TEST(SdkFormatOutTest, AcceptsWithAReceiptAlone) {
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

TEST(SdkFormatOutTest, AnswersTheEnvelopeWhereItsIdIsNotTheMessages) {
  SentOutcome outcome = Outcome(SentEvent::kAccepted);
  outcome.native_id += ";00000000-5d0f-4c47-9a58-0d6f5f1f2b01";
  const auto files = Police()->WriteOutcome(outcome);
  ASSERT_OK(files);
  EXPECT_EQ(ParseReceipt(files->front().bytes)->document, "00000000-5d0f-4c47-9a58-0d6f5f1f2b01");
}

TEST(SdkFormatOutTest, RejectsWhatWasDeniedAndSaysWhyInAMessage) {
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

TEST(SdkFormatOutTest, RejectsWhatItCouldNotReadWithTheReasonThatReadGave) {
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

TEST(SdkFormatOutTest, GivesNoReceiptForWhatHasNoId) {
  SentOutcome outcome;
  outcome.text_en = "not XML: wrong at line 3";
  EXPECT_THAT(*Police()->WriteOutcome(outcome), IsEmpty());
}

TEST(SdkFormatOutTest, TellsEveryLaterEventOnceUnderItsOwnId) {
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

TEST(SdkFormatOutTest, TakesAReceiptForWhatItDelivered) {
  EXPECT_THAT(ReadBytes(WriteSdkReceipt(PoliceReceipt())),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr(kMessageUuid)));
}

TEST(SdkFormatOutTest, TellsThatThePolicesSystemRejectedADelivery) {
  SdkReceipt receipt = PoliceReceipt();
  receipt.fault = {{SdkReason::kNotSupported, "", "NA", "x"}};
  EXPECT_THAT(
      ReadBytes(WriteSdkReceipt(receipt)),
      StatusIs(absl::StatusCode::kAborted, HasSubstr("was rejected with BV/not-supported")));
}

TEST(SdkFormatOutTest, RefusesAWrongReceiptByItsField) {
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

TEST(SdkFormatOutTest, RefusesAMappingWithoutAddresses) {
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
