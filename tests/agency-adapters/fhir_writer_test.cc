#include <map>
#include <string>
#include <vector>

#include "agency-adapters/child-psychiatry/fhir_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/agency-adapters/delivered_samples.h"
#include "tests/agency-adapters/sample.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::nlohmann::json;
using ::sluss::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kUrl[] = "https://sluss.example/fhir/StructureDefinition/";

std::unique_ptr<NativeFormat> Format() {
  auto format = MakeFhirFormat(sluss::testing::SampleMapping("child-psychiatry"));
  EXPECT_OK(format);
  return *std::move(format);
}

json Written(const v1::DeliveredNotification& delivered) {
  const auto files = Format()->Write(delivered);
  EXPECT_OK(files);
  EXPECT_THAT(*files, SizeIs(1));
  EXPECT_EQ(files->front().name, std::string(sluss::testing::kMessageIdHex) + ".json");
  return json::parse(files->front().bytes);
}

// The resources of `type`, in order.
std::vector<json> Resources(const json& bundle, const std::string& type) {
  std::vector<json> found;
  for (const json& entry : bundle["entry"]) {
    if (entry["resource"]["resourceType"] == type) found.push_back(entry["resource"]);
  }
  return found;
}

json Only(const json& bundle, const std::string& type) {
  const std::vector<json> found = Resources(bundle, type);
  EXPECT_THAT(found, SizeIs(1)) << type;
  return found.empty() ? json() : found[0];
}

// "HEALTH: Trött och mager." of each payload.
std::vector<std::string> PayloadTexts(const json& communication) {
  std::vector<std::string> texts;
  for (const json& payload : communication["payload"]) {
    texts.push_back(payload["extension"][0]["valueCode"].get<std::string>() + ": " +
                    payload.value("contentString", "(file)"));
  }
  return texts;
}

TEST(FhirWriter, WritesAMessageWithEverythingThatWasDelivered) {
  const json bundle = Written(sluss::testing::DeliveredReport());
  EXPECT_EQ(bundle["type"], "message");
  EXPECT_EQ(bundle["entry"][0]["resource"]["resourceType"], "MessageHeader");
  const json header = bundle["entry"][0]["resource"];
  EXPECT_EQ(header["id"], sluss::testing::kMessageIdHex);
  EXPECT_EQ(header["eventCoding"]["code"], "PROTECTION");
  EXPECT_EQ(header["source"]["endpoint"], "sluss://agency/school/ekbacken");

  const json communication = Only(bundle, "Communication");
  EXPECT_EQ(communication["priority"], "stat");
  EXPECT_EQ(communication["sent"], "2026-03-01T23:30:00.000Z");
  EXPECT_EQ(communication["reasonCode"][0]["coding"][0]["code"], "N1");
  EXPECT_THAT(PayloadTexts(communication),
              ElementsAre(HasSubstr("ATTENDANCE: "), HasSubstr("arabiska"), HasSubstr("FACTORS: "),
                          "HEALTH: Trött och mager.", "HEALTH: (file)",
                          "NARRATIVE: Kommer i för tunna kläder.", HasSubstr("Sedan i höstas.")));
  EXPECT_EQ(communication["payload"][4]["contentAttachment"]["data"], "aGVq");
  const json& seen = communication["payload"][5]["extension"];
  EXPECT_EQ(seen[1]["url"], std::string(kUrl) + "source");
  EXPECT_EQ(seen[1]["valueCode"], "seen");
  EXPECT_EQ(seen[2]["valueCode"], "subject");
  EXPECT_EQ(seen[3]["valueDate"], "2026-02-27");
  EXPECT_THAT(communication["note"], SizeIs(3));

  const json patient = Only(bundle, "Patient");
  EXPECT_EQ(patient["identifier"][0]["value"], sluss::testing::kChildNumber);
  EXPECT_EQ(patient["identifier"][1]["value"], "D-2026-17");
  EXPECT_EQ(patient["name"][0]["family"], "Provdotter");
  EXPECT_FALSE(patient.contains("birthDate"));
  EXPECT_FALSE(patient.contains("meta"));
  EXPECT_EQ(Only(bundle, "RelatedPerson")["extension"][0]["valueBoolean"], false);
  EXPECT_EQ(Only(bundle, "Practitioner")["name"][0]["text"], "Rut Rektorsson");
  EXPECT_EQ(Only(bundle, "PractitionerRole")["code"][0]["coding"][0]["code"], "principal");
  EXPECT_EQ(Resources(bundle, "Organization")[0]["name"], "Ekbackens skola");
}

