#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "agency-adapters/social-services/lifecare_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/notification.pb.h"
#include "tests/agency-adapters/sample.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::nlohmann::json;
using ::sluss::testing::kChildNumber;
using ::sluss::testing::kReplyTo;
using ::sluss::testing::Sample;
using ::sluss::testing::SampleJson;
using ::sluss::testing::SampleMapping;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kConcern[] = "social-services/concern-for-police";
constexpr char kFeedback[] = "social-services/feedback";

absl::StatusOr<v1::NeutralNotification> Read(const std::string& bytes) {
  auto format = MakeLifecareFormat(SampleMapping("social-services"));
  EXPECT_OK(format);
  return (*format)->Read({.name = "in.json", .bytes = bytes});
}

std::vector<std::string> Categories(const v1::NeutralNotification& notification) {
  std::vector<std::string> names;
  for (const auto& [name, content] : notification.compartment()) names.push_back(name);
  return names;
}

TEST(FiksReader, ReadsAConcernForThePoliceByTwoOfficers) {
  const auto read = Read(Sample(kConcern));
  ASSERT_OK(read);
  EXPECT_EQ(read->native_id(), "m-1");
  EXPECT_EQ(read->recipient(), "police/region-mitt");
  EXPECT_EQ(read->purpose(), "CRIME_PREVENTION");
  EXPECT_EQ(read->legal_basis(), "OSL-10-18A");
  EXPECT_EQ(read->urgency(), v1::TODAY);
  // 08:30 in Sweden.
  EXPECT_EQ(absl::FromUnixMicros(read->created_us()),
            absl::FromCivil(absl::CivilSecond(2026, 3, 2, 7, 30, 0), absl::UTCTimeZone()));
  EXPECT_EQ(read->identity().number(), kChildNumber);
  EXPECT_EQ(read->identity().given_name(), "Kim Provson");
  ASSERT_EQ(read->officer_size(), 2);
  EXPECT_EQ(read->officer(0).role(), "case-worker");
  EXPECT_EQ(read->officer(1).role(), "group-leader");
  EXPECT_THAT(read->officer(0).weighing(), HasSubstr("väger tyngre"));

  ASSERT_THAT(Categories(*read),
              UnorderedElementsAre("CONTACT", "HEALTH", "NARRATIVE", "SOCIAL_DECISIONS"));
  const v1::Contact& contact = read->compartment().at("CONTACT").contact();
  EXPECT_EQ(contact.reporter().email(), "sara.saker@sundby.example");
  EXPECT_EQ(contact.reporter().address(), "Torget 1, 999 99, Sundby");
  EXPECT_EQ(contact.child_informed(), v1::NO);
  EXPECT_EQ(contact.guardian(0).informed(), v1::NO);
  const v1::Narrative& narrative = read->compartment().at("NARRATIVE").narrative();
  EXPECT_THAT(narrative.concern(), ElementsAre("C2"));
  EXPECT_THAT(narrative.history(), HasSubstr("i våras"));
  ASSERT_EQ(narrative.statement_size(), 1);
  const v1::Statement& health = read->compartment().at("HEALTH").text().statement(0);
  EXPECT_EQ(health.source(), v1::TOLD_BY_CHILD);
  EXPECT_EQ(health.date(), "2026-03-02");
  EXPECT_EQ(read->compartment().at("SOCIAL_DECISIONS").text().statement(0).about(), v1::SUBJECT);
}

TEST(FiksReader, ReadsOneOfficerAsOne) {
  const auto read = Read(Sample("social-services/concern-for-police-one-officer"));
  ASSERT_OK(read);
  EXPECT_EQ(read->officer_size(), 1);
}

TEST(FiksReader, ReadsEachOfTheThreeStatusesOfFeedback) {
  const std::pair<const char*, v1::FeedbackStatus> kStatuses[] = {
      {"opened", v1::INVESTIGATION_OPENED},
      {"not-opened", v1::INVESTIGATION_NOT_OPENED},
      {"already-running", v1::INVESTIGATION_ALREADY_RUNNING}};
  for (const auto& [code, status] : kStatuses) {
    json record = SampleJson(kFeedback);
    record["sluss"]["feedback"]["status"] = code;
    const auto read = Read(record.dump());
    ASSERT_OK(read);
    EXPECT_EQ(read->purpose(), "FEEDBACK");
    EXPECT_EQ(read->reply_to(), kReplyTo);
    EXPECT_FALSE(read->has_identity());
    ASSERT_THAT(Categories(*read), ElementsAre("STATUS"));
    EXPECT_EQ(read->compartment().at("STATUS").feedback().status(), status);
  }
}

