#include <libxml/parser.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/school/open_eplatform_format.h"
#include "gmock/gmock.h"
#include "tests/agency-adapters/school_samples.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::School;

// What the platform would do with a call: parse it strictly.
std::string WellFormed(const std::string& xml) {
  xmlDocPtr document = xmlReadMemory(xml.data(), static_cast<int>(xml.size()), "call.xml", nullptr,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR);
  EXPECT_NE(document, nullptr) << xml;
  xmlFreeDoc(document);
  return xml;
}

SentOutcome Outcome(SentEvent event) {
  return {.native_id = "235212",
          .event = event,
          .text_sv = "Skolan får lämna ut uppgifterna.",
          .text_en = "",
          .paragraphs = {"SoL 19 kap. 1 §"},
          .passed = {"CONTACT", "NARRATIVE"},
          .withheld = {"HEALTH"},
          .message_id_hex = "2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a",
          .feedback = v1::FEEDBACK_STATUS_UNSPECIFIED};
}

std::vector<std::string> Names(const std::vector<NativeFile>& files) {
  std::vector<std::string> names;
  for (const NativeFile& file : files) names.push_back(file.name);
  return names;
}

TEST(OpenEplatformCallbackTest, ConfirmsADelivery) {
  const auto calls = School()->WriteOutcome(Outcome(SentEvent::kDelivered));
  ASSERT_OK(calls);
  EXPECT_THAT(Names(*calls), ElementsAre("235212-delivered-confirmDelivery.xml",
                                         "235212-delivered-setStatus.xml"));
  EXPECT_EQ(WellFormed((*calls)[0].bytes),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\n"
            "  <soap:Body>\n"
            "    <confirmDelivery "
            "xmlns=\"http://www.oeplatform.org/version/1.0/schemas/integration/callback\">\n"
            "      <flowInstanceID>235212</flowInstanceID>\n"
            "      <externalID>\n"
            "        <ID>2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a</ID>\n"
            "        <System>sluss</System>\n"
            "      </externalID>\n"
            "      <delivered>true</delivered>\n"
            "      <logMessage>Meddelandet är levererat.\n"
            "Skolan får lämna ut uppgifterna.\n"
            "Lagrum: SoL 19 kap. 1 §\n"
            "Lämnas ut: Kontakt, Berättelse\n"
            "Lämnas inte ut: Hälsa\n"
            "Meddelande: 2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a</logMessage>\n"
            "    </confirmDelivery>\n"
            "  </soap:Body>\n"
            "</soap:Envelope>\n");
  EXPECT_THAT((*calls)[1].bytes, HasSubstr("<statusAlias>levererad</statusAlias>"));
}

TEST(OpenEplatformCallbackTest, TellsEveryEventInTheFormThatThePlatformHasForIt) {
  const struct {
    SentEvent event;
    const char* delivered;  // of confirmDelivery; nullptr: none
    size_t files;
  } kRows[] = {{SentEvent::kAccepted, nullptr, 2}, {SentEvent::kPartial, nullptr, 2},
               {SentEvent::kDenied, "false", 3},   {SentEvent::kInvalid, "false", 2},
               {SentEvent::kRefused, "false", 3},  {SentEvent::kStopped, "false", 3},
               {SentEvent::kExpired, "false", 3},  {SentEvent::kFeedback, nullptr, 2},
               {SentEvent::kPhoneNow, nullptr, 1}};
  for (const auto& row : kRows) {
    const auto calls = School()->WriteOutcome(Outcome(row.event));
    ASSERT_OK(calls);
    EXPECT_EQ(calls->size(), row.files);
    for (const NativeFile& call : *calls) WellFormed(call.bytes);
    const bool confirms = calls->front().bytes.find("<confirmDelivery") != std::string::npos;
    EXPECT_EQ(confirms, row.delivered != nullptr);
    if (confirms) {
      EXPECT_THAT(calls->front().bytes,
                  HasSubstr(absl::StrCat("<delivered>", row.delivered, "</delivered>")));
    }
  }
}

TEST(OpenEplatformCallbackTest, TellsFeedbackInTheInstanceThatWasAnswered) {
  SentOutcome outcome = Outcome(SentEvent::kFeedback);
  outcome.feedback = v1::INVESTIGATION_OPENED;
  const auto calls = School()->WriteOutcome(outcome);
  ASSERT_OK(calls);
  EXPECT_THAT(calls->back().bytes, AllOf(HasSubstr("<flowInstanceID>235212</flowInstanceID>"),
                                         HasSubstr("Besked: utredning har inletts.")));
}

TEST(OpenEplatformCallbackTest, HasNoCallForARecordThatItCouldNotNumber) {
  SentOutcome outcome = Outcome(SentEvent::kInvalid);
  outcome.native_id.clear();
  EXPECT_THAT(*School()->WriteOutcome(outcome), IsEmpty());
}

TEST(OpenEplatformCallbackTest, DeliversANotificationAsAMessageWithAPdf) {
  v1::DeliveredNotification delivered;
  delivered.set_sender("social-services/sundby");
  delivered.set_message_id(std::string(16, '\x2a'));
  delivered.mutable_notification()->set_purpose("CARE_AND_SUPPORT");
  v1::CompartmentContent& plan = (*delivered.mutable_notification()->mutable_compartment())["PLAN"];
  plan.mutable_text()->add_statement()->set_text("Möte <nästa> vecka & \x01 sedan");
  plan.add_attachment()->set_file_name("plan.txt");
  const auto calls = School()->Write(delivered);
  ASSERT_OK(calls);
  ASSERT_THAT(Names(*calls), ElementsAre("2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a-addMessage.xml"));
  const std::string xml = WellFormed(calls->front().bytes);
  EXPECT_THAT(xml, AllOf(HasSubstr("<flowInstanceID>900001</flowInstanceID>"),
                         HasSubstr("Från: Socialtjänsten i Sundby"),
                         HasSubstr("Möte &lt;nästa&gt; vecka &amp; \uFFFD sedan"),
                         HasSubstr("<filename>plan.txt</filename>"),
                         HasSubstr("<filename>meddelande.pdf</filename>"),
                         HasSubstr("<added>2026-02-16T13:00:00Z</added>")));
}

TEST(OpenEplatformCallbackTest, DeliversAnAnswerToTheInstanceThatItAnswers) {
  v1::DeliveredNotification delivered;
  delivered.mutable_notification()->set_purpose("FEEDBACK");
  delivered.mutable_notification()->set_reply_to("235212");
  (*delivered.mutable_notification()->mutable_compartment())["STATUS"]
      .mutable_feedback()
      ->set_status(v1::INVESTIGATION_ALREADY_RUNNING);
  EXPECT_THAT(School()->Write(delivered)->front().bytes,
              AllOf(HasSubstr("<flowInstanceID>235212</flowInstanceID>"),
                    HasSubstr("Besked: utredning pågår redan")));
}

}  // namespace
}  // namespace sluss
