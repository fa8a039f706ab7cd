#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/social-services/lifecare_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/notification.pb.h"
#include "tests/agency-adapters/delivered_samples.h"
#include "tests/agency-adapters/sample.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::nlohmann::json;
using ::sluss::testing::DeliveredReport;
using ::sluss::testing::SampleMapping;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
using Files = std::map<std::string, std::string>;

Files Collect(const absl::StatusOr<std::vector<NativeFile>>& files) {
  EXPECT_OK(files);
  Files by_name;
  for (const NativeFile& file : *files) by_name[file.name] = file.bytes;
  EXPECT_EQ(by_name.size(), files->size()) << "two files under one name";
  return by_name;
}

Files Written(const v1::DeliveredNotification& delivered) {
  return Collect((*MakeLifecareFormat(SampleMapping("social-services")))->Write(delivered));
}

std::string Name(const std::string& ending) {
  return absl::StrCat(sluss::testing::kMessageIdHex, ending);
}

TEST(LifecareWriter, WritesAnActualisationWithTheCodesOfTheInstallation) {
  const Files files = Written(DeliveredReport());
  EXPECT_EQ(json::parse(files.at(Name(".actualisation.json"))),
            json({{"date", "2026-03-02"},
                  {"partyLegalId", sluss::testing::kChildNumber},
                  {"partyCase", "D-2026-17"},
                  {"typeId", 11},
                  {"reasonId", 201},
                  {"fromWhoId", 31},
                  {"organisationUnitId", 4100}}));
}

TEST(LifecareWriter, BindsThePdfAndEveryFileAsDocuments) {
  const Files files = Written(DeliveredReport());
  EXPECT_THAT(files.at(Name(".pdf")), StartsWith("%PDF-"));
  EXPECT_EQ(files.at(Name(".attachment-1.txt")), "hej");
  const json list = json::parse(files.at(Name(".attachments.json")))["attachments"];
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_EQ(list[0], json({{"file", Name(".pdf")},
                           {"title", "Orosanmälan"},
                           {"documentType", "ORO"},
                           {"senderType", "SKOLA"},
                           {"senderName", "Ekbackens skola"}}));
  EXPECT_EQ(list[1]["file"], Name(".attachment-1.txt"));
  EXPECT_EQ(list[1]["title"], "utdrag.txt");
}

TEST(LifecareWriter, ACorrectionBelongsToTheActualisationOfWhatItCorrects) {
  v1::DeliveredNotification delivered = DeliveredReport();
  delivered.mutable_notification()->set_correction(v1::RETRACTION);
  delivered.mutable_notification()->set_reply_to("00112233445566778899aabbccddeeff");
  const Files files = Written(delivered);
  EXPECT_EQ(files.count(Name(".actualisation.json")), 0u);
  EXPECT_EQ(files.count(Name(".bekymringsmelding.json")), 0u);
  const json attachments = json::parse(files.at(Name(".attachments.json")));
  EXPECT_EQ(attachments["corrects"], "00112233445566778899aabbccddeeff");
  EXPECT_EQ(attachments["correction"], "retraction");
  EXPECT_EQ(attachments["attachments"][0]["title"], "Återtagande: Orosanmälan");
}

// The name of an attached file comes from another agency.
TEST(LifecareWriter, LetsNoAttachmentChooseItsFileName) {
  v1::DeliveredNotification delivered = DeliveredReport();
  v1::Attachment& file =
      *(*delivered.mutable_notification()->mutable_compartment())["HEALTH"].mutable_attachment(0);
  for (const std::string name : {"../../etc/passwd", "x.a/b", "x.", ".longending", "x.p\n"}) {
    file.set_file_name(name);
    for (const auto& [written, bytes] : Written(delivered)) {
      EXPECT_THAT(written, StartsWith(sluss::testing::kMessageIdHex));
      EXPECT_EQ(written.find_first_of("/\\\n"), std::string::npos) << written;
    }
  }
}

TEST(LifecareWriter, NeedsAChildOrACaseForAnActualisation) {
  const Files known = Written(sluss::testing::DeliveredWithoutName());
  const json body = json::parse(known.at(Name(".actualisation.json")));
  EXPECT_FALSE(body.contains("partyLegalId"));
  EXPECT_EQ(body["partyCase"], "D-2026-17");
  const Files consultation = Written(sluss::testing::DeliveredConsultation());
  EXPECT_FALSE(consultation.contains(Name(".actualisation.json")));
  EXPECT_TRUE(consultation.contains(Name(".pdf")));
}

