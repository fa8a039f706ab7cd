#include "gateway/exports/art30.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sluss {
namespace {

bool InForce(const v1::Validity& valid, const std::string& day) {
  return valid.from() <= day && (valid.to().empty() || day < valid.to());
}

// Values in the order in which they came, none twice.
class Values {
 public:
  void Add(std::string text, bool to_be_confirmed = false, bool not_given = false) {
    for (const Art30Value& one : values_) {
      if (one.text == text) return;
    }
    values_.push_back({std::move(text), to_be_confirmed, not_given});
  }
  std::vector<Art30Value> Take() && { return std::move(values_); }

 private:
  std::vector<Art30Value> values_;
};

// The names of the catalogue, and of those who take part.
class Names {
 public:
  Names(const v1::Vocabulary& vocabulary, const v1::Particulars& particulars)
      : particulars_(particulars) {
    for (const v1::Paragraph& one : vocabulary.paragraph()) paragraphs_[one.id()] = &one;
    for (const v1::Category& one : vocabulary.category()) categories_[one.id()] = one.name_sv();
    for (const v1::Purpose& one : vocabulary.purpose()) purposes_[one.id()] = &one;
    for (const v1::AgencyKindEntry& one : vocabulary.agency_kind()) {
      kinds_[one.kind()] = one.name_sv();
    }
    for (const auto* groups : {&vocabulary.category_group(), &vocabulary.agency_group()}) {
      for (const v1::Group& one : *groups) groups_[one.id()] = &one;
    }
  }

  // Groups resolved, also groups of groups; the names that rules end with.
  template <typename Strings>
  std::set<std::string> Expand(const Strings& names) const {
    std::set<std::string> expanded;
    for (const std::string& name : names) {
      const auto group = groups_.find(name);
      if (group == groups_.end()) {
        expanded.insert(name);
      } else {
        expanded.merge(Expand(group->second->member()));
      }
    }
    return expanded;
  }

  std::string Category(const std::string& id) const {
    if (id == "ANY") return "alla slag av uppgifter i katalogen";
    const auto found = categories_.find(id);
    return found == categories_.end() ? id : found->second;
  }
  const v1::Purpose* Purpose(const std::string& id) const {
    const auto found = purposes_.find(id);
    return found == purposes_.end() ? nullptr : found->second;
  }
  const v1::Paragraph* Paragraph(const std::string& id) const {
    const auto found = paragraphs_.find(id);
    return found == paragraphs_.end() ? nullptr : found->second;
  }
  // A paragraph that has ended, or not begun, carries nothing. Unknown ones are shown.
  bool IsLaw(const std::string& paragraph, const std::string& day) const {
    const v1::Paragraph* const known = Paragraph(paragraph);
    return known == nullptr || InForce(known->in_force(), day);
  }
  std::string Kind(absl::string_view pattern) const {
    if (pattern == "*") return "alla anslutna verksamheter";
    const std::string kind(pattern.substr(0, pattern.find('/')));
    const auto found = kinds_.find(kind);
    return found == kinds_.end() ? std::string(pattern) : found->second;
  }
  // Those of the particulars whom a rule's pattern names.
  std::vector<const v1::Organisation*> Matching(absl::string_view pattern) const {
    std::vector<const v1::Organisation*> found;
    const bool whole_kind = absl::ConsumeSuffix(&pattern, "*");
    for (const v1::Organisation& one : particulars_.controller()) {
      if (whole_kind ? absl::StartsWith(one.agency(), pattern) : one.agency() == pattern) {
        found.push_back(&one);
      }
    }
    return found;
  }
  const v1::Particulars& particulars() const { return particulars_; }

