#include "agency-adapters/common/swedish_words.h"

namespace sluss {
namespace {

struct Word {
  absl::string_view name;
  absl::string_view swedish;
};

constexpr Word kPurposes[] = {
    {"PROTECTION", "Orosanmälan"},
    {"INVESTIGATION", "Uppgifter till utredning"},
    {"CARE_AND_SUPPORT", "Uppgifter för vård och stöd"},
    {"CRIME_PREVENTION", "Uppgifter för att förebygga brott"},
    {"LAW_ENFORCEMENT", "Uppgifter till brottsbekämpande myndighet"},
    {"COLLABORATION", "Samverkan med samtycke"},
    {"CONSULTATION", "Konsultation utan namn"},
    {"FEEDBACK", "Återkoppling"},
    {"CONSENT_COPY", "Kopia av samtycke"},
    {"ACUTE_DANGER", "Omedelbar fara"},
    {"SITUATION_PICTURE", "Lägesbild"},
    {"CHILD_HEALTH_TEAM", "Barnhälsoteam"},
    {"PUPIL_HEALTH_TEAM", "Elevhälsoteam"},
    {"PREVENTIVE_TEAM", "Förebyggande team för barn"},
    {"SAFE_YOUTH_TEAM", "Trygghetsteam för unga"},
    {"FAMILY_CENTRE", "Familjecentral"},
    {"YOUTH_COACH", "Ungcoachning"},
    {"YOUTH_GROUP", "Unggruppen"},
    {"YOUTH_TEAM", "Ungdomsteam"},
    {"RESOURCE_TEAM", "Resursteam"},
    {"SUPPORT_GROUP", "Stödgrupp"},
    {"COORDINATED_PLAN", "Samordnad individuell plan"},
    {"SOCIAL_ACTION_GROUP", "Social insatsgrupp"},
    {"REIDENTIFICATION", "Återidentifiering"},
};

constexpr Word kCategories[] = {
    {"ANONYMOUS", "Frågan"},
    {"CONTACT", "Kontakt"},
    {"ATTENDANCE", "Närvaro och situation i skolan"},
    {"NARRATIVE", "Berättelse"},
    {"FACTORS", "Risk- och skyddsfaktorer"},
    {"HEALTH", "Hälsa"},
    {"CRIME", "Brott och misstanke"},
    {"PLAN", "Plan"},
    {"SOCIAL_DECISIONS", "Socialtjänstens beslut"},
    {"IDENTITY", "Barnet"},
    {"IDENTITY_ESCROW", "Deponerad identitet"},
    {"STATUS", "Återkoppling"},
};

constexpr Word kFields[] = {
    {"sluss.v1.Identity.type", "Slag av nummer"},
    {"sluss.v1.Identity.number", "Nummer"},
    {"sluss.v1.Identity.given_name", "Förnamn"},
    {"sluss.v1.Identity.family_name", "Efternamn"},
    {"sluss.v1.Identity.protected_identity", "Skyddade personuppgifter"},
    {"sluss.v1.Person.name", "Namn"},
    {"sluss.v1.Person.number", "Nummer"},
    {"sluss.v1.Person.role", "Roll"},
    {"sluss.v1.Person.telephone", "Telefon"},
    {"sluss.v1.Person.email", "E-post"},
    {"sluss.v1.Person.address", "Adress"},
    {"sluss.v1.Person.informed", "Informerad"},
    {"sluss.v1.Person.informed_reason", "Skäl"},
    {"sluss.v1.Person.interpreter_language", "Tolk, språk"},
    {"sluss.v1.Contact.guardian", "Vårdnadshavare"},
    {"sluss.v1.Contact.other_child", "Annat barn"},
    {"sluss.v1.Contact.reporter", "Uppgiftslämnare"},
    {"sluss.v1.Contact.child_address", "Barnets adress"},
    {"sluss.v1.Contact.child_telephone", "Barnets telefon"},
    {"sluss.v1.Contact.child_informed", "Barnet informerat"},
    {"sluss.v1.Contact.child_informed_reason", "Skäl"},
    {"sluss.v1.Contact.interpreter_language", "Tolk, språk"},
    {"sluss.v1.Contact.other_agencies", "Andra myndigheter"},
    {"sluss.v1.Contact.reporter_attends_meeting", "Uppgiftslämnaren deltar i möte"},
    {"sluss.v1.Contact.reporter_wants_feedback", "Uppgiftslämnaren vill ha återkoppling"},
    {"sluss.v1.Attendance.text", "Beskrivning"},
    {"sluss.v1.Attendance.offered_minutes", "Erbjuden tid, minuter"},
    {"sluss.v1.Attendance.absent_minutes", "Frånvaro, minuter"},
    {"sluss.v1.Attendance.invalid_absence_minutes", "Ogiltig frånvaro, minuter"},
    {"sluss.v1.Narrative.statement", "Uppgift"},
    {"sluss.v1.Narrative.why_now", "Varför nu"},
    {"sluss.v1.Narrative.history", "Bakgrund"},
    {"sluss.v1.Narrative.where_is_child_now", "Var barnet är nu"},
    {"sluss.v1.Narrative.acute_danger", "Akut fara"},
    {"sluss.v1.Narrative.acute_how", "På vilket sätt"},
    {"sluss.v1.Narrative.special_care", "Att tänka på före kontakt med hemmet"},
    {"sluss.v1.Narrative.concern", "Oron gäller"},
    {"sluss.v1.Narrative.unborn", "Ofött barn"},
    {"sluss.v1.Statement.text", "Uppgift"},
    {"sluss.v1.Statement.source", "Källa"},
    {"sluss.v1.Statement.date", "Dag"},
    {"sluss.v1.Statement.about", "Gäller"},
    {"sluss.v1.Statement.id", "Nummer"},
    {"sluss.v1.Statement.corrects", "Rättar uppgift"},
    {"sluss.v1.Statement.retracted", "Återtagen"},
    {"sluss.v1.Statement.person", "Person i uppgiften"},
    {"sluss.v1.PersonInStatement.role", "Roll"},
    {"sluss.v1.PersonInStatement.name", "Namn"},
    {"sluss.v1.Factors.factor", "Faktor"},
    {"sluss.v1.Factor.code", "Faktor"},
    {"sluss.v1.Factor.present", "Finns"},
    {"sluss.v1.Factor.source", "Källa"},
    {"sluss.v1.CategoryText.statement", "Uppgift"},
    {"sluss.v1.Feedback.status", "Besked"},
    {"sluss.v1.Attachment.file_name", "Fil"},
    {"sluss.v1.Attachment.content_type", "Slag"},
    {"sluss.v1.Attachment.content", "Storlek"},
    {"sluss.v1.CompartmentContent.escrow", "Förseglad identitet"},
    {"sluss.v1.CompartmentContent.attachment", "Bilaga"},
};

constexpr Word kValues[] = {
    {"sluss.v1.PERSONNUMMER", "personnummer"},
    {"sluss.v1.SAMORDNINGSNUMMER", "samordningsnummer"},
    {"sluss.v1.SEEN", "egen iakttagelse"},
    {"sluss.v1.TOLD_BY_CHILD", "barnet har berättat"},
    {"sluss.v1.HEARD_FROM_OTHERS", "uppgift från andra"},
    {"sluss.v1.SUBJECT", "barnet"},
    {"sluss.v1.VICTIM", "brottsutsatt"},
    {"sluss.v1.SUSPECT", "misstänkt"},
    {"sluss.v1.WITNESS", "vittne"},
    {"sluss.v1.RELATIVE", "närstående"},
    {"sluss.v1.UNKNOWN", "vet inte"},
    {"sluss.v1.YES", "ja"},
    {"sluss.v1.NO", "nej"},
    {"sluss.v1.INVESTIGATION_OPENED", "utredning har inletts"},
    {"sluss.v1.INVESTIGATION_NOT_OPENED", "utredning har inte inletts"},
    {"sluss.v1.INVESTIGATION_ALREADY_RUNNING", "utredning pågår redan"},
};

constexpr Word kConcerns[] = {
    {"V1", "våld i hemmet"},
    {"V2", "bevittnat våld"},
    {"V3", "sexuella övergrepp"},
    {"V4", "hedersrelaterat våld och förtryck"},
    {"N1", "brister i omsorgen"},
    {"P1", "förälders missbruk"},
    {"P2", "förälders psykiska ohälsa eller funktionsnedsättning"},
    {"P3", "vårdnadskonflikt"},
    {"C1", "skolfrånvaro"},
    {"C2", "brott eller riskfyllt umgänge"},
    {"C3", "droger"},
    {"C4", "självskada eller psykisk ohälsa"},
    {"C5", "utsatthet på nätet, utnyttjande eller rekrytering"},
    {"C6", "våld från jämnåriga"},
    {"O", "annat"},
};

template <size_t N>
absl::string_view Find(const Word (&words)[N], absl::string_view name,
                       absl::string_view otherwise) {
  for (const Word& word : words) {
    if (word.name == name) return word.swedish;
  }
  return otherwise;
}

}  // namespace

absl::string_view PurposeInSwedish(absl::string_view purpose) {
  return Find(kPurposes, purpose, "Meddelande");
}

absl::string_view CategoryInSwedish(absl::string_view category) {
  return Find(kCategories, category, category);
}

absl::string_view FieldInSwedish(const google::protobuf::FieldDescriptor& field) {
  return Find(kFields, field.full_name(), field.name());
}

absl::string_view ValueInSwedish(const google::protobuf::EnumValueDescriptor& value) {
  return Find(kValues, value.full_name(), value.name());
}

absl::string_view ConcernInSwedish(absl::string_view code) { return Find(kConcerns, code, code); }

}  // namespace sluss
