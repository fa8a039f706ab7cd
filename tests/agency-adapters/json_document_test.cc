#include "agency-adapters/common/json_document.h"

#include <string>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/agency-adapters/spoilt.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using google::protobuf::util::MessageDifferencer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Spoil;
using testing::Spoilt;
using testing::SpoiltName;
using testing::StatusIs;

v1::NeutralNotification Whole() {
  v1::NeutralNotification n;
  n.set_native_id("17");
  n.set_recipient("social-services/sundby");
  n.set_urgency(2);
  n.set_phoned_first(true);
  n.set_created_us(1771230600000000);
  n.add_officer()->set_reason("skäl med \"citat\"\noch rad");
  n.add_consent_id("a");
  n.add_consent_id("b");
  n.mutable_identity()->set_type(v1::SAMORDNINGSNUMMER);
  n.mutable_identity()->set_number("202107919967");
  auto& compartments = *n.mutable_compartment();
  compartments["STATUS"].mutable_feedback()->set_status(v1::INVESTIGATION_NOT_OPENED);
  compartments["IDENTITY_ESCROW"].set_escrow(std::string("\x00\xff\x10", 3));
  compartments["ATTENDANCE"].mutable_attendance()->set_absent_minutes(4294967295u);
  v1::CompartmentContent& narrative = compartments["NARRATIVE"];
  narrative.mutable_narrative()->add_statement()->set_source(v1::SEEN);
  narrative.mutable_narrative()->add_concern("V1");
  narrative.add_attachment()->set_content("abc");
  return n;
}

TEST(JsonDocumentTest, ReadsWhatItWrote) {
  const auto read = ReadNotificationDocument(WriteNotificationDocument(Whole()));
  ASSERT_OK(read);
  EXPECT_TRUE(MessageDifferencer::Equals(*read, Whole()));
}

// protobuf's own JSON is the specification that the form claims to follow.
TEST(JsonDocumentTest, AgreesWithTheStandardMapping) {
  std::string standard;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(Whole(), &standard, options).ok());
  // The one departure: 64-bit integers are numbers here.
  standard = absl::StrReplaceAll(standard, {{"\"1771230600000000\"", "1771230600000000"}});
  const auto read = ReadNotificationDocument(
      "{\"format\":\"sluss-notification/1\",\"notification\":" + standard + "}");
  ASSERT_OK(read);
  EXPECT_TRUE(MessageDifferencer::Equals(*read, Whole()));
}

TEST(JsonDocumentTest, CarriesADeliveryWithItsDecision) {
  v1::DeliveredNotification delivered;
  *delivered.mutable_notification() = Whole();
  delivered.set_message_id(std::string(16, '\x80'));
  delivered.set_withheld(3);
  delivered.add_obligation("x");
  const auto read = ReadDeliveredDocument(WriteDeliveredDocument(delivered));
  ASSERT_OK(read);
  EXPECT_TRUE(MessageDifferencer::Equals(*read, delivered));
}

class BadDocumentTest : public ::testing::TestWithParam<Spoilt> {};

TEST_P(BadDocumentTest, IsRefusedByPlaceWithoutQuotingContent) {
  EXPECT_THAT(ReadNotificationDocument(Spoil(WriteNotificationDocument(Whole()), GetParam())),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(GetParam().error), Not(HasSubstr("202107919967")))));
}

INSTANTIATE_TEST_SUITE_P(
    Documents, BadDocumentTest,
    ::testing::Values(
        Spoilt{"NotJson", "{", "{{", "byte"},
        Spoilt{"OtherFormat", "notification/1", "notification/2", "`format`: must be"},
        Spoilt{"NoFormat", "\"format\"", "\"form\"", "`format`"},
        Spoilt{"OtherTop", "\"notification\": {", "\"x\": 1, \"notification\": {", "`x`"},
        Spoilt{"NoNotification", "\"notification\": {", "\"notice\": {", "`notification`"},
        Spoilt{"UnknownField", "\"urgency\"", "\"urgent\"",
               "`notification.urgent`: no such field in NeutralNotification"},
        Spoilt{"UnknownInside", "\"source\"", "\"sauce\"",
               "`notification.compartment.NARRATIVE.narrative.statement[0].sauce`: no such field"},
        Spoilt{"Twice", "\"urgency\": 2", "\"urgency\": 2, \"urgency\": 2",
               "`notification.urgency`"},
        Spoilt{"Null", "\"urgency\": 2", "\"urgency\": null",
               "`notification.urgency`: a whole number"},
        Spoilt{"TextForNumber", "\"urgency\": 2", "\"urgency\": \"2\"", "a whole number in range"},
        Spoilt{"Fraction", "\"urgency\": 2", "\"urgency\": 2.5", "a whole number in range"},
        Spoilt{"TooLarge", "4294967295", "4294967296",
               "`notification.compartment.ATTENDANCE.attendance.absent_minutes`: a whole number"},
        Spoilt{"Negative", "4294967295", "-1", "a whole number in range"},
        Spoilt{"TooSmall", "\"urgency\": 2", "\"urgency\": -2147483649", "a whole number in range"},
        Spoilt{"NumberForText", "\"202107919967\"", "202107919967",
               "`notification.identity.number`: a text"},
        Spoilt{"TextForBool", "\"phoned_first\": true", "\"phoned_first\": \"true\"",
               "`notification.phoned_first`: `true` or `false`"},
        Spoilt{"UnknownEnum", "SAMORDNINGSNUMMER", "PASSPORT",
               "`notification.identity.type`: a name of IdentifierType"},
        Spoilt{"NumberForEnum", "\"SAMORDNINGSNUMMER\"", "2",
               "`notification.identity.type`: a name"},
        Spoilt{"NotAList", "\"consent_id\": [\n      \"a\",\n      \"b\"\n    ]",
               "\"consent_id\": \"a\"", "`notification.consent_id`: a list"},
        Spoilt{"NotAnObject", "\"identity\": {", "\"identity\": [], \"x\": {", "`notification."},
        Spoilt{"NotBase64", "\"AP8Q\"", "\"*\"",
               "`notification.compartment.IDENTITY_ESCROW.escrow`: base64"},
        Spoilt{"TwoContents", "\"feedback\": {", "\"escrow\": \"AA==\", \"feedback\": {",
               "only one content is allowed"}),
    SpoiltName);

TEST(JsonDocumentTest, RefusesWhatIsNoObject) {
  for (const char* json : {"", "[]", "1", "null", "\"x\"", "{}"}) {
    EXPECT_FALSE(ReadNotificationDocument(json).ok()) << json;
  }
}

}  // namespace
}  // namespace sluss