TEST(FhirWriter, SaysWhatIsCorrectedAndWhoOccurs) {
  v1::DeliveredNotification delivered = sluss::testing::DeliveredReport();
  v1::NeutralNotification& notification = *delivered.mutable_notification();
  notification.set_correction(v1::RETRACTION);
  notification.set_reply_to("00112233445566778899aabbccddeeff");
  v1::Statement& statement =
      *(*notification.mutable_compartment())["NARRATIVE"].mutable_narrative()->mutable_statement(0);
  statement.clear_text();
  statement.set_id("4");
  statement.set_corrects("2");
  statement.set_retracted(true);
  for (const char* name : {"Berit Granne", ""}) {
    v1::PersonInStatement& person = *statement.add_person();
    person.set_role(v1::WITNESS);
    person.set_name(name);
  }
  const json bundle = Written(delivered);
  const json communication = Only(bundle, "Communication");
  EXPECT_EQ(communication["inResponseTo"][0]["identifier"]["value"],
            "00112233445566778899aabbccddeeff");
  EXPECT_THAT(communication["extension"].dump(), HasSubstr("\"retraction\""));
  const json payload = communication["payload"][5];
  EXPECT_EQ(payload["contentString"], "Återtagen.");
  std::map<std::string, json> extensions;
  for (const json& one : payload["extension"]) {
    extensions[one["url"].get<std::string>().substr(std::string(kUrl).size())] = one;
  }
  EXPECT_EQ(extensions["statement-id"]["valueString"], "4");
  EXPECT_EQ(extensions["corrects-statement"]["valueString"], "2");
  EXPECT_EQ(extensions["retracted"]["valueBoolean"], true);
  EXPECT_EQ(extensions["person-witness"]["valueString"], "Berit Granne; okänd");
}

TEST(FhirWriter, MarksProtectedIdentity) {
  v1::DeliveredNotification delivered = sluss::testing::DeliveredReport();
  delivered.mutable_notification()->set_protected_identity(true);
  EXPECT_EQ(Only(Written(delivered), "Patient")["meta"]["security"][0]["code"],
            "sekretessmarkering");
}

TEST(FhirWriter, NamesNobodyWhoWasNotNamed) {
  const json patient = Only(Written(sluss::testing::DeliveredWithoutName()), "Patient");
  EXPECT_THAT(patient["identifier"], SizeIs(1));
  EXPECT_EQ(patient["identifier"][0]["value"], "D-2026-17");
  EXPECT_FALSE(patient.contains("name"));
  EXPECT_THAT(Resources(Written(sluss::testing::DeliveredConsultation()), "Patient"), IsEmpty());
}

TEST(FhirWriter, WritesFeedbackAsATaskThatAnswersOurMessage) {
  const json bundle = Written(sluss::testing::DeliveredFeedback());
  const json task = Only(bundle, "Task");
  EXPECT_EQ(task["output"][0]["valueCodeableConcept"]["coding"][0]["code"],
            "investigation-not-opened");
  EXPECT_EQ(bundle["entry"][0]["resource"]["response"]["identifier"], "m-1");
  EXPECT_THAT(Resources(bundle, "Communication"), IsEmpty());
}

TEST(FhirWriter, WritesTheSameBytesAgain) {
  const auto delivered = sluss::testing::DeliveredReport();
  EXPECT_EQ((*Format()->Write(delivered))[0].bytes, (*Format()->Write(delivered))[0].bytes);
}

TEST(FhirWriter, RefusesWhatItCannotSay) {
  v1::DeliveredNotification delivered = sluss::testing::DeliveredFeedback();
  (*delivered.mutable_notification()->mutable_compartment())["STATUS"]
      .mutable_feedback()
      ->set_status(static_cast<v1::FeedbackStatus>(7));
  EXPECT_THAT(Format()->Write(delivered),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("must be one of three")));
  delivered = sluss::testing::DeliveredReport();
  delivered.set_message_id("short");
  EXPECT_THAT(Format()->Write(delivered),
              StatusIs(absl::StatusCode::kInvalidArgument, "`message_id`: must have 16 bytes"));
}

// A newer sender's enum values are left out, not looked up beyond the tables.
TEST(FhirWriter, LeavesOutSourcesThatItDoesNotKnow) {
  v1::DeliveredNotification delivered = sluss::testing::DeliveredConsultation();
  v1::Statement& statement =
      *(*delivered.mutable_notification()->mutable_compartment())["ANONYMOUS"]
           .mutable_text()
           ->mutable_statement(0);
  statement.set_source(static_cast<v1::SourceType>(77));
  statement.set_about(static_cast<v1::PersonRole>(-1));
  const json communication = Only(Written(delivered), "Communication");
  EXPECT_THAT(communication["payload"][0]["extension"], SizeIs(1));
}

