#include "agency-adapters/common/leak_guard.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

const std::vector<std::string> kNames = {"Åsa-Lill", "von Öhrn", "Bo"};

struct Text {
  const char* name;
  const char* text;
};

void PrintTo(const Text& text, std::ostream* out) { *out << text.name; }

std::string TextName(const ::testing::TestParamInfo<Text>& info) { return info.param.name; }

class PersonalNumberInTextTest : public ::testing::TestWithParam<Text> {};

TEST_P(PersonalNumberInTextTest, IsFound) {
  EXPECT_THAT(FindLeaks(GetParam().text, {}), Contains(LeakKind::kPersonalNumber));
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, PersonalNumberInTextTest,
    ::testing::Values(
        Text{"TwelveDigits", "201208239887"}, Text{"TenDigits", "pnr 1208239887."},
        Text{"Hyphen", "20120823-9887"}, Text{"ShortHyphen", "120823-9887"},
        Text{"Plus", "090527+1474"}, Text{"Spaces", "2012 08 23 98 87"},
        Text{"SpacedHyphen", "20120823 - 9887"}, Text{"Dots", "2012.08.23.9887"},
        Text{"InLetters", "barn120823-9887x"}, Text{"LineBreak", "20120823\n9887"},
        Text{"NoBreakSpace", "20120823\u00a09887"}, Text{"EnDash", "20120823\u20139887"},
        Text{"MinusSign", "120823\u22129887"}, Text{"FullWidth", "１２０８２３－９８８７"},
        Text{"ArabicDigits", "٢٠١٢٠٨٢٣٩٨٨٧"}, Text{"MathematicalDigits", "𝟏𝟐𝟎𝟖𝟐𝟑𝟗𝟖𝟖𝟕"},
        Text{"ZeroWidthSpace", "2012\u200b0823\u200b9887"}, Text{"SoftHyphen", "120823\u00ad9887"},
        Text{"WordJoiner", "12\u20600823\ufeff9887"}, Text{"Samordningsnummer", "210791-9967"},
        Text{"OneDigitMistyped", "20120823-9886"}, Text{"AfterOtherDigits", "rum 12 120823-9887"},
        Text{"Reservnummer", "20210325K069"}, Text{"ReservnummerOfTwoLetters", "98240301-AA06"}),
    TextName);

class TelephoneInTextTest : public ::testing::TestWithParam<Text> {};

TEST_P(TelephoneInTextTest, IsFound) {
  EXPECT_THAT(FindLeaks(GetParam().text, {}), Contains(LeakKind::kTelephone));
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, TelephoneInTextTest,
    ::testing::Values(Text{"Mobile", "070-174 06 05"}, Text{"Unsplit", "0701740605"},
                      Text{"Stockholm", "08-465 00 40"}, Text{"ThreeDigitArea", "(031) 390 06 00"},
                      Text{"FourDigitArea", "0912-345 67"}, Text{"Country", "+46 70 174 06 05"},
                      Text{"CountryAndZero", "+46 (0)70-174 06 05"},
                      Text{"DoubleZero", "0046701740605"}, Text{"Norwegian", "+47 22 12 34 56"},
                      Text{"FullWidth", "０７０－１７４０６０５"}),
    TextName);

class EmailInTextTest : public ::testing::TestWithParam<Text> {};

TEST_P(EmailInTextTest, IsFound) {
  EXPECT_THAT(FindLeaks(GetParam().text, {}), ElementsAre(LeakKind::kEmail));
}

INSTANTIATE_TEST_SUITE_P(Spellings, EmailInTextTest,
                         ::testing::Values(Text{"Plain", "skriv till a.b@skola.example nu"},
                                           Text{"Swedish", "åsa@öhrn.se"},
                                           Text{"FullWidthAt", "asa＠skola.example"},
                                           Text{"EndOfSentence", "x@skola.example."}),
                         TextName);

class NameInTextTest : public ::testing::TestWithParam<Text> {};

