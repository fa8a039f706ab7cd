#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agency-adapters/child-psychiatry/fhir_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/notification.pb.h"
#include "tests/agency-adapters/fhir_sample.h"
#include "tests/agency-adapters/sample.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::nlohmann::json;
using ::sluss::testing::Communication;
using ::sluss::testing::Header;
using ::sluss::testing::kCareNeed;
using ::sluss::testing::kChildNumber;
using ::sluss::testing::kConsentId;
using ::sluss::testing::Patient;
using ::sluss::testing::ReadFhir;
using ::sluss::testing::Resource;
using ::sluss::testing::Sample;
using ::sluss::testing::SampleJson;
using ::sluss::testing::SampleMapping;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Categories(const v1::NeutralNotification& notification) {
  std::vector<std::string> names;
  for (const auto& [name, content] : notification.compartment()) names.push_back(name);
  return names;
}

TEST(FhirReader, ReadsACareNeedWithHealthData) {
  const auto read = ReadFhir(Sample(kCareNeed));
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
  const auto read = ReadFhir(Sample("child-psychiatry/crime-prevention"));
  ASSERT_OK(read);
  EXPECT_EQ(read->recipient(), "police/region-mitt");
  EXPECT_EQ(read->legal_basis(), "OSL-10-15A");
  ASSERT_EQ(read->officer_size(), 2);
  EXPECT_EQ(read->officer(1).name(), "Omar Mönster");
  EXPECT_EQ(read->officer(1).role(), "physician");
  EXPECT_THAT(read->officer(0).weighing(), HasSubstr("vägs mot"));
}

TEST(FhirReader, ReadsACitedConsentAndKeepsTheIdentityInEscrow) {
  const auto read = ReadFhir(Sample("child-psychiatry/sspf-signal"));
  ASSERT_OK(read);
  EXPECT_THAT(read->consent_id(), ElementsAre(kConsentId));
  EXPECT_TRUE(read->escrow_identity());
}

TEST(FhirReader, NamesNobodyInAConsultation) {
  const auto read = ReadFhir(Sample("child-psychiatry/consultation"));
  ASSERT_OK(read);
  EXPECT_FALSE(read->has_identity());
  EXPECT_THAT(Categories(*read), ElementsAre("ANONYMOUS"));
}

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
  const auto read = ReadFhir(bundle.dump());
  ASSERT_OK(read);
  EXPECT_EQ(read->urgency(), v1::NOW);
  EXPECT_TRUE(read->phoned_first());
  EXPECT_EQ(read->reply_to(), "0123");
  EXPECT_EQ(read->compartment().at("CONTACT").contact().interpreter_language(), "arabiska");
  // The local category `treatment` is HEALTH in the mapping.
  ASSERT_EQ(read->compartment().at("HEALTH").attachment_size(), 1);
  EXPECT_EQ(read->compartment().at("HEALTH").attachment(0).content(), "hej");
}

TEST(FhirReader, ReadsWhatACorrectionNames) {
  json bundle = SampleJson(kCareNeed);
  Header(bundle)["eventCoding"]["code"] = "care-need-correction";
  EXPECT_THAT(ReadFhir(bundle.dump()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("response`: is missing: its identifier names what this event "
                                 "corrects")));
  Header(bundle)["response"] = {{"identifier", "m-1"}, {"code", "ok"}};
  const std::string url = "https://sluss.example/fhir/StructureDefinition/";
  for (const json& extension : std::vector<json>{
           {{"url", url + "statement-id"}, {"valueString", "s7"}},
           {{"url", url + "corrects-statement"}, {"valueString", "s3"}},
           {{"url", url + "retracted"}, {"valueBoolean", true}},
           {{"url", url + "person-witness"}, {"valueString", "Berit Granne; Nils Granne"}},
           {{"url", url + "person-suspect"}, {"valueString", "okänd"}}}) {
    Communication(bundle)["payload"][0]["extension"].push_back(extension);
  }
  const auto read = ReadFhir(bundle.dump());
  ASSERT_OK(read);
  EXPECT_EQ(read->correction(), v1::CORRECTION);
  EXPECT_EQ(read->reply_to(), "m-1");
  std::vector<v1::Statement> statements;
  for (const auto& [category, content] : read->compartment()) {
    for (const auto& one : content.narrative().statement()) statements.push_back(one);
    for (const auto& one : content.text().statement()) statements.push_back(one);
  }
  const auto at = std::find_if(statements.begin(), statements.end(),
                               [](const v1::Statement& s) { return s.id() == "s7"; });
  ASSERT_NE(at, statements.end());
  EXPECT_EQ(at->corrects(), "s3");
  EXPECT_TRUE(at->retracted());
  ASSERT_EQ(at->person_size(), 3);
  EXPECT_EQ(at->person(0).role(), v1::SUSPECT);
  EXPECT_EQ(at->person(1).role(), v1::WITNESS);
  EXPECT_EQ(at->person(2).name(), "Nils Granne");
}

TEST(FhirReader, FollowsRelativeReferences) {
  json bundle = SampleJson(kCareNeed);
  Patient(bundle)["id"] = "p1";
  Communication(bundle)["subject"]["reference"] = "Patient/p1";
  EXPECT_OK(ReadFhir(bundle.dump()));
}

TEST(FhirReader, CarriesProtectedIdentity) {
  for (const std::string code : {"sekretessmarkering", "skyddadFolkbokforing"}) {
    json bundle = SampleJson(kCareNeed);
    Resource(bundle, "RelatedPerson").erase("telecom");
    Patient(bundle)["meta"]["security"] = {
        {{"system", "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"}, {"code", code}}};
    const auto read = ReadFhir(bundle.dump());
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
  const auto read = ReadFhir(bundle.dump());
  ASSERT_OK(read);
  EXPECT_EQ(read->identity().type(), v1::SAMORDNINGSNUMMER);
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