struct OutcomeCase {
  std::string name;
  SentEvent event;
  std::string code;      // MessageHeader.response.code
  std::string severity;  // of the first issue
};

class FhirOutcome : public ::testing::TestWithParam<OutcomeCase> {};

SentOutcome Outcome(SentEvent event) {
  SentOutcome outcome;
  outcome.native_id = "m-1";
  outcome.event = event;
  outcome.text_sv = "Nekat enligt OSL 25 kap. 12 §.";
  outcome.text_en = "denied under OSL 25:12";
  outcome.paragraphs = {"OSL 25 kap. 12 §"};
  outcome.message_id_hex = sluss::testing::kMessageIdHex;
  return outcome;
}

TEST_P(FhirOutcome, AnswersTheMessage) {
  const auto files = Format()->WriteOutcome(Outcome(GetParam().event));
  ASSERT_OK(files);
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_EQ((*files)[0].name, "m-1." + GetParam().name + ".json");
  const json bundle = json::parse((*files)[0].bytes);
  const json header = Only(bundle, "MessageHeader");
  EXPECT_EQ(header["response"]["identifier"], "m-1");
  EXPECT_EQ(header["response"]["code"], GetParam().code);
  const json issue = Only(bundle, "OperationOutcome")["issue"][0];
  EXPECT_EQ(issue["severity"], GetParam().severity);
  EXPECT_EQ(issue["details"]["text"], "Nekat enligt OSL 25 kap. 12 §.");
  EXPECT_EQ(issue["diagnostics"], "denied under OSL 25:12 [OSL 25 kap. 12 §]");
}

INSTANTIATE_TEST_SUITE_P(
    Events, FhirOutcome,
    ::testing::Values(OutcomeCase{"accepted", SentEvent::kAccepted, "ok", "information"},
                      OutcomeCase{"partial", SentEvent::kPartial, "ok", "warning"},
                      OutcomeCase{"denied", SentEvent::kDenied, "fatal-error", "error"},
                      OutcomeCase{"invalid", SentEvent::kInvalid, "fatal-error", "error"},
                      OutcomeCase{"delivered", SentEvent::kDelivered, "ok", "information"},
                      OutcomeCase{"refused", SentEvent::kRefused, "fatal-error", "error"},
                      OutcomeCase{"stopped", SentEvent::kStopped, "fatal-error", "error"},
                      OutcomeCase{"expired", SentEvent::kExpired, "transient-error", "error"},
                      OutcomeCase{"phone-now", SentEvent::kPhoneNow, "transient-error", "warning"}),
    [](const auto& test) { return test.param.code.substr(0, 2) + std::to_string(test.index); });

TEST(FhirOutcome, NamesEachCategoryThatWasWithheld) {
  SentOutcome outcome = Outcome(SentEvent::kPartial);
  outcome.withheld = {"HEALTH", "SOCIAL_DECISIONS"};
  const auto files = Format()->WriteOutcome(outcome);
  ASSERT_OK(files);
  const json issues = Only(json::parse((*files)[0].bytes), "OperationOutcome")["issue"];
  ASSERT_THAT(issues, SizeIs(3));
  EXPECT_EQ(issues[1]["code"], "suppressed");
  EXPECT_EQ(issues[1]["diagnostics"], "HEALTH");
}

TEST(FhirOutcome, TellsFeedbackAsATask) {
  SentOutcome outcome = Outcome(SentEvent::kFeedback);
  outcome.feedback = v1::INVESTIGATION_ALREADY_RUNNING;
  const auto files = Format()->WriteOutcome(outcome);
  ASSERT_OK(files);
  const json bundle = json::parse((*files)[0].bytes);
  EXPECT_EQ(Only(bundle, "Task")["output"][0]["valueCodeableConcept"]["coding"][0]["code"],
            "investigation-already-running");
  outcome.feedback = v1::FEEDBACK_STATUS_UNSPECIFIED;
  EXPECT_THAT(Format()->WriteOutcome(outcome),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("must be one of three")));
}

TEST(FhirOutcome, HasNoAnswerToARecordWithoutAnId) {
  SentOutcome outcome = Outcome(SentEvent::kInvalid);
  outcome.native_id.clear();
  const auto files = Format()->WriteOutcome(outcome);
  ASSERT_OK(files);
  EXPECT_THAT(*files, IsEmpty());
}

}  // namespace
}  // namespace sluss
