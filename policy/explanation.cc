#include "policy/explanation.h"

#include <algorithm>
#include <bit>
#include <set>
#include <span>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/obligations.h"
#include "policy/rule_table.h"
#include "policy/sentences.h"
#include "policy/vocabulary.h"

namespace sluss {
namespace {

using Rules = std::span<const uint32_t>;

class Explainer {
 public:
  Explainer(const PolicySet& set, const Question& question, const Outcome& outcome)
      : names_(set.names()),
        table_(set.table()),
        question_(question),
        outcome_(outcome),
        sentences_(&set.names(), &question) {}

  void Explain(v1::Decision* decision) const;

 private:
  void ExplainCategory(const CategoryOutcome& category, v1::CategoryDecision* decision,
                       std::set<uint32_t>* determining) const;
  void ExplainForbidden(const CategoryOutcome& category, v1::CategoryDecision* decision) const;
  void ExplainMissing(const CategoryOutcome& category, v1::CategoryDecision* decision) const;
  void ExplainWholeDenied(v1::CategoryDecision* decision) const;
  void ExplainVerdict(const std::set<uint32_t>& determining, v1::Decision* decision) const;
  void ExplainDenial(v1::Decision* decision) const;
  uint32_t RetainDaysOf(Rules rules) const;
  void NameParagraphs(Rules rules, v1::CategoryDecision* decision) const;
  void NameRules(Rules rules, v1::CategoryDecision* decision) const;
  std::vector<uint32_t> ParagraphsOf(Rules rules) const;
  std::string ForbidCode(Rules forbids) const;

