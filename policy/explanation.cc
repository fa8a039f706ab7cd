#include "policy/explanation.h"

#include <algorithm>
#include <bit>
#include <set>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/obligations.h"
#include "policy/sentences.h"
#include "policy/vocabulary.h"

namespace sluss {
namespace {

constexpr size_t kShownNearest = 3;

// A permit of the pair that does not let the category pass.
struct NearMiss {
  uint32_t rule;
  uint32_t failing;

  // Fewest failing columns; then those that rest on what is cited, that are for the purpose; then
  // by id, so that the same facts always get the same words.
  auto Rank() const {
    return std::make_tuple(std::popcount(failing), failing & kLegalBasisColumn,
                           failing & kPurposeColumn, rule);
  }
};

// What the rules of the pair say about one category.
struct Voices {
  std::vector<uint32_t> permits, forbids;
  std::vector<NearMiss> nearest;
};

class Explainer {
 public:
  Explainer(const PolicySet& set, const Question& question, const Answer& answer)
      : names_(set.names()),
        table_(set.table()),
        question_(question),
        answer_(answer),
        sentences_(&set.names(), &question) {}

  void Explain(v1::Decision* decision) const;

 private:
  Voices Hear(uint32_t category) const;
  void ExplainCategory(uint32_t category, v1::CategoryDecision* decision,
                       std::set<uint32_t>* determining) const;
  void ExplainForbidden(const Voices& voices, v1::CategoryDecision* decision) const;
  void ExplainMissing(const Voices& voices, uint32_t category,
                      v1::CategoryDecision* decision) const;
  void ExplainWholeDenied(v1::CategoryDecision* decision) const;
  void ExplainVerdict(const std::set<uint32_t>& determining, v1::Decision* decision) const;
  void ExplainDenial(v1::Decision* decision) const;
  void NameParagraphs(const std::vector<uint32_t>& rules, v1::CategoryDecision* decision) const;
  void NameRules(const std::vector<uint32_t>& rules, v1::CategoryDecision* decision) const;
  std::vector<uint32_t> ParagraphsOf(const std::vector<uint32_t>& rules) const;
  std::string ForbidCode(const std::vector<uint32_t>& forbids) const;

