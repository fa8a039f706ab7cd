#include "agency-adapters/school/open_eplatform_format.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/common/leak_guard.h"
#include "gmock/gmock.h"
#include "proto/notification.pb.h"
#include "tests/agency-adapters/school_samples.h"
#include "tests/agency-adapters/spoilt.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ReadBytes;
using testing::Sample;
using testing::SchoolMapping;
using testing::Spoil;
using testing::Spoilt;
using testing::SpoiltName;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Categories(const v1::NeutralNotification& notification) {
  std::vector<std::string> categories;
  for (const auto& [category, content] : notification.compartment()) categories.push_back(category);
  return categories;
}

TEST(OpenEplatformFormatTest, ReadsWhatACorrectionNames) {
  for (const auto& [sample, kind] :
       {std::pair{"correction.xml", v1::CORRECTION}, std::pair{"retraction.xml", v1::RETRACTION}}) {
    const std::string text = absl::StrReplaceAll(Sample(sample), {{"ORIGINAL-ID", "235212"}});
    const auto correction = ReadBytes(text);
    ASSERT_OK(correction) << sample;
    EXPECT_EQ(correction->correction(), kind);
    EXPECT_EQ(correction->reply_to(), "235212");
    EXPECT_EQ(correction->purpose(), "PROTECTION");
    EXPECT_THAT(ReadBytes(absl::StrReplaceAll(text, {{"235212", ""}})),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ursprungligtArende")));
  }
}

TEST(OpenEplatformFormatTest, ReadsADutyReport) {
  const auto report = ReadBytes(Sample("duty-report.xml"));
  ASSERT_OK(report);
  EXPECT_EQ(report->native_id(), "235212");
  EXPECT_EQ(report->recipient(), "social-services/sundby");
  EXPECT_EQ(report->purpose(), "PROTECTION");
  EXPECT_EQ(report->legal_basis(), "SOL-2025-19-1");
  EXPECT_EQ(report->urgency(), v1::TODAY);
  EXPECT_EQ(report->created_us(),
            absl::ToUnixMicros(FromSwedishTime(absl::CivilSecond(2026, 2, 16, 9, 12, 0))));
  EXPECT_EQ(report->identity().number(), "201305159814");
  EXPECT_EQ(report->identity().type(), v1::PERSONNUMMER);
  EXPECT_EQ(report->identity().family_name(), "Provsson");
  EXPECT_FALSE(report->protected_identity());
  ASSERT_EQ(report->officer_size(), 1);
  EXPECT_EQ(report->officer(0).name(), "Love Hage");
  EXPECT_EQ(report->officer(0).role(), "teacher");
  EXPECT_THAT(report->officer(0).reason(), HasSubstr("Anmälningsskyldighet"));
  EXPECT_THAT(Categories(*report),
              UnorderedElementsAre("CONTACT", "NARRATIVE", "ATTENDANCE", "HEALTH"));

  const v1::Narrative& narrative = report->compartment().at("NARRATIVE").narrative();
  ASSERT_EQ(narrative.statement_size(), 3);
  EXPECT_EQ(narrative.statement(0).source(), v1::SEEN);
  EXPECT_EQ(narrative.statement(1).source(), v1::TOLD_BY_CHILD);
  EXPECT_EQ(narrative.statement(2).source(), v1::HEARD_FROM_OTHERS);
  EXPECT_THAT(narrative.concern(), ElementsAre("N1", "C1"));
  EXPECT_EQ(narrative.acute_danger(), v1::NO);

  const v1::Contact& contact = report->compartment().at("CONTACT").contact();
  ASSERT_EQ(contact.guardian_size(), 2);
  EXPECT_EQ(contact.guardian(0).informed(), v1::YES);
  EXPECT_EQ(contact.guardian(1).name(), "Viggo Provsson");
  EXPECT_EQ(contact.reporter().role(), "Lärare");
  EXPECT_OK(RefuseLeaks(*report));
}

TEST(OpenEplatformFormatTest, KeepsThePrincipalAndTheTeacherApart) {
  EXPECT_EQ(ReadBytes(Sample("police-information-by-principal.xml"))->officer(0).role(),
            "principal");
  EXPECT_EQ(ReadBytes(Sample("police-information-by-teacher.xml"))->officer(0).role(), "teacher");
}

TEST(OpenEplatformFormatTest, PutsTheSspfSignalsIdentityInEscrow) {
  const auto signal = ReadBytes(Sample("sspf-signal.xml"));
  ASSERT_OK(signal);
  EXPECT_TRUE(signal->escrow_identity());
  EXPECT_THAT(signal->consent_id(), ElementsAre("CONSENT-ID"));
  EXPECT_EQ(signal->compartment().at("CONTACT").contact().child_address(), "");
}

TEST(OpenEplatformFormatTest, ReadsAConsultationThatNamesNobodyAndHasABrokenDeclaration) {
  const auto consultation = ReadBytes(Sample("consultation.xml"));
  ASSERT_OK(consultation);
  EXPECT_THAT(Categories(*consultation), ElementsAre("ANONYMOUS"));
  EXPECT_FALSE(consultation->has_identity());
  EXPECT_THAT(consultation->compartment().at("ANONYMOUS").text().statement(0).text(),
              HasSubstr("bråk hemma på helgerna"));
  EXPECT_OK(RefuseLeaks(*consultation));
}

// The declarations that the platform and its integrations have been seen to write.
TEST(OpenEplatformFormatTest, ReadsEitherEncodingWithAnyDeclaration) {
  const std::string sample = Sample("police-information-by-principal.xml");  // UTF-8
  const std::string body = sample.substr(sample.find("?>") + 2);
  for (const char* declaration :
       {"", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml version='1.1' encoding='utf-8'?>",
        "<?xml version=1.0 encoding=UTF-8 ?>", "<?xml version=\"1.0\">",
        "\xEF\xBB\xBF<?xml version=\"1.0\"?>",
        "\n\n   <?xml version=\"1.0\" encoding=\"UTF-8\"?>"}) {
    EXPECT_EQ(ReadBytes(declaration + body)->purpose(), "LAW_ENFORCEMENT") << declaration;
  }
}

TEST(OpenEplatformFormatTest, JoinsAnAnswerThatIsSplitIntoSections) {
  const std::string bytes =
      absl::StrReplaceAll(Sample("consultation.xml"), {{" elev i ", " elev]]><![CDATA[ i "}});
  EXPECT_THAT(ReadBytes(bytes)->compartment().at("ANONYMOUS").text().statement(0).text(),
              HasSubstr("En elev i "));
}

TEST(OpenEplatformFormatTest, DecidesByTheDayOfSubmissionNotOfTheFirstDraft) {
  const std::string bytes = absl::StrReplaceAll(
      Sample("duty-report.xml"),
      {{"<Posted>2026-02-16T09:12:00", "<Posted>2025-06-30T23:50:00"},
       {"<FirstSubmitted>2026-02-16T09:12:00", "<FirstSubmitted>2025-07-01T00:10:00"}});
  EXPECT_EQ(SwedishDay(absl::FromUnixMicros(ReadBytes(bytes)->created_us())),
            absl::CivilDay(2025, 7, 1));
}

TEST(OpenEplatformFormatTest, ReadsAttachedFiles) {
  const std::string file = absl::StrCat(
      "<bilaga><QueryID>1</QueryID><File><ID>7</ID><Name>../../bild.PNG</Name><Size>3</Size>"
      "<EncodedData>",
      absl::Base64Escape("abc"), "</EncodedData></File></bilaga></Values>");
  const auto report =
      ReadBytes(absl::StrReplaceAll(Sample("duty-report.xml"), {{"</Values>", file}}));
  ASSERT_OK(report);
  const v1::CompartmentContent& narrative = report->compartment().at("NARRATIVE");
  ASSERT_EQ(narrative.attachment_size(), 1);
  EXPECT_EQ(narrative.attachment(0).file_name(), "bild.PNG");
  EXPECT_EQ(narrative.attachment(0).content_type(), "image/png");
  EXPECT_EQ(narrative.attachment(0).content(), "abc");
}

class BadRecordTest : public ::testing::TestWithParam<Spoilt> {};

TEST_P(BadRecordTest, IsRefusedByNameWithoutTheChild) {
  const auto report = ReadBytes(Spoil(Sample("duty-report.xml"), GetParam()));
  EXPECT_THAT(report, StatusIs(absl::StatusCode::kInvalidArgument,
                               AllOf(HasSubstr(GetParam().error), Not(HasSubstr("Provsson")),
                                     Not(HasSubstr("20130515")), Not(HasSubstr("Love")))));
}

constexpr char kBomb[] =
    "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">"
    "<!ENTITY c \"&b;&b;&b;&b;\">]>\n<FlowInstance";
constexpr char kExternal[] =
    "<!DOCTYPE f [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<FlowInstance";

INSTANTIATE_TEST_SUITE_P(
    BadInput, BadRecordTest,
    ::testing::Values(
        Spoilt{"BrokenXml", "</Values>", "</Vaules>", "not XML: wrong at byte "},
        Spoilt{"CutOff", "  </Values>\n</FlowInstance>", "", "not XML: wrong at byte "},
        Spoilt{"Doctype", "<FlowInstance", "<!DOCTYPE FlowInstance>\n<FlowInstance", "DOCTYPE"},
        Spoilt{"ExternalEntity", "<FlowInstance", kExternal, "DOCTYPE"},
        Spoilt{"BillionLaughs", "<FlowInstance", kBomb, "DOCTYPE"},
        Spoilt{"BrokenDoctype", "<FlowInstance", "<!DOCTYPE x [<!ENTITY ", "not XML"},
        Spoilt{"StatesUtf8", "ISO-8859-1", "UTF-8", "`encoding`: the file has bytes"},
        Spoilt{"OtherEncoding", "ISO-8859-1", "UTF-16", "`encoding`: only UTF-8 and"},
        Spoilt{"OtherRoot", "FlowInstance ", "Flow ", "not XML"},
        Spoilt{"OtherNamespace", "schemas/flowinstance\" xmlns", "schemas/x\" xmlns",
               "`FlowInstance`: the namespace must be "},
        Spoilt{"UnknownFlow", "<FamilyID>901<", "<FamilyID>999<",
               "`999` has no route in the mapping file"},
        Spoilt{"NoFlow", "<FamilyID>901</FamilyID>", "", "`Header/Flow/FamilyID`: is missing"},
        Spoilt{"NoId", "<FlowInstanceID>235212</FlowInstanceID>", "",
               "`Header/FlowInstanceID`: is missing"},
        Spoilt{"IdTwice", "<FlowInstanceID>235212<",
               "<FlowInstanceID>1</FlowInstanceID><FlowInstanceID>2<",
               "`Header/FlowInstanceID`: is given twice"},
        Spoilt{"IdOfLetters", ">235212<", ">abc<", "`Header/FlowInstanceID`: a whole number"},
        Spoilt{"BadTime", "<FirstSubmitted>2026-02-16T09:12:00", "<FirstSubmitted>16/2",
               "`Header/FirstSubmitted`: a local time"},
        Spoilt{"EndlessTime", "<FirstSubmitted>2026-", "<FirstSubmitted>20260000-",
               "`Header/FirstSubmitted`: a local time"},
        Spoilt{"NoChildNumber", "<CitizenIdentifier><![CDATA[201305159814]]></CitizenIdentifier>",
               "", "`barn/CitizenIdentifier` is missing"},
        Spoilt{"EmptyChildNumber", "<![CDATA[201305159814]]>", "  ",
               "`barn/CitizenIdentifier` is missing"},
        Spoilt{"WrongDigit", "201305159814", "201305159815",
               "`barn/CitizenIdentifier`: not a personal number: the check digit"},
        Spoilt{"Reservnummer", "201305159814", "20130515K069",
               "`barn/CitizenIdentifier`: a reservnummer cannot be matched between agencies"},
        Spoilt{"OrganisationNumber", "201305159814", "2120000142",
               "`barn/CitizenIdentifier`: an organisation number"},
        Spoilt{"TwoChildren", "</Values>",
               "<barn2><CitizenIdentifier>201009249820</CitizenIdentifier></barn2></Values>",
               "`barn2/CitizenIdentifier`: another personal number is given before"},
        Spoilt{"UnknownOption", "<![CDATA[I dag]]>", "<![CDATA[Strax]]>",
               "`bradskande`: an option that the mapping file does not know"},
        Spoilt{"UnknownRole", "<Value><![CDATA[L\xE4rare]]>", "<Value><![CDATA[Vaktm\xE4stare]]>",
               "`roll`: a role that the mapping file does not know"},
        Spoilt{"UnknownElement", "<hortAvAndra>",
               "<nyFraga><Value>x</Value></nyFraga><hortAvAndra>",
               "`nyFraga` is not in the mapping file"},
        Spoilt{"NobodyDecided", "<Poster>", "<Was>", "not XML"},
        Spoilt{"NoReason", "Anm\xE4lningsskyldighet; oron har vuxit i tv\xE5 veckor.", "",
               "`skal` is missing"},
        Spoilt{"NestedAnswer", "<hortAvAndra>", "<hortAvAndra><Row><A>x</A></Row>",
               "`hortAvAndra/Row`: has elements of its own"},
        Spoilt{"BadBase64", "</Values>",
               "<bilaga><File><Name>a.pdf</Name><EncodedData>***</EncodedData></File></bilaga>"
               "</Values>",
               "`bilaga/File/EncodedData`: is not base64"},
        Spoilt{"CutOffFile", "</Values>",
               "<bilaga><File><Name>a</Name><Size>9</Size><EncodedData>YWJj</EncodedData></File>"
               "</bilaga></Values>",
               "`bilaga/File/Size`: differs from the size of the file"},
        Spoilt{"FileForAText", "<hortAvAndra>",
               "<hortAvAndra><File><Name>a</Name><EncodedData>YQ==</EncodedData></File>",
               "`hortAvAndra`"}),
    SpoiltName);

TEST(OpenEplatformFormatTest, RefusesAnAnonymousPoster) {
  std::string bytes = Sample("duty-report.xml");
  const size_t begin = bytes.find("<Poster>");
  bytes.erase(begin, bytes.find("</Poster>") + 9 - begin);
  EXPECT_THAT(ReadBytes(bytes), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("`Header/Poster` is missing")));
}

