#include "policy/page.h"

#include <map>
#include <set>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "policy/bounds.h"
#include "policy/canonical.h"
#include "policy/concerned_walls.h"
#include "policy/days.h"
#include "policy/names.h"
#include "policy/page_words.h"
#include "policy/passing.h"
#include "policy/suiting_facts.h"

namespace sluss {
namespace {

using Names = std::vector<std::string>;

std::string Item(absl::string_view label, absl::string_view text) {
  return absl::StrCat("- **", label, ":** ", text, "\n");
}

class Page {
 public:
  Page(const PolicySet& set, const v1::Policy& policy, const std::string& day)
      : set_(set),
        vocabulary_(set.bundle().vocabulary()),
        policy_(policy),
        day_(day),
        words_(&vocabulary_),
        walls_(WallsConcerning(set, policy)) {
    for (const auto& one : vocabulary_.paragraph()) paragraphs_[one.id()] = &one;
    for (const v1::Rule& rule : policy.rule()) {
      for (const std::string& agency : ExampleAgencies(vocabulary_, rule.recipient())) {
        told_.insert(agency.substr(0, agency.find('/')));
      }
    }
  }

  std::string Head(const Sha256Function& sha256) const;
  std::string Rules() const;
  std::string Paragraphs() const;
  std::string Walls() const;
  std::string ToConfirm() const;
  std::string Signatures() const;

 private:
  std::string Rule(const v1::Rule& rule) const;
  std::string Passes(const v1::Rule& rule) const;
  std::string Parties(const Names& agencies) const;
  std::string Basis(const v1::Rule& rule) const;
  std::string Judged(const v1::Rule& rule) const;
  std::string CategoryWords(const Names& categories, absl::string_view last = "och") const;
  std::set<std::string> Cited() const;

