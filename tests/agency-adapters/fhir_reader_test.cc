#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agency-adapters/child-psychiatry/fhir_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/notification.pb.h"
#include "tests/agency-adapters/sample.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::nlohmann::json;
using ::sluss::testing::kChildNumber;
using ::sluss::testing::kConsentId;
using ::sluss::testing::Sample;
using ::sluss::testing::SampleJson;
using ::sluss::testing::SampleMapping;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kCareNeed[] = "child-psychiatry/care-need";

absl::StatusOr<v1::NeutralNotification> Read(const std::string& bytes) {
  auto format = MakeFhirFormat(SampleMapping("child-psychiatry"));
  EXPECT_OK(format);
  return (*format)->Read({.name = "in.json", .bytes = bytes});
}

std::vector<std::string> Categories(const v1::NeutralNotification& notification) {
  std::vector<std::string> names;
  for (const auto& [name, content] : notification.compartment()) names.push_back(name);
  return names;
}

TEST(FhirReader, ReadsACareNeedWithHealthData) {
  const auto read = Read(Sample(kCareNeed));
  ASSERT_OK(read);
  EXPECT_EQ(read->native_id(), "m-1");
  EXPECT_EQ(read->recipient(), "social-services/sundby");
  EXPECT_EQ(read->purpose(), "CARE_AND_SUPPORT");
  EXPECT_EQ(read->legal_basis(), "OSL-25-12");
  EXPECT_EQ(read->urgency(), v1::NORMAL);
  EXPECT_FALSE(read->phoned_first());
  EXPECT_FALSE(read->protected_identity());
  EXPECT_EQ(absl::FromUnixMicros(read->created_us()),
            absl::FromCivil(absl::CivilSecond(2026, 3, 2, 7, 30, 0), absl::UTCTimeZone()));

  EXPECT_EQ(read->identity().number(), kChildNumber);
  EXPECT_EQ(read->identity().type(), v1::PERSONNUMMER);
  EXPECT_EQ(read->identity().given_name(), "Alva");
  EXPECT_EQ(read->identity().family_name(), "Provdotter");

  ASSERT_EQ(read->officer_size(), 1);
  EXPECT_EQ(read->officer(0).name(), "Ines Modell");
  EXPECT_EQ(read->officer(0).role(), "psychologist");
  EXPECT_THAT(read->officer(0).reason(), HasSubstr("socialtjänsten"));
  EXPECT_THAT(read->officer(0).weighing(), IsEmpty());

  ASSERT_THAT(Categories(*read), UnorderedElementsAre("CONTACT", "HEALTH", "NARRATIVE"));
  const v1::Contact& contact = read->compartment().at("CONTACT").contact();
  EXPECT_EQ(contact.reporter().name(), "Ines Modell");
  EXPECT_EQ(contact.reporter().telephone(), "070-174 06 35");
  ASSERT_EQ(contact.guardian_size(), 1);
  EXPECT_EQ(contact.guardian(0).name(), "Maj Provdotter");
  EXPECT_EQ(contact.guardian(0).informed(), v1::YES);
  const v1::Narrative& narrative = read->compartment().at("NARRATIVE").narrative();
  EXPECT_THAT(narrative.concern(), ElementsAre("N1"));
  ASSERT_EQ(narrative.statement_size(), 1);
  EXPECT_EQ(narrative.statement(0).source(), v1::TOLD_BY_CHILD);
  EXPECT_EQ(narrative.statement(0).date(), "2026-03-02");
  ASSERT_EQ(read->compartment().at("HEALTH").text().statement_size(), 1);
  EXPECT_EQ(read->compartment().at("HEALTH").text().statement(0).source(), v1::SEEN);
}

TEST(FhirReader, ReadsTwoOfficersWithTheirWeighing) {
  const auto read = Read(Sample("child-psychiatry/crime-prevention"));
  ASSERT_OK(read);
  EXPECT_EQ(read->recipient(), "police/region-mitt");
  EXPECT_EQ(read->legal_basis(), "OSL-10-15A");
  ASSERT_EQ(read->officer_size(), 2);
  EXPECT_EQ(read->officer(1).name(), "Omar Mönster");
  EXPECT_EQ(read->officer(1).role(), "physician");
  EXPECT_THAT(read->officer(0).weighing(), HasSubstr("vägs mot"));
}

