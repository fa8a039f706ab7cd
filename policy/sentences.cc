#include "policy/sentences.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace sluss {
namespace {

// "a, b och c"
std::string Enumerate(const std::vector<std::string>& words, absl::string_view last) {
  if (words.size() < 2) return absl::StrJoin(words, "");
  const std::vector<std::string> front(words.begin(), words.end() - 1);
  return absl::StrCat(absl::StrJoin(front, ", "), " ", last, " ", words.back());
}

// The names of the set bits, by a function from number to an entry with both names.
template <typename Entry>
Text Enumerate(Mask mask, absl::string_view last_sv, absl::string_view last_en, Entry entry) {
  std::vector<std::string> sv, en;
  for (uint32_t number = 0; number < kMaskSize; ++number) {
    if ((mask & Bit(number)) == 0) continue;
    sv.push_back(entry(number).name_sv());
    en.push_back(entry(number).name_en());
  }
  return {Enumerate(sv, last_sv), Enumerate(en, last_en)};
}

std::string Ids(Mask mask, const NameTable& table) {
  std::vector<std::string> ids;
  for (uint32_t number = 0; number < table.size(); ++number) {
    if ((mask & Bit(number)) != 0) ids.push_back(table.name(number));
  }
  return absl::StrJoin(ids, ", ");
}

struct AgeText {
  Text covers;         // "barn under 18 år"
  std::string needed;  // "below 18"
};

AgeText DescribeRange(const Row& row) {
  const int from = row.age_from, below = row.age_below;
  if (row.age_below == kNoAge && from == 0) {
    return {{"den vars ålder är känd", "persons of known age"}, "a known age"};
  }
  if (row.age_below == kNoAge) {
    return {{absl::StrCat("den som är ", from, " år eller äldre"),
             absl::StrCat("persons aged ", from, " or older")},
            absl::StrCat("from ", from)};
  }
  if (from == 0) {
    const bool child = below <= 18;
    return {{absl::StrCat(child ? "barn" : "den som är", " under ", below, " år"),
             absl::StrCat(child ? "children" : "persons", " under ", below)},
            absl::StrCat("below ", below)};
  }
  return {{absl::StrCat("den som är ", from, " till och med ", below - 1, " år"),
           absl::StrCat("persons aged ", from, " to ", below - 1)},
          absl::StrCat("from ", from, " below ", below)};
}

Text DescribeAge(const Question& question) {
  const int from = question.age_from, below = question.age_below;
  if (!question.age_known) return {"åldern är inte känd", "the age is not known"};
  if (question.age_below == kNoAge) {
    return {absl::StrCat("uppgiften är att barnet är minst ", from),
            absl::StrCat("the child is said to be at least ", from)};
  }
  if (below == from + 1) {
    return {absl::StrCat("uppgiften är att barnet är ", from),
            absl::StrCat("the child is said to be ", from)};
  }
  if (from == 0) {
    return {absl::StrCat("uppgiften är att barnet är under ", below),
            absl::StrCat("the child is said to be under ", below)};
  }
  return {absl::StrCat("uppgiften är att barnet är minst ", from, " men under ", below),
          absl::StrCat("the child is said to be at least ", from, " but under ", below)};
}

struct ConsentText {
  absl::string_view code, sv, en;
};

ConsentText DescribeConsent(v1::ConsentState state) {
  switch (state) {
    case v1::NONE_CITED:
      return {"consent-none-cited", "inget samtycke åberopas", "no consent is cited"};
    case v1::EXPIRED:
      return {"consent-expired", "samtycket har gått ut", "the consent has expired"};
    case v1::NOT_YET_VALID:
      return {"consent-not-yet-valid", "samtycket gäller inte än", "the consent is not valid yet"};
    case v1::WITHDRAWN:
      return {"consent-withdrawn", "samtycket är återkallat", "the consent is withdrawn"};
    case v1::GUARDIAN_MISSING:
      return {"consent-guardian-missing", "en vårdnadshavares samtycke saknas",
              "a guardian's consent is missing"};
    case v1::CHILD_MISSING:
      return {"consent-child-missing", "barnets eget samtycke saknas",
              "the child's own consent is missing"};
    case v1::REFUSED:
      return {"consent-refused", "någon som bestämmer har sagt nej",
              "somebody who decides has refused"};
    case v1::OTHER_CHILD:
      return {"consent-other-child", "samtycket gäller ett annat barn",
              "the consent is for another child"};
    case v1::PARTY_NOT_NAMED:
      return {"consent-party-not-named", "samtycket nämner inte båda parterna",
              "the consent does not name both parties"};
    case v1::PURPOSE_NOT_COVERED:
      return {"consent-purpose-not-covered", "samtycket omfattar inte ändamålet",
              "the consent does not cover the purpose"};
    case v1::UNKNOWN_CONSENT:
      return {"consent-unknown", "det åberopade samtycket finns inte registrerat",
              "the cited consent is not registered"};
    case v1::VALID:
      return {"consent-valid", "samtycket gäller", "the consent is valid"};
    default:
      return {"consent-not-checked", "samtycket är inte prövat",
              "the consent has not been checked"};
  }
}

}  // namespace