TEST(FiksReader, ReadsWhatIsOptional) {
  json record = SampleJson(kConcern);
  record["sluss"]["urgency"] = "now";
  record["sluss"]["phonedFirst"] = true;
  record["sluss"]["escrowIdentity"] = true;
  record["sluss"]["consents"] = {sluss::testing::kConsentId};
  record["sluss"]["conversation"] = "c-1";
  record["behovForTolk"] = "arabiska";
  record["andreHjelpeinstanser"] = "BUP";
  record["melding"]["andreSynspunkter"] = "Mormor kan hjälpa.";
  const auto read = Read(record.dump());
  ASSERT_OK(read);
  EXPECT_EQ(read->urgency(), v1::NOW);
  EXPECT_TRUE(read->escrow_identity());
  EXPECT_THAT(read->consent_id(), ElementsAre(sluss::testing::kConsentId));
  EXPECT_EQ(read->compartment().at("CONTACT").contact().interpreter_language(), "arabiska");
  EXPECT_EQ(read->compartment().at("CONTACT").contact().other_agencies(), "BUP");
  EXPECT_EQ(read->compartment().at("NARRATIVE").narrative().statement(1).text(),
            "Mormor kan hjälpa.");
}

TEST(FiksReader, ReadsWhatACorrectionNames) {
  json record = SampleJson(kConcern);
  record["sluss"]["correction"] = "retraction";
  record["sluss"].erase("replyTo");
  EXPECT_THAT(Read(record.dump()),
              StatusIs(kInvalid, HasSubstr("replyTo`: is missing: it names the record that is "
                                           "corrected")));
  record["sluss"]["replyTo"] = "FI-1";
  record["sluss"]["correction"] = "undone";
  EXPECT_THAT(Read(record.dump()), StatusIs(kInvalid, HasSubstr("correction`")));
  record["sluss"]["correction"] = "correction";
  json& health = record["sluss"]["categories"]["health"][0];
  health["retracted"] = true;
  EXPECT_THAT(Read(record.dump()),
              StatusIs(kInvalid, HasSubstr("corrects`: is missing: it says which statement")));
  health["id"] = "h2";
  health["corrects"] = "h1";
  health["persons"] = {{{"role", "witness"}, {"name", "Berit Granne"}}, {{"role", "suspect"}}};
  record["sluss"]["categories"]["narrative"] = {
      {{"text", "Grannen hörde skrik."}, {"source", "heard-from-others"}, {"about", "victim"}}};
  const auto read = Read(record.dump());
  ASSERT_OK(read);
  EXPECT_EQ(read->correction(), v1::CORRECTION);
  EXPECT_EQ(read->reply_to(), "FI-1");
  const v1::Statement& statement = read->compartment().at("HEALTH").text().statement(0);
  EXPECT_EQ(statement.id(), "h2");
  EXPECT_EQ(statement.corrects(), "h1");
  EXPECT_TRUE(statement.retracted());
  ASSERT_EQ(statement.person_size(), 2);
  EXPECT_EQ(statement.person(0).role(), v1::WITNESS);
  EXPECT_EQ(statement.person(0).name(), "Berit Granne");
  EXPECT_EQ(statement.person(1).role(), v1::SUSPECT);
  const auto& narrative = read->compartment().at("NARRATIVE").narrative().statement();
  const auto sourced = std::find_if(narrative.begin(), narrative.end(), [](const auto& one) {
    return one.source() == v1::HEARD_FROM_OTHERS;
  });
  ASSERT_NE(sourced, narrative.end());
  EXPECT_EQ(sourced->about(), v1::VICTIM);
}