TEST(FhirReader, ReadsACitedConsentAndKeepsTheIdentityInEscrow) {
  const auto read = Read(Sample("child-psychiatry/sspf-signal"));
  ASSERT_OK(read);
  EXPECT_THAT(read->consent_id(), ElementsAre(kConsentId));
  EXPECT_TRUE(read->escrow_identity());
}

TEST(FhirReader, NamesNobodyInAConsultation) {
  const auto read = Read(Sample("child-psychiatry/consultation"));
  ASSERT_OK(read);
  EXPECT_FALSE(read->has_identity());
  EXPECT_THAT(Categories(*read), ElementsAre("ANONYMOUS"));
}

// Where the parts of the care-need sample are.
json& Resource(json& bundle, const std::string& type) {
  for (json& entry : bundle["entry"]) {
    if (entry["resource"]["resourceType"] == type) return entry["resource"];
  }
  ADD_FAILURE() << "no " << type;
  return bundle;
}
json& Header(json& b) { return Resource(b, "MessageHeader"); }
json& Communication(json& b) { return Resource(b, "Communication"); }
json& Patient(json& b) { return Resource(b, "Patient"); }

TEST(FhirReader, ReadsWhatIsOptional) {
  json bundle = SampleJson(kCareNeed);
  Communication(bundle)["priority"] = "stat";
  Communication(bundle)["extension"] = {
      {{"url", "https://sluss.example/fhir/StructureDefinition/phoned-first"},
       {"valueBoolean", true}}};
  Communication(bundle)["payload"].push_back(
      {{"contentAttachment",
        {{"contentType", "text/plain"}, {"data", "aGVq"}, {"title", "utdrag.txt"}}}});
  Header(bundle)["response"] = {{"identifier", "0123"}, {"code", "ok"}};
  Patient(bundle)["communication"] = {{{"language", {{"text", "arabiska"}}}}};
  Patient(bundle)["birthDate"] = "2011-03-14";
  const auto read = Read(bundle.dump());
  ASSERT_OK(read);
  EXPECT_EQ(read->urgency(), v1::NOW);
  EXPECT_TRUE(read->phoned_first());
  EXPECT_EQ(read->reply_to(), "0123");
  EXPECT_EQ(read->compartment().at("CONTACT").contact().interpreter_language(), "arabiska");
  // The local category `treatment` is HEALTH in the mapping.
  ASSERT_EQ(read->compartment().at("HEALTH").attachment_size(), 1);
  EXPECT_EQ(read->compartment().at("HEALTH").attachment(0).content(), "hej");
}

TEST(FhirReader, FollowsRelativeReferences) {
  json bundle = SampleJson(kCareNeed);
  Patient(bundle)["id"] = "p1";
  Communication(bundle)["subject"]["reference"] = "Patient/p1";
  EXPECT_OK(Read(bundle.dump()));
}

TEST(FhirReader, CarriesProtectedIdentity) {
  for (const std::string code : {"sekretessmarkering", "skyddadFolkbokforing"}) {
    json bundle = SampleJson(kCareNeed);
    Resource(bundle, "RelatedPerson").erase("telecom");
    Patient(bundle)["meta"]["security"] = {
        {{"system", "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"}, {"code", code}}};
    const auto read = Read(bundle.dump());
    ASSERT_OK(read);
    EXPECT_TRUE(read->protected_identity());
    EXPECT_TRUE(read->identity().protected_identity());
  }
}

TEST(FhirReader, ReadsASamordningsnummer) {
  json bundle = SampleJson(kCareNeed);
  json& identifier = Patient(bundle)["identifier"][0];
  identifier["system"] = "http://electronichealth.se/identifier/samordningsnummer";
  identifier["value"] = "201103749816";
  const auto read = Read(bundle.dump());
  ASSERT_OK(read);
  EXPECT_EQ(read->identity().type(), v1::SAMORDNINGSNUMMER);
}