std::string ConsentCode(v1::ConsentState state) { return std::string(DescribeConsent(state).code); }

Text Sentences::Citations(const std::vector<uint32_t>& paragraphs) const {
  std::vector<std::string> citations;
  for (const uint32_t number : paragraphs) {
    citations.push_back(names_.paragraph(number).short_citation());
  }
  return {Enumerate(citations, "och"), Enumerate(citations, "and")};
}

Text Sentences::CategoryNames(Mask categories) const {
  return Enumerate(categories, "och", "and", [this](uint32_t number) -> const v1::Category& {
    return names_.category(number);
  });
}

Text Sentences::PurposeName() const {
  const v1::Purpose& purpose = names_.purpose(question_.purpose);
  return {purpose.name_sv(), purpose.name_en()};
}

Text Sentences::NoPermit() const {
  const v1::AgencyKindEntry& sender = names_.kind(question_.sender_kind);
  const v1::AgencyKindEntry& recipient = names_.kind(question_.recipient_kind);
  return {
      absl::StrCat("ingen regel låter ", sender.name_sv(), " lämna något till ",
                   recipient.name_sv()),
      absl::StrCat("no rule lets ", sender.name_en(), " tell ", recipient.name_en(), " anything")};
}

Lack Sentences::LackOf(const CompiledRule& rule, Column column, uint32_t category) const {
  const Text basis = Citations(rule.paragraphs);
  const auto sharing = [&](absl::string_view column_name, absl::string_view needed,
                           absl::string_view sv, absl::string_view en) {
    return Lack{std::string(column_name),
                absl::StrReplaceAll(column_name, {{"_", "-"}}),
                std::string(needed),
                {absl::StrCat("delning enligt ", basis.sv, " ", sv),
                 absl::StrCat("sharing under ", basis.en, " ", en)}};
  };
  const Text category_name = CategoryNames(Bit(category));
  const int officers = rule.row.officers, attested = question_.officers;
  switch (column) {
    case kPurposeColumn:
      return PurposeLack(rule, basis);
    case kLegalBasisColumn:
      return BasisLack(rule, basis);
    case kDayColumn:
      return DayLack(rule, basis);
    case kSenderRoleColumn:
      return RoleLack(rule, basis);
    case kAgeColumn:
      return AgeLack(rule);
    case kConsentColumn:
      return ConsentLack(category, basis);
    case kCategoryColumn:
      return sharing("category", Ids(rule.row.categories, names_.categories()),
                     absl::StrCat("omfattar inte ", category_name.sv),
                     absl::StrCat("does not cover ", category_name.en));
    case kProtectedIdentityColumn:
      return sharing("protected_identity", "no protected identity",
                     "omfattar inte den som har skyddade personuppgifter",
                     "does not cover a person with protected identity");
    case kRecipientCoverColumn:
      return sharing("recipient_cover", "another secrecy cover",
                     "kräver en sekretess som mottagaren inte har",
                     "requires a secrecy that the recipient does not have");
    case kOfficersColumn:
      return sharing(
          "officers", absl::StrCat(officers),
          absl::StrCat("kräver att ", officers, " handläggare intygar; ", attested, " har intygat"),
          absl::StrCat("requires that ", officers, " officers attest; ", attested,
                       attested == 1 ? " has" : " have"));
    case kWeighingColumn:
      return sharing("weighing", "a written weighing", "kräver en skriftlig intresseavvägning",
                     "requires a written weighing of the interests");
    case kReasonColumn:
      return sharing("reason", "a reason of every officer",
                     "kräver att varje handläggare anger skäl",
                     "requires that every officer gives a reason");
  }
  return {};
}

Lack Sentences::AgeLack(const CompiledRule& rule) const {
  const Text basis = Citations(rule.paragraphs);
  const AgeText range = DescribeRange(rule.row);
  const Text age = DescribeAge(question_);
  return {"age",
          question_.age_known ? "age" : "age-unknown",
          range.needed,
          {absl::StrCat(basis.sv, " gäller ", range.covers.sv, "; ", age.sv),
           absl::StrCat(basis.en, " covers ", range.covers.en, "; ", age.en)}};
}