TEST(FiksReader, NamesNobodyInAConsultationOrASituationPicture) {
  for (const char* purpose : {"CONSULTATION", "SITUATION_PICTURE"}) {
    json record = SampleJson(kConcern);
    record["sluss"]["purpose"] = purpose;
    record["sluss"].erase("concerns");
    record["sluss"]["categories"] = {{"anonymous", {{{"text", "Hur går man vidare?"}}}}};
    EXPECT_THAT(Read(record.dump()),
                StatusIs(kInvalid, HasSubstr("a consultation names nobody: leave it out")));
    const json bare = {{"sluss", record["sluss"]},
                       {"sendingstidspunkt", record["sendingstidspunkt"]}};
    const auto read = Read(bare.dump());
    ASSERT_OK(read);
    EXPECT_FALSE(read->has_identity());
    EXPECT_THAT(Categories(*read), ElementsAre("ANONYMOUS"));
  }
}

TEST(FiksReader, CarriesProtectedIdentityWithoutWhereabouts) {
  json record = SampleJson(kConcern);
  record["sluss"]["protectedIdentity"] = true;
  EXPECT_THAT(Read(record.dump()), StatusIs(kInvalid, HasSubstr("foresatte[0].telefonnummer`")));
  record["foresatte"][0].erase("telefonnummer");
  record["offentligBarn"][0]["adresse"] = {{"adresselinje1", "Provgatan 1"}};
  EXPECT_THAT(Read(record.dump()),
              StatusIs(kInvalid, HasSubstr("`offentligBarn[0]`: a person with protected")));
  record["offentligBarn"][0].erase("adresse");
  const auto read = Read(record.dump());
  ASSERT_OK(read);
  EXPECT_TRUE(read->protected_identity());
  EXPECT_TRUE(read->identity().protected_identity());
}

struct BadRecord {
  std::string name;
  std::string sample;
  std::function<void(json&)> spoil;
  std::string error;
};

class FiksReaderRefuses : public ::testing::TestWithParam<BadRecord> {};

TEST_P(FiksReaderRefuses, NamingTheField) {
  json record = SampleJson(GetParam().sample);
  GetParam().spoil(record);
  const auto read = Read(record.dump());
  EXPECT_THAT(read, StatusIs(kInvalid, HasSubstr(GetParam().error)));
  EXPECT_THAT(std::string(read.status().message()), Not(HasSubstr("Provson")));
  EXPECT_THAT(std::string(read.status().message()), Not(HasSubstr("20110314")));
}