struct BadBundle {
  std::string name;
  std::function<void(json&)> spoil;
  std::string error;
};

class FhirReaderRefuses : public ::testing::TestWithParam<BadBundle> {};

TEST_P(FhirReaderRefuses, NamingThePlace) {
  json bundle = SampleJson(kCareNeed);
  GetParam().spoil(bundle);
  const auto read = Read(bundle.dump());
  EXPECT_THAT(read, StatusIs(kInvalid, HasSubstr(GetParam().error)));
  // What is refused is not quoted.
  EXPECT_THAT(std::string(read.status().message()), Not(HasSubstr("Provdotter")));
  EXPECT_THAT(std::string(read.status().message()), Not(HasSubstr("20110314")));
}

constexpr char kUrl[] = "https://sluss.example/fhir/StructureDefinition/";

json Ext(const std::string& name, const std::string& value, const json& v) {
  return json::array({{{"url", kUrl + name}, {value, v}}});
}

std::string TestName(const ::testing::TestParamInfo<BadBundle>& test) { return test.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Message, FhirReaderRefuses,
    ::testing::Values(
        BadBundle{"OtherResource", [](json& b) { b["resourceType"] = "Patient"; },
                  "`Bundle.resourceType`: must be one of Bundle"},
        BadBundle{"OtherBundle", [](json& b) { b["type"] = "transaction"; },
                  "`Bundle.type`: must be one of message"},
        BadBundle{"NoTimestamp", [](json& b) { b.erase("timestamp"); },
                  "`Bundle.timestamp`: is missing"},
        BadBundle{"TimeWithoutZone", [](json& b) { b["timestamp"] = "2026-03-02T08:30:00"; },
                  "`Bundle.timestamp`: must be a time with seconds and zone"},
        BadBundle{"TimeWithoutEnd", [](json& b) { b["timestamp"] = "infinite-future"; },
                  "`Bundle.timestamp`: must be a time with seconds and zone"},
        BadBundle{"NoEntries", [](json& b) { b["entry"] = json::array(); },
                  "`Bundle.entry[0]`: must be the MessageHeader"},
        BadBundle{"EntriesOfWrongType", [](json& b) { b["entry"] = "x"; },
                  "`Bundle.entry`: must be an array"},
        BadBundle{"HeaderNotFirst", [](json& b) { std::swap(b["entry"][0], b["entry"][1]); },
                  "`Bundle.entry[0]`: must be the MessageHeader"},
        BadBundle{"UnknownProperty", [](json& b) { b["total"] = 1; },
                  "`Bundle.total`: is not read here"},
        BadBundle{"TransactionEntry",
                  [](json& b) {
                    b["entry"][1]["request"] = {{"method", "POST"}};
                  },
                  "`Bundle.entry[1].request`: is not read here"},
        BadBundle{"UnknownResourceType",
                  [](json& b) {
                    b["entry"].push_back({{"resource", {{"resourceType", "Flag"}}}});
                  },
                  "`Bundle.entry[9].resource.resourceType`: must be one of MessageHeader"},
        BadBundle{"SameFullUrlTwice",
                  [](json& b) { b["entry"][2]["fullUrl"] = b["entry"][1]["fullUrl"]; },
                  "`Bundle.entry[2].fullUrl`: another entry has the same"},
        BadBundle{"TwoCommunications",
                  [](json& b) {
                    json copy = b["entry"][1];
                    copy["fullUrl"] = "urn:uuid:other";
                    b["entry"].push_back(copy);
                  },
                  "`Bundle.entry[9].resource`: a second Communication"},
        BadBundle{"TwoChildren",
                  [](json& b) {
                    json copy = b["entry"][2];
                    copy["fullUrl"] = "urn:uuid:other";
                    b["entry"].push_back(copy);
                  },
                  "`Bundle.entry[9].resource`: a second Patient: send one message for each"},
        BadBundle{"UnknownSecurityLabel",
                  [](json& b) {
                    b["meta"]["security"] = {{{"system", "urn:x"}, {"code", "y"}}};
                  },
                  "`Bundle.meta.security[0].code`: this security label is not known here"},
        BadBundle{"ModifierExtension",
                  [](json& b) { Patient(b)["modifierExtension"] = json::array(); },
                  "`Bundle.entry[2].resource.modifierExtension`: is not read here"},
        BadBundle{"ImplicitRules", [](json& b) { Header(b)["implicitRules"] = "urn:x"; },
                  "`Bundle.entry[0].resource.implicitRules`: is not read here"},
        BadBundle{"ContainedResource",
                  [](json& b) { Communication(b)["contained"] = json::array(); },
                  "`Bundle.entry[1].resource.contained`: is not read here"}),
    TestName);

