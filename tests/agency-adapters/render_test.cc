#include "agency-adapters/common/render.h"

#include <string>

#include "agency-adapters/common/swedish_words.h"
#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "proto/notification.pb.h"
#include "proto/policy.pb.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(SwedishWordsTest, EveryPurposeOfTheCatalogueHasAWord) {
  v1::Vocabulary vocabulary;
  ASSERT_TRUE(
      TextFile::Load(SLUSS_SOURCE_DIR "/policy/catalogue/purposes.txtpb", &vocabulary).ok());
  ASSERT_GT(vocabulary.purpose_size(), 20);
  for (const v1::Purpose& purpose : vocabulary.purpose()) {
    EXPECT_NE(PurposeInSwedish(purpose.id()), "Meddelande") << purpose.id();
  }
}

v1::DeliveredNotification Delivered() {
  v1::DeliveredNotification delivered;
  delivered.set_sender("school/ekbacken");
  delivered.set_message_id(std::string(16, '\x2a'));
  delivered.set_withheld(2);
  delivered.add_obligation("bedöm genast barnets behov av skydd");
  delivered.set_decision_text("Utlämnat enligt SoL 19 kap. 1 §.");
  v1::NeutralNotification& notification = *delivered.mutable_notification();
  notification.set_recipient("social-services/sundby");
  notification.set_purpose("PROTECTION");
  notification.set_legal_basis("SOL-2025-19-1");
  notification.set_urgency(v1::TODAY);
  notification.set_created_us(1771066200000000);  // 2026-02-14 10:50 UTC
  notification.mutable_identity()->set_number("201208239887");
  notification.mutable_identity()->set_type(v1::PERSONNUMMER);
  v1::Narrative& narrative =
      *(*notification.mutable_compartment())["NARRATIVE"].mutable_narrative();
  v1::Statement* statement = narrative.add_statement();
  statement->set_text("Hungrig.\nFrös.");
  statement->set_source(v1::SEEN);
  statement->set_date("2026-02-13");
  narrative.add_statement()->set_text("Uppgift utan källa.");
  narrative.add_concern("V1");
  narrative.set_acute_danger(v1::NO);
  v1::Contact& contact = *(*notification.mutable_compartment())["CONTACT"].mutable_contact();
  contact.add_guardian()->set_name("Karin Öhrn");
  v1::Attachment* file = (*notification.mutable_compartment())["CONTACT"].add_attachment();
  file->set_file_name("bild.png");
  file->set_content("12345");
  return delivered;
}

TEST(RenderTest, SaysWhatIsCorrectedTakenBackAndWhoOccurs) {
  v1::DeliveredNotification delivered = Delivered();
  v1::NeutralNotification& notification = *delivered.mutable_notification();
  notification.set_correction(v1::CORRECTION);
  notification.set_reply_to("0b");
  v1::Narrative& narrative =
      *(*notification.mutable_compartment())["NARRATIVE"].mutable_narrative();
  narrative.mutable_statement(0)->set_id("1");
  narrative.mutable_statement(0)->set_corrects("3");
  narrative.mutable_statement(1)->set_id("2");
  narrative.mutable_statement(1)->set_corrects("4");
  narrative.mutable_statement(1)->set_retracted(true);
  v1::PersonInStatement& person = *narrative.mutable_statement(0)->add_person();
  person.set_role(v1::WITNESS);
  person.set_name("Berit Granne");
  const std::string text = RenderDelivered(delivered, "Ekbackens skola");
  EXPECT_THAT(text, StartsWith("Rättelse: Orosanmälan\n"));
  EXPECT_THAT(text, HasSubstr("Rättar: 0b\n"));
  EXPECT_THAT(text,
              HasSubstr("Uppgift 1 (egen iakttagelse, 2026-02-13, vittne Berit Granne, rättar "
                        "uppgift 3): Hungrig.\n"));
  EXPECT_THAT(text, HasSubstr("Uppgift 2 (källa saknas, tar tillbaka uppgift 4): "));
  notification.set_correction(v1::RETRACTION);
  EXPECT_THAT(RenderDelivered(delivered), HasSubstr("Tar tillbaka: 0b\n"));
}

TEST(RenderTest, TellsEverythingThatAReaderNeeds) {
  EXPECT_EQ(RenderDelivered(Delivered(), "Ekbackens skola"),
            "Orosanmälan\n"
            "\n"
            "Från: Ekbackens skola\n"
            "Till: social-services/sundby\n"
            "Meddelande: 2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a\n"
            "Dag: 2026-02-14\n"
            "Lagstöd: SOL-2025-19-1\n"
            "Brådska: i dag\n"
            "\n"
            "Barnet\n"
            "------\n"
            "Slag av nummer: personnummer\n"
            "Nummer: 201208239887\n"
            "\n"
            "Berättelse\n"
            "----------\n"
            "Uppgift (egen iakttagelse, 2026-02-13): Hungrig.\n"
            "  Frös.\n"
            "Uppgift (källa saknas): Uppgift utan källa.\n"
            "Akut fara: nej\n"
            "Oron gäller: våld i hemmet\n"
            "\n"
            "Kontakt\n"
            "-------\n"
            "Vårdnadshavare\n"
            "  Namn: Karin Öhrn\n"
            "Bilaga\n"
            "  Fil: bild.png\n"
            "  Storlek: 5 byte\n"
            "\n"
            "Beslut\n"
            "------\n"
            "Utlämnat enligt SoL 19 kap. 1 §.\n"
            "2 delar lämnades inte ut.\n"
            "Att göra: bedöm genast barnets behov av skydd\n");
}

TEST(RenderTest, CallsTheSenderByItsIdWhenItHasNoName) {
  EXPECT_THAT(RenderDelivered(Delivered()), HasSubstr("Från: school/ekbacken\n"));
}

TEST(RenderTest, SaysSoWhenAValueIsNewerThanTheProgram) {
  v1::DeliveredNotification delivered = Delivered();
  v1::Statement* statement = (*delivered.mutable_notification()->mutable_compartment())["CRIME"]
                                 .mutable_text()
                                 ->add_statement();
  statement->set_source(static_cast<v1::SourceType>(77));
  statement->set_text("x");
  EXPECT_THAT(RenderDelivered(delivered), HasSubstr("Uppgift (okänt värde): x"));
}

// A field added to the schema gets its Swedish word in the same change.
void ExpectWords(const google::protobuf::Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *type.field(i);
    if (field.containing_oneof() == nullptr || field.message_type() == nullptr) {
      EXPECT_NE(std::string(FieldInSwedish(field)), field.name()) << field.full_name();
    }
    if (field.message_type() != nullptr) ExpectWords(*field.message_type());
    if (field.enum_type() == nullptr) continue;
    for (int j = 1; j < field.enum_type()->value_count(); ++j) {
      const google::protobuf::EnumValueDescriptor& value = *field.enum_type()->value(j);
      EXPECT_NE(std::string(ValueInSwedish(value)), value.name()) << value.full_name();
    }
  }
}

TEST(RenderTest, HasAWordForEveryFieldAndValueOfTheContent) {
  ExpectWords(*v1::CompartmentContent::descriptor());
}

TEST(RenderTest, GivesAPdfWhoseTitleNamesNobody) {
  const std::string pdf = RenderDeliveredPdf(Delivered());
  EXPECT_THAT(pdf, StartsWith("%PDF-1.4"));
  EXPECT_THAT(pdf, HasSubstr("/Title (Orosanm\\344lan)"));
  EXPECT_THAT(pdf, HasSubstr("(Nummer: 201208239887) Tj"));
}

}  // namespace
}  // namespace sluss