TEST(OpenEplatformFormatTest, RefusesMoreThan30MegabytesByTheLimitAndReadsThatMuch) {
  const std::string sample = Sample("duty-report.xml");
  const std::string at_limit = sample + std::string(kMaxNativeBytes - sample.size(), ' ');
  EXPECT_OK(ReadBytes(at_limit));
  EXPECT_THAT(ReadBytes(at_limit + " "),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("the limit is 31457280")));
}

TEST(OpenEplatformFormatTest, RefusesAnEmptyFile) {
  EXPECT_THAT(ReadBytes(""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the record is empty")));
}

TEST(OpenEplatformFormatTest, ReadsADeepFileWithoutFalling) {
  std::string deep(200000, ' ');
  for (size_t i = 0; i < deep.size(); i += 4) deep.replace(i, 3, "<a>");
  EXPECT_FALSE(ReadBytes(deep).ok());
}

struct BadMapping {
  const char* name;
  void (*spoil)(v1::MappingConfig*);
  const char* error;
};

void PrintTo(const BadMapping& mapping, std::ostream* out) { *out << mapping.name; }

class BadMappingTest : public ::testing::TestWithParam<BadMapping> {};

TEST_P(BadMappingTest, IsRefusedWhenItIsLoaded) {
  v1::MappingConfig config = SchoolMapping();
  GetParam().spoil(&config);
  EXPECT_THAT(MakeOpenEplatformFormat(config),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Mappings, BadMappingTest,
    ::testing::Values(
        BadMapping{"Agency", [](auto* c) { c->set_agency("Ekbacken"); }, "agency: "},
        BadMapping{"Path", [](auto* c) { c->mutable_field(0)->set_field("identity.numbr"); },
                   "field[0]: `identity.numbr` is no field"},
        BadMapping{"RoutePath",
                   [](auto* c) { c->mutable_route(2)->mutable_field(0)->set_field("consent.1"); },
                   "route[2].field[0]: `consent.1` is no field"},
        BadMapping{"Recipient", [](auto* c) { c->mutable_route(0)->set_recipient(""); },
                   "route[0].recipient: "},
        BadMapping{"Purpose", [](auto* c) { c->mutable_route(0)->clear_purpose(); },
                   "route[0]: `purpose` is missing"},
        BadMapping{"Basis", [](auto* c) { c->mutable_route(0)->clear_legal_basis(); },
                   "route[0]: `legal_basis` is missing"},
        BadMapping{"RouteTwice", [](auto* c) { c->mutable_route(1)->set_native_type("901"); },
                   "route[1]: `901` has a route already"},
        BadMapping{"RoleTwice", [](auto* c) { c->mutable_role(1)->set_native("Rektor"); },
                   "role: `Rektor` is given twice"},
        BadMapping{"Inbox",
                   [](auto* c) { c->mutable_open_eplatform()->clear_inbox_flow_instance(); },
                   "open_eplatform.inbox_flow_instance: is missing"},
        BadMapping{"User", [](auto* c) { c->mutable_open_eplatform()->clear_user_id(); },
                   "open_eplatform.user_id: is missing"},
        BadMapping{
            "Status",
            [](auto* c) { c->mutable_open_eplatform()->mutable_status(1)->set_event("done"); },
            "open_eplatform.status[1]: a known event"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace sluss