INSTANTIATE_TEST_SUITE_P(
    Header, FhirReaderRefuses,
    ::testing::Values(
        BadBundle{"NoId", [](json& b) { Header(b).erase("id"); },
                  "`Bundle.entry[0].resource.id`: is missing"},
        BadBundle{"IdThatIsAPath", [](json& b) { Header(b)["id"] = "../x"; },
                  "`Bundle.entry[0].resource.id`: must be 1 to 64 letters"},
        BadBundle{"UnknownEvent", [](json& b) { Header(b)["eventCoding"]["code"] = "gossip"; },
                  "`Bundle.entry[0].resource.eventCoding.code`: this event has no `route`"},
        BadBundle{"EventOfAnotherSystem",
                  [](json& b) { Header(b)["eventCoding"]["system"] = "urn:x"; },
                  "`Bundle.entry[0].resource.eventCoding.code`: this event has no `route`"},
        BadBundle{"NoDestination", [](json& b) { Header(b).erase("destination"); },
                  "`Bundle.entry[0].resource.destination`: must be one"},
        BadBundle{"TwoDestinations",
                  [](json& b) {
                    json& all = Header(b)["destination"];
                    all.push_back(json(all[0]));
                  },
                  "`Bundle.entry[0].resource.destination`: must be one"},
        BadBundle{"UnknownReceiver",
                  [](json& b) { b["entry"][7]["resource"]["identifier"][0]["value"] = "SE0"; },
                  "`Bundle.entry[7].resource.identifier`: is of no `peer` of the mapping"},
        BadBundle{"AnotherUnitAsSender",
                  [](json& b) { Header(b)["sender"] = Header(b)["destination"][0]["receiver"]; },
                  "`Bundle.entry[0].resource.sender.reference`: is another unit"},
        BadBundle{"DanglingReference",
                  [](json& b) { Header(b)["focus"][0]["reference"] = "urn:uuid:none"; },
                  "`Bundle.entry[0].resource.focus[0].reference`: refers to nothing"},
        BadBundle{"FocusOfAnotherType",
                  [](json& b) { Header(b)["focus"][0]["reference"] = b["entry"][2]["fullUrl"]; },
                  "`Bundle.entry[0].resource.focus[0].reference`: must be a Communication"},
        BadBundle{"ErrorResponse",
                  [](json& b) {
                    Header(b)["response"] = {{"identifier", "1"}, {"code", "fatal-error"}};
                  },
                  "`Bundle.entry[0].resource.response.code`: must be one of ok"}),
    TestName);