 private:
  const v1::Particulars& particulars_;
  std::map<std::string, const v1::Paragraph*> paragraphs_;
  std::map<std::string, std::string> categories_, kinds_;
  std::map<std::string, const v1::Purpose*> purposes_;
  std::map<std::string, const v1::Group*> groups_;
};

using Rules = std::vector<const v1::Rule*>;

std::set<std::string> Parties(const Rules& rules, const Names& names, bool senders) {
  std::set<std::string> all;
  for (const v1::Rule* rule : rules) {
    all.merge(names.Expand(senders ? rule->sender() : rule->recipient()));
  }
  return all;
}

std::string Organisation(const v1::Organisation& one) {
  return absl::StrCat(one.name().empty() ? one.agency() : one.name(),
                      one.organisation_number().empty()
                          ? ""
                          : absl::StrCat(" (org.nr ", one.organisation_number(), ")"),
                      ", ", one.agency());
}

void AddOrganisations(const std::set<std::string>& patterns, const Names& names, Values* values) {
  for (const std::string& pattern : patterns) {
    const auto known = names.Matching(pattern);
    for (const v1::Organisation* one : known) {
      values->Add(absl::StrCat(names.Kind(pattern), ": ", Organisation(*one)));
    }
    if (known.empty()) {
      values->Add(absl::StrCat(names.Kind(pattern), " (", pattern, "): namn inte angivet"),
                  /*to_be_confirmed=*/false, /*not_given=*/true);
    }
  }
}

std::vector<Art30Value> Controllers(const Rules& rules, const Names& names) {
  Values values;
  AddOrganisations(Parties(rules, names, /*senders=*/true), names, &values);
  AddOrganisations(Parties(rules, names, /*senders=*/false), names, &values);
  const v1::Organisation& processor = names.particulars().processor();
  values.Add(processor.name().empty()
                 ? "den som driver gatewayen (biträde eller gemensamt ansvarig): namn inte angivet"
                 : absl::StrCat("driver gatewayen: ", processor.name()),
             /*to_be_confirmed=*/true, processor.name().empty());
  return std::move(values).Take();
}

std::vector<Art30Value> Officers(const Rules& rules, const Names& names) {
  Values values;
  std::set<std::string> patterns = Parties(rules, names, true);
  patterns.merge(Parties(rules, names, false));
  for (const std::string& pattern : patterns) {
    const auto known = names.Matching(pattern);
    for (const v1::Organisation* one : known) {
      const bool given = !one->officer().empty() || !one->contact().empty();
      values.Add(
          absl::StrCat(one->agency(), ": ",
                       given ? absl::StrCat(one->officer(), one->contact().empty() ? "" : ", ",
                                            one->contact())
                             : "inte angivet"),
          /*to_be_confirmed=*/false, !given);
    }
    if (known.empty()) {
      values.Add(absl::StrCat(pattern, ": inte angivet"), false, /*not_given=*/true);
    }
  }
  return std::move(values).Take();
}

std::vector<Art30Value> Purposes(const Rules& rules, const Names& names) {
  Values values;
  for (const v1::Rule* rule : rules) {
    for (const std::string& id : rule->purpose()) {
      const v1::Purpose* const purpose = names.Purpose(id);
      values.Add(purpose == nullptr ? id : purpose->name_sv());
    }
  }
  return std::move(values).Take();
}

std::string Ages(const v1::AgeBox& age) {
  if (age.from() == 0 && age.below() == 0) return "barn och unga av alla åldrar";
  if (age.from() == 0) return absl::StrCat("barn under ", age.below(), " år");
  if (age.below() == 0) return absl::StrCat("unga från ", age.from(), " år");
  return absl::StrCat("barn och unga från ", age.from(), " till och med ", age.below() - 1, " år");
}

std::vector<Art30Value> Subjects(const Rules& rules, const Names& names) {
  Values values;
  bool about_somebody = false;
  for (const v1::Rule* rule : rules) {
    for (const std::string& id : rule->purpose()) {
      const v1::Purpose* const purpose = names.Purpose(id);
      if (purpose != nullptr && purpose->no_subject()) {
        values.Add(absl::StrCat("ingen utpekad person (", purpose->name_sv(), ")"));
      } else {
        about_somebody = true;
        values.Add(Ages(rule->age()));
      }
    }
  }
  if (about_somebody) values.Add("vårdnadshavare och andra som förekommer i uppgifterna");
  values.Add("tjänstemän som svarar för ett utlämnande");
  return std::move(values).Take();
}

std::set<std::string> CategoriesOf(const Rules& rules, const Names& names) {
  std::set<std::string> ids;
  for (const v1::Rule* rule : rules) ids.merge(names.Expand(rule->category()));
  return ids;
}

std::vector<Art30Value> Categories(const Rules& rules, const Names& names) {
  Values values;
  for (const std::string& id : CategoriesOf(rules, names)) values.Add(names.Category(id));
  return std::move(values).Take();
}

std::vector<Art30Value> Recipients(const Rules& rules, const Names& names) {
  Values values;
  for (const std::string& pattern : Parties(rules, names, /*senders=*/false)) {
    values.Add(absl::StrCat(names.Kind(pattern), " (", pattern, ")"));
  }
  return std::move(values).Take();
}

std::vector<Art30Value> Transfers(const Names& names) {
  Values values;
  const std::string& given = names.particulars().transfers();
  if (given.empty()) {
    values.Add("produkten överför inget till tredje land; inget annat har angetts",
               /*to_be_confirmed=*/true, /*not_given=*/true);
  } else {
    values.Add(given);
  }
  return std::move(values).Take();
}

std::vector<Art30Value> Retention(const Rules& rules, const Names& names) {
  Values values;
  values.Add("innehållet raderas i gatewayen när mottagaren har kvitterat");
  for (const v1::Rule* rule : rules) {
    for (const v1::Obligation& one : rule->obligation()) {
      if (one.has_retain()) {
        values.Add(absl::StrCat("hos mottagaren i högst ", one.retain().days(), " dagar (regel ",
                                rule->id(), ")"));
      }
    }
  }
  const std::string& log = names.particulars().retention();
  values.Add(log.empty() ? "utlämningsloggen: minst fem år, därefter enligt gallringsplan"
                         : absl::StrCat("utlämningsloggen: ", log),
             /*to_be_confirmed=*/log.empty(), /*not_given=*/log.empty());
  return std::move(values).Take();
}

std::vector<Art30Value> Security(const Rules& rules, const Names& names) {
  Values values;
  values.Add("uppgifterna är krypterade till mottagaren; gatewayen vet inte vilket barn de gäller");
  values.Add("ömsesidig TLS 1.3; varje utlämnande prövas mot reglerna och loggas före det lämnas");
  values.Add("signerad logg som var och en kan kontrollera, bevittnad av utomstående");
  for (const v1::Rule* rule : rules) {
    if (rule->attestation().officers() > 1) {
      values.Add(absl::StrCat(
          rule->attestation().officers(), " tjänstemän svarar för utlämnandet",
          rule->attestation().weighing() == v1::TEXT_REQUIRED ? ", med skriftlig avvägning" : ""));
    }
  }
  if (!names.particulars().security().empty()) values.Add(names.particulars().security());
  return std::move(values).Take();
}

std::vector<Art30Value> Secrecy(const Rules& rules, const Names& names, const std::string& day) {
  Values values;
  for (const v1::Rule* rule : rules) {
    for (const std::string& id : rule->legal_basis()) {
      if (!names.IsLaw(id, day)) continue;
      const v1::Paragraph* const paragraph = names.Paragraph(id);
      if (paragraph == nullptr) {  // the value for a message that cites none
        values.Add("ingen bestämmelse åberopas", /*to_be_confirmed=*/true);
      } else {
        values.Add(absl::StrCat(paragraph->citation(), ": ", paragraph->summary_sv()),
                   paragraph->standing() != v1::VERIFIED);
      }
    }
  }
  return std::move(values).Take();
}

// Which basis of the GDPR carries a disclosure is not said by any policy: lifting secrecy is
// another question. So it is proposed, and never without a lawyer.
std::vector<Art30Value> Gdpr(const Rules& rules, const Names& names) {
  Values values;
  const auto add = [&](const char* id, absl::string_view why) {
    const v1::Paragraph* const paragraph = names.Paragraph(id);
    values.Add(absl::StrCat(paragraph == nullptr ? id : paragraph->short_citation(), ": ", why),
               /*to_be_confirmed=*/true);
  };
  const bool duty =
      std::any_of(rules.begin(), rules.end(), [](const v1::Rule* rule) { return rule->duty(); });
  if (duty) add("GDPR-6", "artikel 6.1 c, rättslig förpliktelse");
  add("GDPR-6", "artikel 6.1 e, uppgift av allmänt intresse eller myndighetsutövning");
  const std::set<std::string> categories = CategoriesOf(rules, names);
  const bool any = categories.count("ANY") > 0;
  const auto holds = [&](const char* id) { return any || categories.count(id) > 0; };
  if (holds("HEALTH") || holds("FACTORS") || holds("NARRATIVE")) {
    add("GDPR-9", "känsliga uppgifter kan förekomma");
    add("DSL-3-3", "viktigt allmänt intresse, om det är nödvändigt i ärendet");
  }
  if (holds("CRIME")) {
    add("GDPR-10", "uppgifter om brott");
    add("DSL-3-8", "myndigheter får behandla dem");
  }
  std::set<std::string> parties = Parties(rules, names, true);
  parties.merge(Parties(rules, names, false));
  for (const std::string& party : parties) {
    if (absl::StartsWith(party, "police/")) add("BDL-2-4", "Polisens behandling");
  }
  return std::move(values).Take();
}

// What a human must have done before, as the rules ask for it.
std::vector<Art30Value> Conditions(const Rules& rules) {
  Values values;
  for (const v1::Rule* rule : rules) {
    if (rule->duty()) values.Add("lagstadgad skyldighet: hindras aldrig av att samtycke saknas");
    if (rule->consent() == v1::REQUIRED) values.Add("samtycke som bryter sekretessen krävs");
    if (!rule->legal_comment().empty()) {
      values.Add(absl::StrCat(rule->id(), ": ", rule->legal_comment()),
                 absl::StrContains(rule->legal_comment(), "confirmed"));
    }
  }
  return std::move(values).Take();
}

// A rule ends with the paragraphs that it rests on.
bool IsInForce(const v1::Rule& rule, const Names& names, const std::string& day) {
  const auto& basis = rule.legal_basis();
  return rule.effect() == v1::PERMIT && InForce(rule.valid(), day) &&
         (basis.empty() || std::any_of(basis.begin(), basis.end(), [&](const std::string& one) {
            return names.IsLaw(one, day);
          }));
}

Art30Activity ActivityOf(const v1::Policy& policy, const Rules& rules, const Names& names,
                         const std::string& day) {
  Art30Activity activity{policy.id(),
                         policy.title_sv().empty() ? policy.id() : policy.title_sv(),
                         policy.about_sv(),
                         {}};
  activity.fields = {
      {"controllers", "Personuppgiftsansvariga", "Controllers", Controllers(rules, names)},
      {"officers", "Dataskyddsombud", "Data protection officers", Officers(rules, names)},
      {"purpose", "Ändamål", "Purposes", Purposes(rules, names)},
      {"data_subjects", "Registrerade", "Data subjects", Subjects(rules, names)},
      {"data_categories", "Kategorier av uppgifter", "Categories of data",
       Categories(rules, names)},
      {"recipients", "Mottagare", "Recipients", Recipients(rules, names)},
      {"transfers", "Överföring till tredje land", "Transfers", Transfers(names)},
      {"retention", "Tidsfrister för radering", "Retention", Retention(rules, names)},
      {"security", "Säkerhetsåtgärder", "Security", Security(rules, names)},
      {"secrecy", "Sekretessbrytande eller ålagd grund", "Rule that lifts secrecy or obliges",
       Secrecy(rules, names, day)},
      {"gdpr", "Grund i dataskyddsförordningen", "Basis in the GDPR", Gdpr(rules, names)},
      {"conditions", "Villkor", "Conditions", Conditions(rules)}};
  return activity;
}

}  // namespace

Art30Record MakeArt30(const v1::PolicyBundle& bundle, const std::string& version,
                      const std::string& digest, const v1::Particulars& particulars,
                      const std::string& day) {
  const Names names(bundle.vocabulary(), particulars);
  Art30Record record{particulars.exchange(), version, digest, day, {}};
  for (const v1::Policy& policy : bundle.policy()) {
    Rules rules;
    for (const v1::Rule& rule : policy.rule()) {
      if (IsInForce(rule, names, day)) rules.push_back(&rule);
    }
    if (!rules.empty()) record.activities.push_back(ActivityOf(policy, rules, names, day));
  }
  return record;
}

}  // namespace sluss
