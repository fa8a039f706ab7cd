#include "agency-adapters/police/sdk_format.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/common/json_document.h"
#include "agency-adapters/common/leak_guard.h"
#include "agency-adapters/common/sdk_reader.h"
#include "agency-adapters/common/xml_document.h"
#include "agency-adapters/police/sdk_notification.h"
#include "gmock/gmock.h"
#include "proto/notification.pb.h"
#include "tests/agency-adapters/police_samples.h"
#include "tests/agency-adapters/spoilt.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::PoliceMapping;
using testing::ReadBytes;
using testing::Sample;
using ::testing::SizeIs;
using testing::Spoil;
using testing::Spoilt;
using testing::SpoiltName;
using testing::StatusIs;

constexpr char kId[] = "6f1c1a52-5d0f-4c47-9a58-0d6f5f1f2b01";

// The sample with its document changed.
std::string WithDocument(const std::function<void(v1::NeutralNotification*)>& change) {
  const std::string json = Sample("sluss-notification.json");
  auto notification = ReadNotificationDocument(json);
  EXPECT_OK(notification);
  change(&*notification);
  return absl::StrReplaceAll(
      Sample("concern-report.xml"),
      {{absl::Base64Escape(json), absl::Base64Escape(WriteNotificationDocument(*notification))}});
}

TEST(SdkFormatTest, ReadsAConcernReport) {
  const auto report = ReadBytes(Sample("concern-report.xml"));
  ASSERT_OK(report);
  EXPECT_EQ(report->native_id(), kId);
  EXPECT_EQ(report->recipient(), "social-services/sundby");
  EXPECT_EQ(report->purpose(), "PROTECTION");
  EXPECT_EQ(report->legal_basis(), "SOL-2025-19-1");
  EXPECT_EQ(report->urgency(), v1::TODAY);
  EXPECT_EQ(absl::FromUnixMicros(report->created_us()), absl::FromUnixSeconds(1771230600));
  EXPECT_EQ(report->identity().number(), "201103089833");
  EXPECT_EQ(report->identity().type(), v1::PERSONNUMMER);
  EXPECT_EQ(report->officer(0).role(), "police-officer");
  EXPECT_EQ(report->label(), "Orosanmälan");
  EXPECT_EQ(report->compartment_size(), 3);
  EXPECT_EQ(report->compartment().at("CRIME").text().statement(0).about(), v1::WITNESS);
  EXPECT_FALSE(report->unstructured());
  EXPECT_OK(RefuseLeaks(*report));
}

TEST(SdkFormatTest, TranslatesTheAgencysOwnRoles) {
  const auto report = ReadBytes(WithDocument(
      [](auto* notification) { notification->mutable_officer(0)->set_role("Polis"); }));
  ASSERT_OK(report);
  EXPECT_EQ(report->officer(0).role(), "police-officer");
}

TEST(SdkFormatTest, CarriesProtectedIdentityFromEitherPlace) {
  const auto report = ReadBytes(WithDocument(
      [](auto* notification) { notification->mutable_identity()->set_protected_identity(true); }));
  ASSERT_OK(report);
  EXPECT_TRUE(report->protected_identity());
}

TEST(SdkFormatTest, RemembersTheEnvelopeWhereItsIdDiffers) {
  const std::string bytes =
      absl::StrReplaceAll(Sample("concern-report.xml"), {{"<ID>6f1c1a52", "<ID>00000000"}});
  const auto report = ReadBytes(bytes);
  ASSERT_OK(report);
  EXPECT_EQ(report->native_id(),
            "6f1c1a52-5d0f-4c47-9a58-0d6f5f1f2b01;00000000-5d0f-4c47-9a58-0d6f5f1f2b01");
}

TEST(SdkFormatTest, TakesOnlyWhatIsStatedFromAMessageWithoutADocument) {
  const std::string bytes = absl::StrReplaceAll(
      Sample("concern-report.xml"),
      {{"sluss-notification.json", "rapport.pdf"}, {"application/json", "application/pdf"}});
  const auto document = XmlDocument::Parse(bytes);
  ASSERT_OK(document);
  const auto envelope = ReadSdkEnvelope(document->root());
  ASSERT_OK(envelope);
  const auto mapping = Mapping::Make(PoliceMapping());
  ASSERT_OK(mapping);
  const auto notification = NotificationFromSdk(*envelope, *mapping);
  ASSERT_OK(notification);
  EXPECT_TRUE(notification->unstructured());
  EXPECT_EQ(notification->purpose(), "");
  EXPECT_EQ(notification->legal_basis(), "");
  EXPECT_THAT(notification->officer(), IsEmpty());
  EXPECT_FALSE(notification->has_identity());
  ASSERT_THAT(notification->compartment(), SizeIs(1));
  const v1::CompartmentContent& content = notification->compartment().at("NARRATIVE");
  EXPECT_THAT(content.narrative().statement(0).text(), HasSubstr("vid stationen"));
  EXPECT_EQ(content.narrative().statement(0).source(), v1::SOURCE_TYPE_UNSPECIFIED);
  EXPECT_THAT(content.narrative().concern(), IsEmpty());
  EXPECT_EQ(content.attachment(0).file_name(), "rapport.pdf");

  // And because nobody decided it, nothing of it leaves the police.
  EXPECT_THAT(ReadBytes(bytes), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("`sluss-notification.json`: is missing")));
}

struct BadDocument {
  const char* name;
  void (*spoil)(v1::NeutralNotification*);
  const char* error;
};