INSTANTIATE_TEST_SUITE_P(
    Communication, FhirReaderRefuses,
    ::testing::Values(
        BadBundle{"WrongPriority", [](json& b) { Communication(b)["priority"] = "panic"; },
                  "`Bundle.entry[1].resource.priority`: must be one of routine, urgent, asap"},
        BadBundle{"PriorityOfWrongType", [](json& b) { Communication(b)["priority"] = 1; },
                  "`Bundle.entry[1].resource.priority`: must be text"},
        BadBundle{"StatWithoutACall", [](json& b) { Communication(b)["priority"] = "stat"; },
                  "`Bundle.entry[1].resource.priority`: `stat` needs a telephone call first"},
        BadBundle{"StatWithoutACallSaidSo",
                  [](json& b) {
                    Communication(b)["priority"] = "stat";
                    Communication(b)["extension"] = Ext("phoned-first", "valueBoolean", false);
                  },
                  "`Bundle.entry[1].resource.priority`: `stat` needs a telephone call first"},
        BadBundle{"EnteredInError",
                  [](json& b) { Communication(b)["status"] = "entered-in-error"; },
                  "`Bundle.entry[1].resource.status`: must be one of completed"},
        BadBundle{"NoSubject", [](json& b) { Communication(b).erase("subject"); },
                  "`Bundle.entry[1].resource.subject`: is missing"},
        BadBundle{"TextOutsideAPayload",
                  [](json& b) {
                    Communication(b)["note"] = {{{"text", "x"}}};
                  },
                  "`Bundle.entry[1].resource.note`: is not read here"},
        BadBundle{"UnknownExtension",
                  [](json& b) { Communication(b)["extension"] = Ext("x", "valueCode", "y"); },
                  "`Bundle.entry[1].resource.extension[0].url`: must be"},
        BadBundle{"ExtensionTwice",
                  [](json& b) {
                    json twice = Ext("phoned-first", "valueBoolean", true);
                    twice.push_back(json(twice[0]));
                    Communication(b)["extension"] = twice;
                  },
                  "`Bundle.entry[1].resource.extension[1].url`: this extension occurs twice"},
        BadBundle{"UnknownLocalCategory",
                  [](json& b) { Communication(b)["category"][0]["coding"][0]["code"] = "other"; },
                  "`Bundle.entry[1].resource.category[0].coding[0].code`: is no `category`"},
        BadBundle{"UnknownConcern",
                  [](json& b) { Communication(b)["reasonCode"][0]["coding"][0]["code"] = "X9"; },
                  "`Bundle.entry[1].resource.reasonCode[0].coding[0].code`: must be a concern"},
        BadBundle{"NothingTold", [](json& b) { Communication(b)["payload"] = json::array(); },
                  "`Bundle.entry[1].resource.payload`: is missing"},
        BadBundle{"NoDataCategory",
                  [](json& b) {
                    Communication(b).erase("category");
                    Communication(b)["payload"][0].erase("extension");
                  },
                  "`Bundle.entry[1].resource.payload[0]`: says no data category"},
        BadBundle{"TextAsContact",
                  [](json& b) {
                    Communication(b)["payload"][0]["extension"][0]["valueCode"] = "CONTACT";
                  },
                  "`Bundle.entry[1].resource.payload[0]`: the data category must be one of"},
        BadBundle{
            "UnknownSource",
            [](json& b) { Communication(b)["payload"][0]["extension"][1]["valueCode"] = "rumour"; },
            "`Bundle.entry[1].resource.payload[0].extension[1].valueCode`: must be one of "
            "seen, told-by-child, heard-from-others"},
        BadBundle{"NoDay",
                  [](json& b) {
                    Communication(b)["payload"][0]["extension"][2]["valueDate"] = "2026-02-30";
                  },
                  "`Bundle.entry[1].resource.payload[0].extension[2].valueDate`: must be"},
        BadBundle{"AttachmentByAddress",
                  [](json& b) {
                    Communication(b)["payload"] = {{{"contentAttachment",
                                                     {{"contentType", "a/b"},
                                                      {"title", "t"},
                                                      {"url", "https://x.example"},
                                                      {"data", ""}}}}};
                  },
                  "payload[0].contentAttachment.data`: is empty"},
        BadBundle{"AttachmentNotBase64",
                  [](json& b) {
                    Communication(b)["payload"] = {
                        {{"contentAttachment",
                          {{"contentType", "a/b"}, {"title", "t"}, {"data", "%%%"}}}}};
                  },
                  "payload[0].contentAttachment.data`: must be base64"},
        BadBundle{"AttachmentWithADirectory",
                  [](json& b) {
                    Communication(b)["payload"] = {
                        {{"contentAttachment",
                          {{"contentType", "a/b"}, {"title", "../t"}, {"data", "aGVq"}}}}};
                  },
                  "payload[0].contentAttachment.title`: must be a file name"}),
    TestName);