Lack Sentences::ConsentLack(uint32_t category, const Text& basis) const {
  Text fault;
  std::string code;
  if (question_.consent == v1::VALID) {
    const Text name = CategoryNames(Bit(category));
    code = "consent-category-not-covered";
    fault = {absl::StrCat("samtycket omfattar inte ", name.sv),
             absl::StrCat("the consent does not cover ", name.en)};
  } else {
    const ConsentText consent = DescribeConsent(question_.consent);
    code = std::string(consent.code);
    fault = {std::string(consent.sv), std::string(consent.en)};
  }
  return {"consent",
          code,
          "a valid consent that covers it",
          {absl::StrCat("delning enligt ", basis.sv, " kräver samtycke; ", fault.sv),
           absl::StrCat("sharing under ", basis.en, " requires consent; ", fault.en)}};
}

Lack Sentences::RoleLack(const CompiledRule& rule, const Text& basis) const {
  const Mask known = rule.row.roles & names_.all_roles();
  const Text needed =
      known == names_.all_roles()
          ? Text{"en känd yrkesroll", "a known role"}
          : Enumerate(known, "eller", "or", [this](uint32_t number) -> const v1::RoleEntry& {
              return names_.role(number);
            });
  const Text given =
      question_.role == kUnknown
          ? Text{"rollen är inte känd", "the role is not known"}
          : Text{absl::StrCat("den lämnas av ", names_.role(question_.role).name_sv()),
                 absl::StrCat("it is told by ", names_.role(question_.role).name_en())};
  return {"sender_role",
          "sender-role",
          Ids(known, names_.roles()),
          {absl::StrCat(basis.sv, " kräver att uppgiften lämnas av ", needed.sv, "; ", given.sv),
           absl::StrCat(basis.en, " requires that it is told by ", needed.en, "; ", given.en)}};
}

Lack Sentences::DayLack(const CompiledRule& rule, const Text& basis) const {
  const DayRange& days = rule.row.days;
  const std::string today = DayText(question_.day);
  if (question_.day < days.from) {
    const std::string from = DayText(days.from);
    return {"day",
            "not-in-force",
            absl::StrCat("from ", from),
            {absl::StrCat("delning enligt ", basis.sv, " gäller från ", from, "; beslutsdagen är ",
                          today),
             absl::StrCat("sharing under ", basis.en, " is in force from ", from,
                          "; the decision day is ", today)}};
  }
  const std::string last = DayText(days.to - 1);
  return {"day",
          "not-in-force",
          absl::StrCat("until ", last),
          {absl::StrCat("delning enligt ", basis.sv, " gällde till och med ", last,
                        "; beslutsdagen är ", today),
           absl::StrCat("sharing under ", basis.en, " was in force until ", last,
                        "; the decision day is ", today)}};
}

Lack Sentences::PurposeLack(const CompiledRule& rule, const Text& basis) const {
  const Text needed =
      Enumerate(rule.row.purposes, "eller", "or",
                [this](uint32_t number) -> const v1::Purpose& { return names_.purpose(number); });
  const Text given = PurposeName();
  return {"purpose",
          "purpose",
          Ids(rule.row.purposes, names_.purposes()),
          {absl::StrCat("delning enligt ", basis.sv, " gäller ändamålet ", needed.sv,
                        "; ändamålet här är ", given.sv),
           absl::StrCat("sharing under ", basis.en, " is for ", needed.en, "; the purpose here is ",
                        given.en)}};
}

Lack Sentences::BasisLack(const CompiledRule& rule, const Text& basis) const {
  const Text given =
      question_.basis == kUnknown
          ? Text{"inget lagrum åberopas", "no legal basis is cited"}
          : Text{absl::StrCat(names_.paragraph(question_.basis).short_citation(), " åberopas"),
                 absl::StrCat(names_.paragraph(question_.basis).short_citation(), " is cited")};
  std::vector<std::string> ids;
  for (const uint32_t paragraph : rule.paragraphs)
    ids.push_back(names_.paragraphs().name(paragraph));
  return {"legal_basis",
          question_.basis == kUnknown ? "legal-basis-missing" : "legal-basis",
          absl::StrJoin(ids, ", "),
          {absl::StrCat("regeln `", rule.source->id(), "` kräver att ", basis.sv, " åberopas; ",
                        given.sv),
           absl::StrCat("rule `", rule.source->id(), "` requires that ", basis.en, " is cited; ",
                        given.en)}};
}

}  // namespace sluss