void PrintTo(const BadDocument& document, std::ostream* out) { *out << document.name; }

class BadDocumentTest : public ::testing::TestWithParam<BadDocument> {};

TEST_P(BadDocumentTest, IsRefusedByNameWithoutTheChild) {
  EXPECT_THAT(ReadBytes(WithDocument(GetParam().spoil)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(absl::StrCat("BV/invariant ", kId, ": `")),
                             HasSubstr(GetParam().error), Not(HasSubstr("Exempelberg")),
                             Not(HasSubstr("20110308")))));
}

INSTANTIATE_TEST_SUITE_P(
    Documents, BadDocumentTest,
    ::testing::Values(
        BadDocument{"NoOfficer", [](auto* n) { n->clear_officer(); },
                    "`officer` is missing: a person decides"},
        BadDocument{"NoOfficersName", [](auto* n) { n->mutable_officer(0)->clear_name(); },
                    "`officer[0].name` is missing"},
        BadDocument{"NoRole", [](auto* n) { n->mutable_officer(0)->clear_role(); },
                    "`officer[0].role` is missing"},
        BadDocument{"NoReason", [](auto* n) { n->mutable_officer(0)->clear_reason(); },
                    "`officer[0].reason` is missing"},
        BadDocument{"NoPurpose", [](auto* n) { n->clear_purpose(); }, "`purpose` is missing"},
        BadDocument{"NoBasis", [](auto* n) { n->clear_legal_basis(); }, "`legal_basis` is missing"},
        BadDocument{"NoContent", [](auto* n) { n->clear_compartment(); },
                    "`compartment` is missing"},
        BadDocument{"NoNumber", [](auto* n) { n->mutable_identity()->clear_number(); },
                    "identity.number"},
        BadDocument{"NoChild", [](auto* n) { n->clear_identity(); },
                    "`identity.number` is missing"},
        BadDocument{"Reservnummer",
                    [](auto* n) { n->mutable_identity()->set_number("20110308K069"); },
                    "a reservnummer cannot be matched"},
        BadDocument{"WrongDigit",
                    [](auto* n) { n->mutable_identity()->set_number("201103089834"); },
                    "check digit is wrong"},
        BadDocument{"OtherRecipient", [](auto* n) { n->set_recipient("school/ekbacken"); },
                    "`sluss-notification.json/recipient`: differs"},
        BadDocument{"OtherId", [](auto* n) { n->set_native_id("x"); },
                    "`sluss-notification.json/native_id`: differs"},
        BadDocument{"OtherConversation", [](auto* n) { n->set_conversation("x"); },
                    "`sluss-notification.json/conversation`: differs"},
        BadDocument{"FeedbackToNothing",
                    [](auto* n) {
                      n->set_purpose("FEEDBACK");
                      n->clear_identity();
                    },
                    "`reply_to` is missing"}),
    [](const auto& test) { return test.param.name; });

class BadMessageTest : public ::testing::TestWithParam<Spoilt> {};

TEST_P(BadMessageTest, IsRefusedByName) {
  EXPECT_THAT(ReadBytes(Spoil(Sample("concern-report.xml"), GetParam())),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Messages, BadMessageTest,
    ::testing::Values(
        Spoilt{"OtherFederation", "federation:test", "federation:sdk",
               "`XHE/Header/BusinessScope/FEDERATIONID`: is not the federation"},
        Spoilt{"OtherSender", "0203:polisen.example", "0203:annan.example",
               "`XHE/Header/FromParty`: is not this agency"},
        Spoilt{"UnknownFunction", "sundby.socialtjanst.mottagning", "sundby.okand",
               "BV/not-found 6f1c1a52-5d0f-4c47-9a58-0d6f5f1f2b01: `recipient/attention"},
        Spoilt{"UnknownElement", "<m:ContentText>", "<m:x/><m:ContentText>", "SV/structure"},
        Spoilt{"Executable", "<m:ContentFiles>",
               "<m:ContentFiles><m:fileName>a.exe</m:fileName>"
               "<m:contentType>application/x-dosexec</m:contentType><m:content>QQ==</m:content>"
               "</m:ContentFiles><m:ContentFiles>",
               "BV/not-supported 6f1c1a52"},
        Spoilt{"DocumentTwice", "<m:ContentFiles>",
               "<m:ContentFiles><m:fileName>sluss-notification.json</m:fileName>"
               "<m:contentType>application/json</m:contentType><m:content>QQ==</m:content>"
               "</m:ContentFiles><m:ContentFiles>",
               "`sluss-notification.json`: is given twice"},
        Spoilt{"BrokenJson", "<m:content>", "<m:content>e30K", "`sluss-notification.json`: "},
        Spoilt{"OtherRoot", "XHE", "XHX", "neither an XHE envelope nor an SDK receipt"},
        Spoilt{"MessageIdTwice", "<m:conversationId>",
               "<m:messageId>6f1c1a52-5d0f-4c47-9a58-0d6f5f1f2b01</m:messageId>"
               "<m:conversationId>",
               "SV/structure 6f1c1a52"}),
    SpoiltName);

TEST(SdkFormatTest, RefusesMoreThan30MegabytesByTheLimitAndReadsThatMuch) {
  const std::string sample = Sample("concern-report.xml");
  const std::string at_limit = sample + std::string(kMaxNativeBytes - sample.size(), '\n');
  EXPECT_OK(ReadBytes(at_limit));
  EXPECT_THAT(ReadBytes(at_limit + "\n"),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("the limit is 31457280")));
}

}  // namespace
}  // namespace sluss
