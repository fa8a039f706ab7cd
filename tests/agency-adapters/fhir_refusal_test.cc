// What the FHIR reader refuses, by place.
#include <functional>
#include <string>
#include <utility>

#include "agency-adapters/child-psychiatry/fhir_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/fhir_sample.h"
#include "tests/agency-adapters/sample.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::nlohmann::json;
using ::sluss::testing::Communication;
using ::sluss::testing::Header;
using ::sluss::testing::kCareNeed;
using ::sluss::testing::Patient;
using ::sluss::testing::ReadFhir;
using ::sluss::testing::Resource;
using ::sluss::testing::Sample;
using ::sluss::testing::SampleJson;
using ::sluss::testing::SampleMapping;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

struct BadBundle {
  std::string name;
  std::function<void(json&)> spoil;
  std::string error;
};

class FhirReaderRefuses : public ::testing::TestWithParam<BadBundle> {};

TEST_P(FhirReaderRefuses, NamingThePlace) {
  json bundle = SampleJson(kCareNeed);
  GetParam().spoil(bundle);
  const auto read = ReadFhir(bundle.dump());
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
  EXPECT_THAT(ReadFhir(bundle.dump()),
              StatusIs(kInvalid, HasSubstr("status`: must be one of active")));
  bundle = SampleJson("child-psychiatry/sspf-signal");
  Resource(bundle, "Consent")["identifier"][0]["value"] = "xyz";
  EXPECT_THAT(ReadFhir(bundle.dump()), StatusIs(kInvalid, HasSubstr("must be 32 hexadecimal")));
  Resource(bundle, "Consent").erase("identifier");
  EXPECT_THAT(ReadFhir(bundle.dump()), StatusIs(kInvalid, HasSubstr("register the consent first")));
}

TEST(FhirReader, RefusesAChildInAConsultation) {
  json bundle = SampleJson(kCareNeed);
  Header(bundle)["eventCoding"]["code"] = "consultation";
  EXPECT_THAT(ReadFhir(bundle.dump()),
              StatusIs(kInvalid,
                       "`Bundle.entry[2].resource`: this event names nobody: leave the "
                       "Patient out"));
}

TEST(FhirReader, RefusesAConcernWithoutAChild) {
  json bundle = SampleJson("child-psychiatry/consultation");
  Header(bundle)["eventCoding"]["code"] = "care-need";
  EXPECT_THAT(ReadFhir(bundle.dump()), StatusIs(kInvalid, "`Bundle.entry`: holds no Patient"));
}

TEST(FhirReader, RefusesARecipientThatTheRouteDoesNotHave) {
  v1::MappingConfig mapping = SampleMapping("child-psychiatry");
  for (v1::Route& route : *mapping.mutable_route()) route.set_recipient("police/region-mitt");
  EXPECT_THAT((*MakeFhirFormat(mapping))->Read({.name = "in", .bytes = Sample(kCareNeed)}),
              StatusIs(kInvalid, HasSubstr("is not the recipient that the mapping has")));
}

TEST(FhirReader, RefusesBytesThatAreNoRecord) {
  EXPECT_THAT(ReadFhir("{"), StatusIs(kInvalid, HasSubstr("is not JSON")));
  EXPECT_THAT(ReadFhir(std::string(1000, '[')), StatusIs(kInvalid, HasSubstr("nested deeper")));
  EXPECT_THAT(ReadFhir(R"({"resourceType":"Bundle","resourceType":"Bundle"})"),
              StatusIs(kInvalid, "`resourceType`: occurs twice"));
  std::string large = Sample(kCareNeed);
  large.resize(kMaxNativeBytes, ' ');
  EXPECT_OK(ReadFhir(large));
  EXPECT_THAT(ReadFhir(large + " "),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("the limit is 31457280")));
}

}  // namespace
}  // namespace sluss