INSTANTIATE_TEST_SUITE_P(
    People, FhirReaderRefuses,
    ::testing::Values(
        BadBundle{"Reservnummer",
                  [](json& b) {
                    Patient(b)["identifier"][0] = {
                        {"system", "http://electronichealth.se/identifier/nationelltReservnummer"},
                        {"value", "20210325K069"}};
                  },
                  "`Bundle.entry[2].resource.identifier[0].value`: a nationellt reservnummer"},
        BadBundle{"NoNumber", [](json& b) { Patient(b).erase("identifier"); },
                  "`Bundle.entry[2].resource.identifier`: holds no personnummer"},
        BadBundle{"LocalNumberOnly",
                  [](json& b) { Patient(b)["identifier"][0]["system"] = "urn:local"; },
                  "`Bundle.entry[2].resource.identifier`: holds no personnummer"},
        BadBundle{"WrongCheckDigit",
                  [](json& b) { Patient(b)["identifier"][0]["value"] = "201103149802"; },
                  "`Bundle.entry[2].resource.identifier[0].value`: "},
        BadBundle{"TenDigits", [](json& b) { Patient(b)["identifier"][0]["value"] = "1103149801"; },
                  "`Bundle.entry[2].resource.identifier[0].value`: must have 12 digits"},
        BadBundle{"NumberOfAnotherKind",
                  [](json& b) { Patient(b)["identifier"][0]["value"] = "201103749816"; },
                  "`Bundle.entry[2].resource.identifier[0].value`: is of another kind"},
        BadBundle{"TwoNumbers",
                  [](json& b) {
                    json& all = Patient(b)["identifier"];
                    all.push_back(json(all[0]));
                  },
                  "`Bundle.entry[2].resource.identifier[1].value`: a second personal number"},
        BadBundle{"OtherBirthDate", [](json& b) { Patient(b)["birthDate"] = "2011-03-15"; },
                  "`Bundle.entry[2].resource.birthDate`: does not agree"},
        BadBundle{"TwoNames",
                  [](json& b) {
                    json& all = Patient(b)["name"];
                    all.push_back(json(all[0]));
                  },
                  "`Bundle.entry[2].resource.name[1]`: a second name"},
        BadBundle{"DeceasedChild", [](json& b) { Patient(b)["deceasedBoolean"] = true; },
                  "`Bundle.entry[2].resource.deceasedBoolean`: is not read here"},
        BadBundle{"ProtectedWithAnAddress",
                  [](json& b) {
                    Patient(b)["meta"]["security"] = {
                        {{"system", "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"},
                         {"code", "sekretessmarkering"}}};
                    Patient(b)["address"] = {{{"city", "Sundby"}}};
                  },
                  "`Bundle.entry[2].resource`: a person with protected identity"},
        BadBundle{"ProtectedWithAGuardiansTelephone",
                  [](json& b) {
                    Patient(b)["meta"]["security"] = {
                        {{"system", "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"},
                         {"code", "skyddadFolkbokforing"}}};
                  },
                  "`Bundle.entry[3].resource`: a person with protected identity"},
        BadBundle{"RelativeWhoIsNoGuardian",
                  [](json& b) { Resource(b, "RelatedPerson").erase("relationship"); },
                  "`Bundle.entry[3].resource`: only guardians"},
        BadBundle{"NoOfficer", [](json& b) { b["entry"].erase(8); },
                  "`Bundle.entry`: holds no Provenance: an officer must attest"},
        BadBundle{"NoReason", [](json& b) { Resource(b, "Provenance").erase("reason"); },
                  "`Bundle.entry[8].resource.reason`: must be one"},
        BadBundle{"SameOfficerTwice",
                  [](json& b) {
                    json copy = b["entry"][8];
                    copy["fullUrl"] = "urn:uuid:other";
                    b["entry"].push_back(copy);
                  },
                  "`Bundle.entry[9].resource`: the same officer attests twice"},
        BadBundle{"OfficerIsADevice",
                  [](json& b) {
                    Resource(b, "Provenance")["agent"][0]["who"]["reference"] =
                        b["entry"][5]["fullUrl"];
                  },
                  "agent[0].who.reference`: must be a PractitionerRole"},
        BadBundle{
            "UnknownRole",
            [](json& b) { Resource(b, "PractitionerRole")["code"][0]["coding"][0]["code"] = "1"; },
            "`Bundle.entry[4].resource.code`: no coding of it is a `role`"},
        BadBundle{"OfficerWithoutAName", [](json& b) { Resource(b, "Practitioner").erase("name"); },
                  "`Bundle.entry[5].resource.name`: is missing"}),
    TestName);