TEST(LifecareWriter, RefusesToGuessACode) {
  v1::MappingConfig mapping = SampleMapping("social-services");
  mapping.mutable_lifecare()->mutable_actualisation()->DeleteSubrange(0, 1);
  EXPECT_THAT(
      (*MakeLifecareFormat(mapping))->Write(DeliveredReport()),
      StatusIs(kPrecondition,
               HasSubstr("has no `actualisation` row with type_id for purpose PROTECTION")));
  mapping = SampleMapping("social-services");
  mapping.mutable_lifecare()->mutable_sender()->DeleteSubrange(0, 1);
  EXPECT_THAT(
      (*MakeLifecareFormat(mapping))->Write(DeliveredReport()),
      StatusIs(kPrecondition, HasSubstr("has no `sender` row with from_who_id for school")));
}

TEST(LifecareWriter, RefusesAMessageWithoutAnId) {
  v1::DeliveredNotification delivered = DeliveredReport();
  delivered.clear_message_id();
  EXPECT_THAT((*MakeLifecareFormat(SampleMapping("social-services")))->Write(delivered),
              StatusIs(absl::StatusCode::kInvalidArgument, "`message_id`: must have 16 bytes"));
}

TEST(LifecareFormat, RefusesAMappingWithHolesByName) {
  const v1::MappingConfig good = SampleMapping("social-services");
  const auto refuses = [&](const auto& spoil, const std::string& error) {
    v1::MappingConfig mapping = good;
    spoil(mapping);
    EXPECT_THAT(MakeLifecareFormat(mapping), StatusIs(kPrecondition, HasSubstr(error)));
  };
  using M = v1::MappingConfig;
  refuses([](M& m) { m.clear_agency(); }, "`agency` is missing");
  refuses([](M& m) { m.clear_role(); }, "`role` is missing");
  refuses([](M& m) { m.mutable_lifecare()->clear_organisation_unit_id(); },
          "lacks organisation_unit_id");
  refuses([](M& m) { m.mutable_lifecare()->clear_document_type(); }, "lacks document_type");
  refuses([](M& m) { m.mutable_lifecare()->mutable_actualisation(1)->clear_type_id(); },
          "in each `actualisation` row");
  refuses([](M& m) { m.mutable_lifecare()->mutable_actualisation(1)->clear_reason_id(); },
          "in each `actualisation` row");
  refuses([](M& m) { m.mutable_lifecare()->mutable_sender(1)->clear_sender_type(); },
          "in each `sender` row");
  refuses([](M& m) { m.mutable_lifecare()->mutable_municipality()->set_number("48"); },
          "`lifecare.municipality`");
}

json Fiks(const Files& files) { return json::parse(files.at(Name(".bekymringsmelding.json"))); }

TEST(FiksWriter, WritesTheVendorNeutralRecord) {
  const json record = Fiks(Written(DeliveredReport()));
  EXPECT_EQ(record["kommunenummer"], "0480");
  EXPECT_EQ(record["sendingstidspunkt"], "2026-03-02T00:30:00");  // local time
  EXPECT_EQ(record["offentligMelder"]["virksomhet"]["navn"], "Ekbackens skola");
  EXPECT_EQ(record["offentligBarn"][0]["fnr"], sluss::testing::kChildNumber);
  EXPECT_EQ(record["offentligBarn"][0]["personnavn"], "Alva Provdotter");
  EXPECT_EQ(record["offentligBarn"][0]["orientert"], true);
  EXPECT_EQ(record["foresatte"][0]["orientert"], false);
  EXPECT_THAT(record["melding"]["melding"].get<std::string>(), HasSubstr("tunna kläder"));
  EXPECT_THAT(record["melding"]["melding"].get<std::string>(), HasSubstr("egen iakttagelse"));
  EXPECT_EQ(record["melding"]["historie"], "Sedan i höstas.");
  EXPECT_THAT(record["melding"]["andreSynspunkter"].get<std::string>(),
              HasSubstr("Trött och mager."));
}