std::string TestName(const ::testing::TestParamInfo<BadRecord>& test) { return test.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Concern, FiksReaderRefuses,
    ::testing::Values(
        BadRecord{"NoSluss", kConcern, [](json& r) { r.erase("sluss"); }, "`sluss`: is missing"},
        BadRecord{"UnknownField", kConcern, [](json& r) { r["rykte"] = "x"; },
                  "`rykte`: is not read here"},
        BadRecord{"UnknownSlussField", kConcern, [](json& r) { r["sluss"]["score"] = 7; },
                  "`sluss.score`: is not read here"},
        BadRecord{"FeedbackInAConcern", kConcern,
                  [](json& r) {
                    r["sluss"]["feedback"] = {{"status", "opened"}};
                  },
                  "`sluss.feedback`: is not read here"},
        BadRecord{"TimeWithZone", kConcern,
                  [](json& r) { r["sendingstidspunkt"] = "2026-03-02T08:30:00Z"; },
                  "`sendingstidspunkt`: must be local time without a zone"},
        BadRecord{"NoSuchDay", kConcern,
                  [](json& r) { r["sendingstidspunkt"] = "2026-02-30T08:30:00"; },
                  "`sendingstidspunkt`: must be local time without a zone"},
        BadRecord{"IdThatIsAPath", kConcern, [](json& r) { r["sluss"]["id"] = "../x"; },
                  "`sluss.id`: must be 1 to 64 letters"},
        BadRecord{"NoPurpose", kConcern, [](json& r) { r["sluss"].erase("purpose"); },
                  "`sluss.purpose`: is missing"},
        BadRecord{"NoLegalBasis", kConcern, [](json& r) { r["sluss"].erase("legalBasis"); },
                  "`sluss.legalBasis`: is missing"},
        BadRecord{"RecipientIsNoAgency", kConcern,
                  [](json& r) { r["sluss"]["recipient"] = "Polisen"; },
                  "`sluss.recipient`: must be an agency"},
        BadRecord{"WrongUrgency", kConcern, [](json& r) { r["sluss"]["urgency"] = "panic"; },
                  "`sluss.urgency`: must be one of normal, today, now"},
        BadRecord{"NowWithoutACall", kConcern, [](json& r) { r["sluss"]["urgency"] = "now"; },
                  "`sluss.urgency`: `now` needs a telephone call first"},
        BadRecord{"NoOfficer", kConcern, [](json& r) { r["sluss"]["officers"] = json::array(); },
                  "`sluss.officers`: is missing: an officer must attest"},
        BadRecord{"SameOfficerTwice", kConcern,
                  [](json& r) { r["sluss"]["officers"][1] = r["sluss"]["officers"][0]; },
                  "`sluss.officers[1].name`: the same officer attests twice"},
        BadRecord{"UnknownRole", kConcern,
                  [](json& r) { r["sluss"]["officers"][0]["role"] = "Chef"; },
                  "`sluss.officers[0].role`: is no `role` of the mapping"},
        BadRecord{"NoReason", kConcern, [](json& r) { r["sluss"]["officers"][0]["reason"] = ""; },
                  "`sluss.officers[0].reason`: is empty"},
        BadRecord{"BadConsent", kConcern, [](json& r) { r["sluss"]["consents"] = {"xyz"}; },
                  "`sluss.consents`: each must be 32 hexadecimal digits"},
        BadRecord{"UnknownConcern", kConcern, [](json& r) { r["sluss"]["concerns"] = {"X9"}; },
                  "`sluss.concerns`: holds a code that is not known"},
        BadRecord{"UnknownCategory", kConcern,
                  [](json& r) { r["sluss"]["categories"]["gossip"] = json::array(); },
                  "`sluss.categories.gossip`: is not read here"},
        BadRecord{"CategoryOfWrongType", kConcern,
                  [](json& r) { r["sluss"]["categories"]["health"] = "text"; },
                  "`sluss.categories.health`: must be an array"},
        BadRecord{"StatementOfWrongDate", kConcern,
                  [](json& r) { r["sluss"]["categories"]["health"][0]["date"] = "i går"; },
                  "`sluss.categories.health[0].date`: must be YYYY-MM-DD"},
        BadRecord{"StatementOfWrongSource", kConcern,
                  [](json& r) { r["sluss"]["categories"]["health"][0]["source"] = "rumour"; },
                  "`sluss.categories.health[0].source`: must be one of seen"}),
    TestName);

INSTANTIATE_TEST_SUITE_P(
    Child, FiksReaderRefuses,
    ::testing::Values(
        BadRecord{"NoChild", kConcern, [](json& r) { r.erase("offentligBarn"); },
                  "`offentligBarn`: is missing"},
        BadRecord{"TwoChildren", kConcern,
                  [](json& r) { r["offentligBarn"].push_back(json(r["offentligBarn"][0])); },
                  "`offentligBarn`: send one record for each child"},
        BadRecord{"Unborn", kConcern, [](json& r) { r["offentligBarn"][0]["ufoedt"] = true; },
                  "`offentligBarn[0].ufoedt`: an unborn child has no number"},
        BadRecord{"UnbornOfWrongType", kConcern,
                  [](json& r) { r["offentligBarn"][0]["ufoedt"] = "nei"; },
                  "`offentligBarn[0].ufoedt`: must be true or false"},
        BadRecord{"Reservnummer", kConcern,
                  [](json& r) { r["offentligBarn"][0]["fnr"] = "20210325K069"; },
                  "`offentligBarn[0].fnr`: a reservnummer cannot be matched"},
        BadRecord{"WrongCheckDigit", kConcern,
                  [](json& r) { r["offentligBarn"][0]["fnr"] = "201103149802"; },
                  "`offentligBarn[0].fnr`: not a personal number: the check digit"},
        BadRecord{"NoName", kConcern, [](json& r) { r["offentligBarn"][0].erase("personnavn"); },
                  "`offentligBarn[0].personnavn`: is missing"},
        BadRecord{"UnknownChildField", kConcern,
                  [](json& r) { r["offentligBarn"][0]["skole"] = "x"; },
                  "`offentligBarn[0].skole`: is not read here"},
        BadRecord{"ThreeGuardians", kConcern,
                  [](json& r) {
                    const json one = r["foresatte"][0];
                    r["foresatte"] = {one, one, one};
                  },
                  "`foresatte`: must be two at most"},
        BadRecord{"TextOfWrongType", kConcern, [](json& r) { r["melding"]["melding"] = 1; },
                  "`melding.melding`: must be text"},
        BadRecord{"UnknownUnitField", kConcern,
                  [](json& r) { r["offentligMelder"]["virksomhet"]["chef"] = "x"; },
                  "`offentligMelder.virksomhet.chef`: is not read here"}),
    TestName);