TEST(FhirReader, RefusesAnInactiveConsentAndOneWithoutAnId) {
  json bundle = SampleJson("child-psychiatry/sspf-signal");
  Resource(bundle, "Consent")["status"] = "inactive";
  EXPECT_THAT(Read(bundle.dump()), StatusIs(kInvalid, HasSubstr("status`: must be one of active")));
  bundle = SampleJson("child-psychiatry/sspf-signal");
  Resource(bundle, "Consent")["identifier"][0]["value"] = "xyz";
  EXPECT_THAT(Read(bundle.dump()), StatusIs(kInvalid, HasSubstr("must be 32 hexadecimal")));
  Resource(bundle, "Consent").erase("identifier");
  EXPECT_THAT(Read(bundle.dump()), StatusIs(kInvalid, HasSubstr("register the consent first")));
}

TEST(FhirReader, RefusesAChildInAConsultation) {
  json bundle = SampleJson(kCareNeed);
  Header(bundle)["eventCoding"]["code"] = "consultation";
  EXPECT_THAT(Read(bundle.dump()),
              StatusIs(kInvalid,
                       "`Bundle.entry[2].resource`: this event names nobody: leave the "
                       "Patient out"));
}

TEST(FhirReader, RefusesAConcernWithoutAChild) {
  json bundle = SampleJson("child-psychiatry/consultation");
  Header(bundle)["eventCoding"]["code"] = "care-need";
  EXPECT_THAT(Read(bundle.dump()), StatusIs(kInvalid, "`Bundle.entry`: holds no Patient"));
}

TEST(FhirReader, RefusesARecipientThatTheRouteDoesNotHave) {
  v1::MappingConfig mapping = SampleMapping("child-psychiatry");
  for (v1::Route& route : *mapping.mutable_route()) route.set_recipient("police/region-mitt");
  EXPECT_THAT((*MakeFhirFormat(mapping))->Read({.name = "in", .bytes = Sample(kCareNeed)}),
              StatusIs(kInvalid, HasSubstr("is not the recipient that the mapping has")));
}

TEST(FhirReader, RefusesBytesThatAreNoRecord) {
  EXPECT_THAT(Read("{"), StatusIs(kInvalid, HasSubstr("is not JSON")));
  EXPECT_THAT(Read(std::string(1000, '[')), StatusIs(kInvalid, HasSubstr("nested deeper")));
  EXPECT_THAT(Read(R"({"resourceType":"Bundle","resourceType":"Bundle"})"),
              StatusIs(kInvalid, "`resourceType`: occurs twice"));
  std::string large = Sample(kCareNeed);
  large.resize(kMaxNativeBytes, ' ');
  EXPECT_OK(Read(large));
  EXPECT_THAT(Read(large + " "),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("the limit is 31457280")));
}

TEST(FhirFormat, RefusesAMappingThatCannotWork) {
  constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
  const v1::MappingConfig good = SampleMapping("child-psychiatry");
  v1::MappingConfig mapping = good;
  mapping.clear_agency();
  EXPECT_THAT(MakeFhirFormat(mapping), StatusIs(kPrecondition, "mapping: `agency` is missing"));
  mapping = good;
  mapping.mutable_peer(0)->clear_hsa_id();
  EXPECT_THAT(MakeFhirFormat(mapping),
              StatusIs(kPrecondition, HasSubstr("`peer` has no row for the agency itself")));
  mapping = good;
  mapping.clear_route();
  EXPECT_THAT(MakeFhirFormat(mapping), StatusIs(kPrecondition, HasSubstr("`route` is missing")));
  mapping = good;
  mapping.mutable_route(2)->clear_legal_basis();
  EXPECT_THAT(MakeFhirFormat(mapping), StatusIs(kPrecondition, HasSubstr("`route` needs")));
}

}  // namespace
}  // namespace sluss