TEST_P(NameInTextTest, IsFound) {
  EXPECT_THAT(FindLeaks(GetParam().text, kNames), ElementsAre(LeakKind::kName));
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, NameInTextTest,
    ::testing::Values(Text{"Plain", "Åsa berättar"}, Text{"Upper", "ÅSA berättar"},
                      Text{"Lower", "åsa"}, Text{"Genitive", "Åsas mamma"},
                      Text{"Apostrophe", "Åsa's mamma"}, Text{"Decomposed", "A\u030asa"},
                      Text{"SecondPart", "kallas Lill"}, Text{"Family", "familjen ÖHRN"},
                      Text{"Quoted", "”Åsa”"}, Text{"TwoLetters", "Bo"},
                      Text{"SplitInvisibly", "Å\u200bsa"}),
    TextName);

class HarmlessTextTest : public ::testing::TestWithParam<Text> {};

TEST_P(HarmlessTextTest, HasNothingToFind) {
  EXPECT_THAT(FindLeaks(GetParam().text, kNames), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Texts, HarmlessTextTest,
    ::testing::Values(
        Text{"Empty", ""}, Text{"Label", "Orosanmälan enligt SoL 19 kap. 1 §"},
        Text{"PartOfAWord", "Båsar, von den lillasyster"}, Text{"Date", "den 2026-02-14 kl. 10:30"},
        Text{"DateAndTime", "20260214-1030"}, Text{"IsoDateWithSummer", "2024-08-15 1430"},
        Text{"Money", "10 000 000 kronor"}, Text{"Law", "OSL 2009:400 10 kap. 18 a §"},
        Text{"CaseNumber", "dnr 2024-000123"}, Text{"At", "@ skolan, a @ b"},
        Text{"NoSuchDay", "20123423-9887"}, Text{"TooLong", "12012082398870"},
        Text{"NotUtf8", "\xff\xfe 12\x80"}),
    TextName);

v1::NeutralNotification Report() {
  v1::NeutralNotification notification;
  notification.set_native_id("235212");
  notification.set_purpose("PROTECTION");
  notification.set_label("Orosanmälan");
  notification.mutable_identity()->set_number("201208239887");
  notification.mutable_identity()->set_given_name("Åsa");
  notification.mutable_identity()->set_family_name("Öhrn");
  v1::CompartmentContent& narrative = (*notification.mutable_compartment())["NARRATIVE"];
  narrative.mutable_narrative()->add_statement()->set_text("Hon kommer ofta trött.");
  v1::CompartmentContent& contact = (*notification.mutable_compartment())["CONTACT"];
  v1::Person* guardian = contact.mutable_contact()->add_guardian();
  guardian->set_name("Karin Öhrn");
  guardian->set_telephone("070-174 06 05");
  return notification;
}

TEST(LeakGuardTest, LetsAReportThroughThatNamesNobodyInTheClear) {
  EXPECT_OK(RefuseLeaks(Report()));
}

struct Leak {
  const char* name;
  void (*put)(v1::NeutralNotification*);
  const char* field;
  const char* secret;
};

void PrintTo(const Leak& leak, std::ostream* out) { *out << leak.name; }

class ClearFieldTest : public ::testing::TestWithParam<Leak> {};

TEST_P(ClearFieldTest, IsRefusedByNameWithoutTheFind) {
  v1::NeutralNotification notification = Report();
  GetParam().put(&notification);
  const absl::Status status = RefuseLeaks(notification);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               AllOf(HasSubstr(std::string("`") + GetParam().field + "` carries "),
                                     Not(HasSubstr(GetParam().secret)))));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, ClearFieldTest,
    ::testing::Values(
        Leak{"Label", [](auto* n) { n->set_label("Oro för Åsa"); }, "label", "Åsa"},
        Leak{"GuardianInLabel", [](auto* n) { n->set_label("Karin"); }, "label", "Karin"},
        Leak{"NativeId", [](auto* n) { n->set_native_id("anm-120823-9887"); }, "native_id", "9887"},
        Leak{"Conversation", [](auto* n) { n->set_conversation("a@b.example"); }, "conversation",
             "a@b"},
        Leak{"ReplyTo", [](auto* n) { n->set_reply_to("0701740605"); }, "reply_to", "0701740605"},
        Leak{"FileName",
             [](auto* n) {
               (*n->mutable_compartment())["NARRATIVE"].add_attachment()->set_file_name(
                   "Åsa skadad.jpg");
             },
             "NARRATIVE.attachment[0].file_name", "Åsa"}),
    [](const auto& leak) { return leak.param.name; });