  const PolicySet& set_;
  const v1::Vocabulary& vocabulary_;
  const v1::Policy& policy_;
  const std::string day_;
  const PageWords words_;
  const std::vector<ConcernedWall> walls_;
  std::map<std::string, const v1::Paragraph*> paragraphs_;
  std::set<std::string> told_;  // kinds of agencies that receive something
};

std::string Page::Head(const Sha256Function& sha256) const {
  const std::string title = policy_.title_sv().empty() ? policy_.id() : policy_.title_sv();
  std::string text = absl::StrCat("# ", title, "\n\n");
  if (!policy_.about_sv().empty()) absl::StrAppend(&text, policy_.about_sv(), "\n\n");
  absl::StrAppend(
      &text, "Sidan är framställd ur reglerna och gäller dem som har kontrollsumman nedan. ",
      "Lagen är läst så som den gällde ", day_, ". En namngiven handläggare beslutar varje gång; ",
      "ingenting lämnas ut av sig självt.\n\n");
  absl::StrAppend(
      &text, Item("Regler", absl::StrCat("`", policy_.id(), "`, version ", policy_.version())));
  absl::StrAppend(&text, Item("Kontrollsumma (SHA-256)",
                              absl::StrCat("`", ToHex(sha256(CanonicalBytes(policy_))), "`")));
  absl::StrAppend(&text, Item("Lagkatalog", absl::StrCat("version ", vocabulary_.version())));
  return text;
}

std::string Page::Rules() const {
  std::string text = "\n## Vad som får lämnas\n";
  for (const v1::Rule& rule : policy_.rule()) absl::StrAppend(&text, Rule(rule));
  return text;
}

std::string Page::Rule(const v1::Rule& rule) const {
  std::string text = absl::StrCat("\n### Regel `", rule.id(), "`\n\n");
  if (rule.effect() == v1::FORBID) {
    return absl::StrCat(text, "Förbjuder: ", rule.reason_sv(), ".\n");
  }
  Names purposes;
  for (const std::string& id : rule.purpose()) purposes.push_back(words_.Purpose(id));
  absl::StrAppend(&text, Item("Ändamål", Listed(purposes, "eller")), Passes(rule),
                  Item("Lagstöd", Basis(rule)));
  const bool consent = rule.consent() == v1::REQUIRED;
  absl::StrAppend(
      &text,
      Item("Samtycke",
           consent ? "krävs, och bara det som samtycket omfattar lämnas" : "krävs inte"),
      Item("Ålder", words_.Age(rule)), Item("Lämnas av", words_.Roles(rule)),
      Item("Intygas av", absl::StrCat(words_.Attestation(rule), Judged(rule))),
      Item("Skyddade personuppgifter", rule.protected_identity()
                                           ? "hindrar inte"
                                           : "hindrar; då lämnas ingenting enligt den här regeln"));
  if (rule.duty()) {
    absl::StrAppend(&text, Item("Skyldighet", "en skyldighet i lag, som ingen regel kan hindra"));
  }
  Names obligations;
  for (const auto& one : rule.obligation()) obligations.push_back(ObligationWords(one));
  if (!obligations.empty()) {
    absl::StrAppend(&text, Item("Villkor och tider", absl::StrJoin(obligations, " ")));
  }
  if (rule.has_valid()) absl::StrAppend(&text, Item("Gäller", ValidityWords(rule.valid())));
  return text;
}

std::string Page::CategoryWords(const Names& categories, absl::string_view last) const {
  Names words;
  for (const std::string& id : categories) words.push_back(words_.Category(id));
  return Listed(words, last);
}

std::string Page::Parties(const Names& agencies) const {
  if (agencies.size() == static_cast<size_t>(vocabulary_.agency_kind_size())) {
    return "alla myndigheter";
  }
  Names words;
  for (const std::string& agency : agencies) words.push_back(words_.Agency(agency));
  return Listed(words);
}

std::string Page::Passes(const v1::Rule& rule) const {
  std::string text;
  for (const Passing& one : PassingUnder(set_, rule, day_)) {
    absl::StrAppend(&text, "- **Från** ", Parties(one.senders), " **till** ",
                    Parties(one.recipients), ": ", CategoryWords(one.categories), ".\n");
  }
  return text.empty() ? Item("Lämnas", "ingenting den här dagen") : text;
}

std::string Page::Basis(const v1::Rule& rule) const {
  Names words;
  for (const std::string& id : rule.legal_basis()) {
    const auto at = paragraphs_.find(id);
    if (at != paragraphs_.end()) words.push_back(at->second->short_citation());
  }
  return Listed(words, rule.consent() == v1::REQUIRED ? "och" : "eller");
}

std::string Page::Judged(const v1::Rule& rule) const {
  Names tests;
  for (const std::string& id : rule.legal_basis()) {
    const auto at = paragraphs_.find(id);
    if (at == paragraphs_.end()) continue;
    for (const int test : at->second->test()) {
      const std::string words = TestWords(static_cast<v1::HumanTest>(test));
      if (!absl::c_linear_search(tests, words)) tests.push_back(words);
    }
  }
  return tests.empty() ? "" : absl::StrCat(". Intyget innebär en bedömning av ", Listed(tests));
}

std::set<std::string> Page::Cited() const {
  std::set<std::string> cited;
  for (const v1::Rule& rule : policy_.rule()) {
    cited.insert(rule.legal_basis().begin(), rule.legal_basis().end());
  }
  for (const ConcernedWall& one : walls_) {
    cited.insert(one.wall->legal_basis().begin(), one.wall->legal_basis().end());
  }
  return cited;
}

std::string Page::Paragraphs() const {
  std::string text =
      "\n## Lagrummen\n\n| Lagrum | I kraft | Innebörd i korthet | Lydelsen |\n|---|---|---|---|\n";
  for (const std::string& id : Cited()) {
    const auto at = paragraphs_.find(id);
    if (at == paragraphs_.end()) continue;
    const v1::Paragraph& one = *at->second;
    absl::StrAppend(&text, "| ", one.citation(), " | ", ValidityWords(one.in_force()), " | ",
                    Capitalised(EffectWords(one.law_effect())), ". ", one.summary_sv(), " | ",
                    one.standing() == v1::VERIFIED ? "läst i lagtexten" : "ska bekräftas", " |\n");
  }
  return text;
}

std::string Page::Walls() const {
  std::string text = "\n## Vad som aldrig lämnas\n\nDet som ingen regel ovan nämner lämnas inte.";
  if (walls_.empty()) return absl::StrCat(text, "\n");
  absl::StrAppend(&text, " Dessutom står de här spärrarna fast, vad en regel än säger:\n\n");
  for (const ConcernedWall& one : walls_) {
    absl::StrAppend(&text, "- ", Capitalised(one.wall->reason_sv()), ".");
    if (!one.wall->recipient_cover().empty()) {
      absl::StrAppend(&text, " Till ", Parties(one.recipients), " lämnas därför inte ",
                      CategoryWords(ExpandCategories(set_, one.wall->category()), "eller"), ".");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

std::string Page::ToConfirm() const {
  std::string text =
      "\n## Ska bekräftas av en jurist\n\n- Att ändamål, parter, roller och åldrar stämmer med "
      "kommunens egen överenskommelse om samverkan.\n";
  for (const std::string& id : Cited()) {
    const auto at = paragraphs_.find(id);
    if (at == paragraphs_.end() || at->second->standing() != v1::TO_BE_CONFIRMED) continue;
    absl::StrAppend(&text, "- ", at->second->short_citation(),
                    ": lydelsen eller dagen är inte bekräftad.\n");
  }
  for (const v1::AgencyKindEntry& kind : vocabulary_.agency_kind()) {
    if (kind.cover_standing() != v1::TO_BE_CONFIRMED || told_.count(kind.kind()) == 0) continue;
    absl::StrAppend(&text, "- Sekretessen hos ", kind.name_sv(), " som mottagare.\n");
  }
  for (const BeyondParagraph& one : BeyondTheirParagraphs(set_)) {
    const bool own =
        absl::c_any_of(policy_.rule(), [&](const v1::Rule& rule) { return rule.id() == one.rule; });
    if (!own) continue;
    absl::StrAppend(&text, "- Regel `", one.rule, "` mot ",
                    paragraphs_.at(one.paragraph)->short_citation(), ": ", one.why_sv, ".\n");
  }
  return text;
}

std::string Page::Signatures() const {
  return "\n## Underskrift\n\nReglerna ovan får tas i bruk.\n\n| | Namn | Datum | Underskrift |\n"
         "|---|---|---|---|\n| Kommunjurist | | | |\n| Dataskyddsombud | | | |\n"
         "| Ansvarig chef | | | |\n";
}

}  // namespace

absl::StatusOr<std::string> PolicyPage(const PolicySet& set, const std::string& policy_id,
                                       const std::string& day, const Sha256Function& sha256) {
  RETURN_IF_ERROR(ParseDay(day).status());
  Names known;
  for (const v1::Policy& policy : set.bundle().policy()) {
    if (policy.id() != policy_id) {
      known.push_back(policy.id());
      continue;
    }
    const Page page(set, policy, day);
    return absl::StrCat(page.Head(sha256), page.Rules(), page.Walls(), page.Paragraphs(),
                        page.ToConfirm(), page.Signatures());
  }
  return absl::NotFoundError(UnknownName("policy", policy_id, known));
}

}  // namespace sluss