constexpr char kOneOfThree[] = "feedback tells one of three statuses and nothing more";

INSTANTIATE_TEST_SUITE_P(
    Feedback, FiksReaderRefuses,
    ::testing::Values(
        BadRecord{"NoReply", kFeedback, [](json& r) { r["sluss"].erase("replyTo"); },
                  "`sluss.replyTo`: is missing: feedback answers a report"},
        BadRecord{"NoFeedback", kFeedback, [](json& r) { r["sluss"].erase("feedback"); },
                  "`sluss.feedback`: is missing"},
        BadRecord{"FourthStatus", kFeedback,
                  [](json& r) { r["sluss"]["feedback"]["status"] = "child-removed"; },
                  "`sluss.feedback.status`: must be one of opened, not-opened, already-running"},
        BadRecord{"TextBesideTheStatus", kFeedback,
                  [](json& r) { r["sluss"]["feedback"]["text"] = "vi har inlett"; },
                  "`sluss.feedback.text`: feedback tells one of three statuses and nothing more "
                  "(SoL 19 kap. 6 §)"},
        BadRecord{"CategoriesInFeedback", kFeedback,
                  [](json& r) {
                    r["sluss"]["categories"] = {{"plan", json::array()}};
                  },
                  std::string("`sluss.categories`: ") + kOneOfThree},
        BadRecord{"ConsentInFeedback", kFeedback,
                  [](json& r) { r["sluss"]["consents"] = json::array(); },
                  std::string("`sluss.consents`: ") + kOneOfThree},
        BadRecord{"NarrativeInFeedback", kFeedback,
                  [](json& r) {
                    r["melding"] = {{"melding", "x"}, {"historie", ""}};
                  },
                  std::string("`melding`: ") + kOneOfThree},
        BadRecord{"ChildInFeedback", kFeedback, [](json& r) { r["offentligBarn"] = json::array(); },
                  std::string("`offentligBarn`: ") + kOneOfThree}),
    TestName);

TEST(FiksReader, RefusesARecordThatTellsNothing) {
  json record = SampleJson(kConcern);
  record["sluss"]["purpose"] = "CONSULTATION";
  record["sluss"].erase("concerns");
  record["sluss"].erase("categories");
  const json bare = {{"sluss", record["sluss"]},
                     {"sendingstidspunkt", record["sendingstidspunkt"]}};
  EXPECT_THAT(Read(bare.dump()), StatusIs(kInvalid, HasSubstr("the record tells nothing")));
}

TEST(FiksReader, RefusesBytesThatAreNoRecord) {
  EXPECT_THAT(Read(""), StatusIs(kInvalid, HasSubstr("the record is empty")));
  EXPECT_THAT(Read("{"), StatusIs(kInvalid, HasSubstr("is not JSON")));
  EXPECT_THAT(Read("[]"), StatusIs(kInvalid, "the record must be a JSON object"));
  EXPECT_THAT(Read(std::string(1000, '[')), StatusIs(kInvalid, HasSubstr("nested deeper")));
  EXPECT_THAT(Read(R"({"sluss":{"id":"a","id":"b"}})"),
              StatusIs(kInvalid, "`sluss.id`: occurs twice"));
  std::string large = Sample(kConcern);
  large.resize(kMaxNativeBytes, ' ');
  EXPECT_OK(Read(large));
  EXPECT_THAT(Read(large + " "),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("the limit is 31457280")));
}

}  // namespace
}  // namespace sluss