TEST(LeakGuardTest, TakesRandomIdsForNoNumber) {
  v1::NeutralNotification notification = Report();
  notification.set_reply_to("12082398-8712-4823-9887-120823988700");
  notification.set_conversation("12082398871208239887000000000000");
  EXPECT_OK(RefuseLeaks(notification));
}

v1::NeutralNotification Consultation(const std::string& text) {
  v1::NeutralNotification notification;
  notification.set_purpose("CONSULTATION");
  v1::CompartmentContent& content = (*notification.mutable_compartment())["ANONYMOUS"];
  content.mutable_text()->add_statement()->set_text(text);
  return notification;
}

TEST(LeakGuardTest, LetsAConsultationThroughThatNamesNobody) {
  EXPECT_OK(RefuseLeaks(Consultation("En elev i årskurs 4 är ofta borta. Vad gör vi?"), kNames));
}

TEST(LeakGuardTest, RefusesAConsultationThatTellsWhoTheChildIs) {
  for (const char* text :
       {"Gäller 120823-9887", "Ring 070-174 06 05", "Skriv a@b.example", "Gäller Åsa"}) {
    EXPECT_THAT(RefuseLeaks(Consultation(text), kNames),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("`ANONYMOUS.text.statement[0].text` carries ")))
        << text;
  }
}

TEST(LeakGuardTest, ASituationPictureIsReadAsStrictly) {
  v1::NeutralNotification notification = Consultation("Gäller 120823-9887");
  notification.set_purpose("SITUATION_PICTURE");
  EXPECT_THAT(RefuseLeaks(notification, kNames),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("carries ")));
  EXPECT_OK(RefuseLeaks(Consultation("Oroligt vid stationen"), kNames));
}

TEST(LeakGuardTest, RefusesAConsultationWithAnIdentity) {
  v1::NeutralNotification notification = Consultation("En elev");
  notification.mutable_identity()->set_given_name("X");
  EXPECT_THAT(RefuseLeaks(notification),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`identity` is present")));
}

TEST(LeakGuardTest, SearchesEveryCompartmentOfAConsultation) {
  v1::NeutralNotification notification = Consultation("En elev");
  (*notification.mutable_compartment())["NARRATIVE"].mutable_narrative()->set_why_now(
      "120823-9887");
  EXPECT_THAT(RefuseLeaks(notification), StatusIs(absl::StatusCode::kInvalidArgument,
                                                  HasSubstr("`NARRATIVE.narrative.why_now`")));
}

TEST(LeakGuardTest, WarnsInsideSealedTextByKindAndField) {
  v1::NeutralNotification notification = Report();
  v1::Narrative* narrative = (*notification.mutable_compartment())["NARRATIVE"].mutable_narrative();
  narrative->mutable_statement(0)->set_text("Åsa har numret 070-174 06 05.");
  narrative->set_why_now("Se 120823-9887");
  std::vector<std::string> told;
  for (const LeakWarning& warning : WarnOfLeaks(notification)) {
    told.push_back(warning.field + ": " + std::string(LeakKindText(warning.kind)));
  }
  EXPECT_THAT(told, ElementsAre("NARRATIVE.narrative.statement[0].text: a telephone number",
                                "NARRATIVE.narrative.statement[0].text: a name",
                                "NARRATIVE.narrative.why_now: a personal number"));
}

}  // namespace
}  // namespace sluss