  const VocabularyIndex& names_;
  const RuleTable& table_;
  const Question& question_;
  const Answer& answer_;
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

Voices Explainer::Hear(uint32_t category) const {
  Voices voices;
  table_.ForEachOfPair(question_, [&](uint32_t number) {
    const Row& row = table_.rule(number).row;
    uint32_t failing = table_.FailingColumns(row, question_);
    if ((row.categories & Bit(category)) == 0) {
      failing |= kCategoryColumn;
    } else if ((RuleTable::Speaks(row, question_) & Bit(category)) == 0) {
      failing |= kConsentColumn;
    }
    if (failing == 0) {
      (row.forbid ? voices.forbids : voices.permits).push_back(number);
    } else if (!row.forbid) {
      voices.nearest.push_back({number, failing});
    }
  });
  std::sort(voices.permits.begin(), voices.permits.end());
  std::sort(voices.forbids.begin(), voices.forbids.end());
  std::sort(voices.nearest.begin(), voices.nearest.end(),
            [](const NearMiss& a, const NearMiss& b) { return a.Rank() < b.Rank(); });
  return voices;
}

std::vector<uint32_t> Explainer::ParagraphsOf(const std::vector<uint32_t>& rules) const {
  std::set<uint32_t> paragraphs;
  for (const uint32_t rule : rules) {
    paragraphs.insert(table_.rule(rule).paragraphs.begin(), table_.rule(rule).paragraphs.end());
  }
  return {paragraphs.begin(), paragraphs.end()};
}

void Explainer::NameParagraphs(const std::vector<uint32_t>& rules,
                               v1::CategoryDecision* decision) const {
  for (const uint32_t paragraph : ParagraphsOf(rules)) {
    decision->add_paragraph(names_.paragraphs().name(paragraph));
  }
}

void Explainer::NameRules(const std::vector<uint32_t>& rules,
                          v1::CategoryDecision* decision) const {
  for (const uint32_t rule : rules) decision->add_rule(table_.rule(rule).source->id());
  NameParagraphs(rules, decision);
}

// Where the state of the consent is what a forbid strikes, the code says which: the cure differs.
std::string Explainer::ForbidCode(const std::vector<uint32_t>& forbids) const {
  const bool by_consent = std::any_of(forbids.begin(), forbids.end(), [&](uint32_t number) {
    return !table_.rule(number).source->consent_state().empty();
  });
  return by_consent ? ConsentCode(question_.consent) : "forbidden";
}

void Explainer::ExplainForbidden(const Voices& voices, v1::CategoryDecision* decision) const {
  NameRules(voices.forbids, decision);
  Text text;
  for (const uint32_t number : voices.forbids) {
    const v1::Rule& forbid = *table_.rule(number).source;
    absl::StrAppend(&text.sv, text.sv.empty() ? "" : "; ", forbid.reason_sv(), " (", forbid.id(),
                    ")");
    absl::StrAppend(&text.en, text.en.empty() ? "" : "; ", forbid.reason_en(), " (", forbid.id(),
                    ")");
  }
  for (const uint32_t number : voices.permits) {
    decision->add_overridden(table_.rule(number).source->id());
  }
  if (!voices.permits.empty()) {
    const std::string& first = decision->overridden(0);
    absl::StrAppend(&text.sv, "; det går före regeln `", first, "`");
    absl::StrAppend(&text.en, "; this goes before the rule `", first, "`");
  }
  SetReason(ForbidCode(voices.forbids), Denied(text), decision);
}

void Explainer::ExplainMissing(const Voices& voices, uint32_t category,
                               v1::CategoryDecision* decision) const {
  if (voices.nearest.empty()) {
    return SetReason("no-permit", Denied(sentences_.NoPermit()), decision);
  }
  const int fewest = std::popcount(voices.nearest.front().failing);
  for (size_t i = 0; i < std::min(voices.nearest.size(), kShownNearest); ++i) {
    const NearMiss& near = voices.nearest[i];
    if (std::popcount(near.failing) > fewest) break;
    const CompiledRule& rule = table_.rule(near.rule);
    for (uint32_t left = near.failing; left != 0; left &= left - 1) {
      const Lack lack = sentences_.LackOf(rule, static_cast<Column>(left & -left), category);
      v1::Missing* missing = decision->add_missing();
      missing->set_rule(rule.source->id());
      missing->set_column(lack.column);
      missing->set_needed(lack.needed);
      if (!decision->reason_code().empty()) continue;  // the first lack of the nearest words it
      SetReason(lack.code, Denied(lack.clause), decision);
    }
  }
  NameParagraphs({voices.nearest.front().rule}, decision);  // named, though it decides nothing
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

void Explainer::ExplainCategory(uint32_t category, v1::CategoryDecision* decision,
                                std::set<uint32_t>* determining) const {
  decision->set_category(names_.categories().name(category));
  const Voices voices = Hear(category);
  if (!voices.forbids.empty()) return ExplainForbidden(voices, decision);
  if (voices.permits.empty()) return ExplainMissing(voices, category, decision);
  if ((answer_.passed & Bit(category)) == 0) return ExplainWholeDenied(decision);
  decision->set_permitted(true);
  NameRules(voices.permits, decision);
  determining->insert(voices.permits.begin(), voices.permits.end());
  const Text basis = sentences_.Citations(ParagraphsOf(voices.permits));
  SetReason("permitted",
            {absl::StrCat("Tillåts enligt ", basis.sv), absl::StrCat("Permitted under ", basis.en)},
            decision);
}

// Of the categories denied for their own sake: a forbid first, then the one that lacks least.
void Explainer::ExplainDenial(v1::Decision* decision) const {
  const v1::CategoryDecision* chosen = nullptr;
  const auto rank = [](const v1::CategoryDecision& category) {
    return std::make_pair(category.rule().empty(), category.missing_size());
  };
  for (const v1::CategoryDecision& category : decision->category()) {
    if (category.reason_code() == "whole") continue;
    if (chosen == nullptr || rank(category) < rank(*chosen)) chosen = &category;
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
  decision->set_verdict(answer_.verdict);
  decision->set_duty(answer_.duty);
  if (answer_.verdict == v1::VERDICT_DENY) return ExplainDenial(decision);
  const std::vector<uint32_t> rules(determining.begin(), determining.end());
  const Text basis = sentences_.Citations(ParagraphsOf(rules));
  if (answer_.verdict == v1::VERDICT_PERMIT) {
    decision->set_reason_code("permitted");
    decision->set_reason_sv(absl::StrCat("Tillåts enligt ", basis.sv));
    decision->set_reason_en(absl::StrCat("Permitted under ", basis.en));
    return;
  }
  const Text passed = sentences_.CategoryNames(answer_.passed);
  const Text withheld = sentences_.CategoryNames(question_.categories & ~answer_.passed);
  decision->set_reason_code("partial");
  decision->set_reason_sv(absl::StrCat("Tillåts delvis enligt ", basis.sv, ": ", passed.sv,
                                       "; hålls inne: ", withheld.sv));
  decision->set_reason_en(absl::StrCat("Permitted in part under ", basis.en, ": ", passed.en,
                                       "; withheld: ", withheld.en));
}

void Explainer::Explain(v1::Decision* decision) const {
  std::set<uint32_t> determining;
  for (Mask left = question_.categories; left != 0; left &= left - 1) {
    ExplainCategory(static_cast<uint32_t>(std::countr_zero(left)), decision->add_category(),
                    &determining);
  }
  ExplainVerdict(determining, decision);
  std::vector<const v1::Rule*> sources;
  for (const uint32_t rule : determining) sources.push_back(table_.rule(rule).source);
  for (v1::Obligation& obligation : MergeObligations(sources)) {
    *decision->add_obligation() = std::move(obligation);
  }
}

}  // namespace

v1::Decision Explain(const PolicySet& set, const Question& question, const Answer& answer) {
  v1::Decision decision;
  Explainer(set, question, answer).Explain(&decision);
  return decision;
}

}  // namespace sluss