// Fiks's required answers, one at a time unknown: nothing is made up.
TEST(FiksWriter, WritesNothingWhereFiksDemandsWhatNobodySaid) {
  const auto written = [](const auto& spoil) {
    v1::DeliveredNotification delivered = DeliveredReport();
    v1::NeutralNotification& n = *delivered.mutable_notification();
    spoil(n, *(*n.mutable_compartment())["CONTACT"].mutable_contact());
    return Written(delivered).contains(Name(".bekymringsmelding.json"));
  };
  using N = v1::NeutralNotification;
  using C = v1::Contact;
  EXPECT_TRUE(written([](N&, C&) {}));
  EXPECT_FALSE(written([](N& n, C&) { n.clear_identity(); }));
  EXPECT_FALSE(written([](N&, C& c) { c.clear_child_informed(); }));
  EXPECT_FALSE(written([](N&, C& c) { c.mutable_reporter()->set_telephone("ring växeln"); }));
  EXPECT_FALSE(written([](N&, C& c) { c.mutable_reporter()->clear_email(); }));
  EXPECT_FALSE(written([](N&, C& c) { c.clear_guardian(); }));
  EXPECT_FALSE(written([](N&, C& c) { c.mutable_guardian(0)->clear_informed(); }));
}

SentOutcome Outcome(SentEvent event) {
  SentOutcome outcome;
  outcome.native_id = "m-1";
  outcome.event = event;
  outcome.text_sv = "Nekat enligt OSL 10 kap. 18 a §.";
  outcome.paragraphs = {"OSL 10 kap. 18 a §"};
  outcome.withheld = {"HEALTH"};
  outcome.message_id_hex = sluss::testing::kMessageIdHex;
  return outcome;
}

Files Answer(const SentOutcome& outcome) {
  return Collect((*MakeLifecareFormat(SampleMapping("social-services")))->WriteOutcome(outcome));
}

constexpr char kReceived[] = "m-1.no.ks.fiks.bekymringsmelding.mottatt.v1";
constexpr char kFailed[] = "m-1.no.ks.fiks.bekymringsmelding.feilet.v1.json";

TEST(FiksOutcome, AcknowledgesWithAnEmptyBody) {
  for (const SentEvent event : {SentEvent::kAccepted, SentEvent::kPartial}) {
    const Files files = Answer(Outcome(event));
    ASSERT_TRUE(files.contains(kReceived));
    EXPECT_THAT(files.at(kReceived), IsEmpty());
    EXPECT_FALSE(files.contains(kFailed));
  }
}

TEST(FiksOutcome, TellsAFailureInAFailureMessage) {
  for (const SentEvent event :
       {SentEvent::kDenied, SentEvent::kInvalid, SentEvent::kRefused, SentEvent::kExpired}) {
    const Files files = Answer(Outcome(event));
    ASSERT_TRUE(files.contains(kFailed));
    EXPECT_EQ(json::parse(files.at(kFailed)),
              json({{"melding", "Nekat enligt OSL 10 kap. 18 a §."}}));
    EXPECT_FALSE(files.contains(kReceived));
  }
}

TEST(FiksOutcome, TellsEveryEventInAStatusFile) {
  const std::map<SentEvent, std::string> kEvents = {
      {SentEvent::kAccepted, "accepted"}, {SentEvent::kPartial, "partial"},
      {SentEvent::kDenied, "denied"},     {SentEvent::kDelivered, "delivered"},
      {SentEvent::kStopped, "stopped"},   {SentEvent::kFeedback, "feedback"},
      {SentEvent::kPhoneNow, "phone-now"}};
  for (const auto& [event, name] : kEvents) {
    const json status = json::parse(Answer(Outcome(event)).at("m-1." + name + ".status.json"));
    EXPECT_EQ(status["event"], name);
    EXPECT_EQ(status["withheld"][0], "HEALTH");
    EXPECT_EQ(status["paragraphs"][0], "OSL 10 kap. 18 a §");
    EXPECT_FALSE(status.contains("feedback"));
  }
  SentOutcome feedback = Outcome(SentEvent::kFeedback);
  feedback.feedback = v1::INVESTIGATION_NOT_OPENED;
  EXPECT_EQ(json::parse(Answer(feedback).at("m-1.feedback.status.json"))["feedback"], "not-opened");
}

TEST(FiksOutcome, HasNoAnswerToARecordWithoutAnId) {
  SentOutcome outcome = Outcome(SentEvent::kInvalid);
  outcome.native_id.clear();
  EXPECT_THAT(Answer(outcome), IsEmpty());
}

}  // namespace
}  // namespace sluss