  const VocabularyIndex& names_;
  const RuleTable& table_;
  const Question& question_;
  const Outcome& outcome_;
  const Sentences sentences_;
};

void SetReason(absl::string_view code, const Text& text, v1::CategoryDecision* decision) {
  decision->set_reason_code(std::string(code));
  decision->set_reason_sv(text.sv);
  decision->set_reason_en(text.en);
}

Text Denied(const Text& clause) {
  return {absl::StrCat("Nekas: ", clause.sv), absl::StrCat("Denied: ", clause.en)};
}

std::vector<uint32_t> Explainer::ParagraphsOf(Rules rules) const {
  std::set<uint32_t> paragraphs;
  for (const uint32_t rule : rules) {
    paragraphs.insert(table_.rule(rule).paragraphs.begin(), table_.rule(rule).paragraphs.end());
  }
  return {paragraphs.begin(), paragraphs.end()};
}

// The shortest of the times that the rules allow; 0 where none says any.
uint32_t Explainer::RetainDaysOf(Rules rules) const {
  Obligations owed;
  for (const uint32_t rule : rules) owed.Merge(ObligationsOf(*table_.rule(rule).source));
  return owed.retain_days == Obligations::kNone ? 0 : owed.retain_days;
}

void Explainer::NameParagraphs(Rules rules, v1::CategoryDecision* decision) const {
  for (const uint32_t paragraph : ParagraphsOf(rules)) {
    decision->add_paragraph(names_.paragraphs().name(paragraph));
  }
}

void Explainer::NameRules(Rules rules, v1::CategoryDecision* decision) const {
  for (const uint32_t rule : rules) decision->add_rule(table_.rule(rule).source->id());
  NameParagraphs(rules, decision);
}

// Where the state of the consent is what a forbid strikes, the code says which: the cure differs.
std::string Explainer::ForbidCode(Rules forbids) const {
  const bool by_consent = std::any_of(forbids.begin(), forbids.end(), [&](uint32_t number) {
    return !table_.rule(number).source->consent_state().empty();
  });
  return by_consent ? ConsentCode(question_.consent) : "forbidden";
}

void Explainer::ExplainForbidden(const CategoryOutcome& category,
                                 v1::CategoryDecision* decision) const {
  const Rules permits = outcome_.Permits(category), forbids = outcome_.Forbids(category);
  NameRules(forbids, decision);
  Text text;
  for (const uint32_t number : forbids) {
    const v1::Rule& forbid = *table_.rule(number).source;
    absl::StrAppend(&text.sv, text.sv.empty() ? "" : "; ", forbid.reason_sv(), " (", forbid.id(),
                    ")");
    absl::StrAppend(&text.en, text.en.empty() ? "" : "; ", forbid.reason_en(), " (", forbid.id(),
                    ")");
  }
  for (const uint32_t number : permits) {
    decision->add_overridden(table_.rule(number).source->id());
  }
  if (!permits.empty()) {
    const std::string& first = decision->overridden(0);
    absl::StrAppend(&text.sv, "; det går före regeln `", first, "`");
    absl::StrAppend(&text.en, "; this goes before the rule `", first, "`");
  }
  SetReason(ForbidCode(forbids), Denied(text), decision);
}

void Explainer::ExplainMissing(const CategoryOutcome& category,
                               v1::CategoryDecision* decision) const {
  if (category.nearest_count == 0) {
    return SetReason("no-permit", Denied(sentences_.NoPermit()), decision);
  }
  for (size_t i = 0; i < category.nearest_count; ++i) {
    const CompiledRule& rule = table_.rule(category.nearest[i].rule);
    for (uint32_t left = category.nearest[i].failing; left != 0; left &= left - 1) {
      const Lack lack =
          sentences_.LackOf(rule, static_cast<Column>(left & -left), category.category);
      v1::Missing* missing = decision->add_missing();
      missing->set_rule(rule.source->id());
      missing->set_column(lack.column);
      missing->set_needed(lack.needed);
      if (!decision->reason_code().empty()) continue;  // the first lack of the nearest words it
      SetReason(lack.code, Denied(lack.clause), decision);
    }
  }
  // Named, though it decides nothing.
  NameParagraphs(Rules(&category.nearest[0].rule, 1), decision);
}

void Explainer::ExplainWholeDenied(v1::CategoryDecision* decision) const {
  const Text purpose = sentences_.PurposeName();
  SetReason("whole",
            {absl::StrCat("Nekas i sin helhet: ändamålet ", purpose.sv,
                          " låter inget passera utan det som fattas"),
             absl::StrCat("Denied as a whole: the purpose ", purpose.en,
                          " lets nothing pass without what is wanting")},
            decision);
}

void Explainer::ExplainCategory(const CategoryOutcome& category, v1::CategoryDecision* decision,
                                std::set<uint32_t>* determining) const {
  decision->set_category(names_.categories().name(category.category));
  switch (category.verdict) {
    case CategoryVerdict::kForbidden:
      return ExplainForbidden(category, decision);
    case CategoryVerdict::kNoPermit:
      return ExplainMissing(category, decision);
    case CategoryVerdict::kWhole:
      return ExplainWholeDenied(decision);
    case CategoryVerdict::kPermitted:
      break;
  }
  const Rules permits = outcome_.Permits(category);
  decision->set_permitted(true);
  NameRules(permits, decision);
  decision->set_retain_days(RetainDaysOf(permits));
  determining->insert(permits.begin(), permits.end());
  const Text basis = sentences_.Citations(ParagraphsOf(permits));
  SetReason("permitted",
            {absl::StrCat("Tillåts enligt ", basis.sv), absl::StrCat("Permitted under ", basis.en)},
            decision);
}

// Of the categories denied for their own sake: a forbid first, then one whose nearest permit is for
// what is cited and wished, then the one that lacks least.
void Explainer::ExplainDenial(v1::Decision* decision) const {
  const v1::CategoryDecision* chosen = nullptr;
  auto best = std::make_tuple(true, true, 0, 0);
  for (size_t i = 0; i < outcome_.categories.size(); ++i) {
    const CategoryOutcome& outcome = outcome_.categories[i];
    if (outcome.verdict == CategoryVerdict::kWhole) continue;
    const v1::CategoryDecision& category = decision->category(static_cast<int>(i));
    const uint32_t lacks = outcome.nearest_count == 0 ? ~uint32_t{0} : outcome.nearest[0].failing;
    const auto rank = std::make_tuple(outcome.verdict != CategoryVerdict::kForbidden,
                                      (lacks & (kPurposeColumn | kLegalBasisColumn)) != 0,
                                      std::popcount(lacks), category.missing_size());
    if (chosen != nullptr && rank >= best) continue;
    chosen = &category;
    best = rank;
  }
  if (chosen != nullptr) {
    decision->set_reason_code(chosen->reason_code());
    decision->set_reason_sv(chosen->reason_sv());
    decision->set_reason_en(chosen->reason_en());
    return;
  }
  const Text purpose = sentences_.PurposeName();
  Mask needed = 0;
  for (const std::string& name : names_.purpose(question_.purpose).needs_category()) {
    needed |= Bit(*names_.categories().Find(name));
  }
  const Text absent = sentences_.CategoryNames(needed & ~question_.categories);
  decision->set_reason_code("needs-category");
  decision->set_reason_sv(
      absl::StrCat("Nekas: ändamålet ", purpose.sv, " kräver ", absent.sv, ", som saknas"));
  decision->set_reason_en(absl::StrCat("Denied: the purpose ", purpose.en, " requires ", absent.en,
                                       ", which is absent"));
}

void Explainer::ExplainVerdict(const std::set<uint32_t>& determining,
                               v1::Decision* decision) const {
  decision->set_verdict(outcome_.answer.verdict);
  decision->set_duty(outcome_.answer.duty);
  if (outcome_.answer.verdict == v1::VERDICT_DENY) return ExplainDenial(decision);
  const std::vector<uint32_t> rules(determining.begin(), determining.end());
  const Text basis = sentences_.Citations(ParagraphsOf(rules));
  if (outcome_.answer.verdict == v1::VERDICT_PERMIT) {
    decision->set_reason_code("permitted");
    decision->set_reason_sv(absl::StrCat("Tillåts enligt ", basis.sv));
    decision->set_reason_en(absl::StrCat("Permitted under ", basis.en));
    return;
  }
  const Text passed = sentences_.CategoryNames(outcome_.answer.passed);
  const Text withheld = sentences_.CategoryNames(question_.categories & ~outcome_.answer.passed);
  decision->set_reason_code("partial");
  decision->set_reason_sv(absl::StrCat("Tillåts delvis enligt ", basis.sv, ": ", passed.sv,
                                       "; hålls inne: ", withheld.sv));
  decision->set_reason_en(absl::StrCat("Permitted in part under ", basis.en, ": ", passed.en,
                                       "; withheld: ", withheld.en));
}

void Explainer::Explain(v1::Decision* decision) const {
  std::set<uint32_t> determining;
  for (const CategoryOutcome& category : outcome_.categories) {
    ExplainCategory(category, decision->add_category(), &determining);
  }
  ExplainVerdict(determining, decision);
  for (v1::Obligation& obligation : ToMessages(outcome_.obligations)) {
    *decision->add_obligation() = std::move(obligation);
  }
}

}  // namespace

v1::Decision Explain(const PolicySet& set, const Question& question, const Outcome& outcome) {
  v1::Decision decision;
  Explainer(set, question, outcome).Explain(&decision);
  return decision;
}

}  // namespace sluss
