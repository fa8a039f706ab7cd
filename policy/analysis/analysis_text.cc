#include "policy/analysis/analysis_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sluss {
namespace {

// Says everything in one of the two languages.
class Lines {
 public:
  explicit Lines(Language language) : swedish_(language == Language::kSwedish) {}

  absl::string_view Pick(absl::string_view sv, absl::string_view en) const {
    return swedish_ ? sv : en;
  }
  template <typename Message>
  const std::string& SentenceOf(const Message& message) const {
    return swedish_ ? message.sentence_sv() : message.sentence_en();
  }
  template <typename... Parts>
  void Add(const Parts&... parts) {
    absl::StrAppend(&text_, parts..., "\n");
  }
  void Heading(absl::string_view sv, absl::string_view en, uint64_t count) {
    Add(Pick(sv, en), ": ", count);
  }
  std::string Take() { return std::move(text_); }

 private:
  const bool swedish_;
  std::string text_;
};

template <typename Values>
std::string List(const Values& values) {
  return values.empty() ? "-" : absl::StrJoin(values, ", ");
}

std::string ObligationsText(const v1::Terms& terms) {
  std::vector<std::string> parts;
  for (const v1::Obligation& obligation : terms.obligation()) {
    parts.push_back(obligation.ShortDebugString());
  }
  if (terms.duty()) parts.push_back("duty");
  return parts.empty() ? "-" : absl::StrJoin(parts, "; ");
}

void AddChanges(const v1::ChangeList& list, bool terms, Lines* lines) {
  for (const v1::Change& change : list.change()) {
    lines->Add("* ", lines->SentenceOf(change));
    lines->Add("    ", lines->Pick("regler: ", "rules: "), List(change.rule_before()), " -> ",
               List(change.rule_after()),
               change.recorded() == 0
                   ? ""
                   : absl::StrCat(lines->Pick("; verkliga meddelanden: ", "; real notifications: "),
                                  change.recorded()));
    if (terms) {
      lines->Add("    ", lines->Pick("skyldigheter: ", "obligations: "),
                 ObligationsText(change.before()), " -> ", ObligationsText(change.after()));
    }
    lines->Add("    ", lines->Pick("exempel: ", "example: "), change.example().ShortDebugString());
  }
  if (list.situations_unlisted() > 0) {
    lines->Add(lines->Pick("  ej uppräknade situationer: ", "  situations not listed: "),
               list.situations_unlisted());
  }
}

void AddDead(const v1::DeadRules& dead, Lines* lines) {
  lines->Heading("Döda regler", "Dead rules", dead.rule_size());
  for (const v1::DeadRule& rule : dead.rule()) lines->Add("* ", lines->SentenceOf(rule));
}

void AddConflicts(const v1::Conflicts& conflicts, Lines* lines) {
  lines->Heading("Konflikter", "Conflicts", conflicts.pairs());
  for (const v1::Conflict& conflict : conflicts.conflict()) {
    lines->Add("* ", lines->SentenceOf(conflict));
  }
  const uint64_t listed = conflicts.conflict_size();
  if (listed < conflicts.pairs()) {
    lines->Add(lines->Pick("  ej uppräknade: ", "  not listed: "), conflicts.pairs() - listed);
  }
}

void AddGaps(const v1::Gaps& gaps, Lines* lines) {
  lines->Add(lines->Pick("Luckor", "Gaps"), ": ", gaps.triples(), " / ", gaps.all_triples(), " ",
             lines->Pick("ändamål x mottagare x kategori", "purpose x recipient x category"));
  for (const v1::Gap& gap : gaps.gap()) lines->Add("* ", lines->SentenceOf(gap));
}

void AddInvariants(const v1::InvariantReport& report, Lines* lines) {
  lines->Heading("Invarianter", "Invariants", report.result_size());
  for (const v1::InvariantResult& result : report.result()) {
    lines->Add("* ", result.id(), ": ", lines->SentenceOf(result));
    if (result.holds()) continue;
    lines->Add("    ", lines->Pick("regler: ", "rules: "), List(result.rule()),
               result.lacks().empty() ? "" : absl::StrCat("; ", result.lacks()));
    lines->Add("    ", lines->Pick("vittne: ", "witness: "), result.witness().ShortDebugString());
  }
}

void AddCoverage(const v1::Coverage& coverage, Lines* lines) {
  lines->Add(lines->Pick("Täckning", "Coverage"), ": ", coverage.rules_by_cases(), " / ",
             coverage.rule_size(), " ", lines->Pick("regler av testfall", "rules by test cases"),
             " (", coverage.cases(), "), ", coverage.rules_by_history(), " ",
             lines->Pick("av verkliga meddelanden", "by real notifications"), " (",
             coverage.recorded(), ")");
  for (const v1::RuleCoverage& rule : coverage.rule()) {
    if (rule.cases() > 0 && (rule.recorded() > 0 || coverage.recorded() == 0)) continue;
    lines->Add("* `", rule.rule(), "`: ", rule.cases(), " ", lines->Pick("testfall", "cases"), ", ",
               rule.recorded(), " ", lines->Pick("verkliga", "real"));
  }
}

}  // namespace

std::string DiffText(const v1::PolicyDiff& diff, Language language) {
  Lines lines(language);
  lines.Add(lines.Pick(diff.summary_sv(), diff.summary_en()));
  AddChanges(diff.newly_permitted(), /*terms=*/false, &lines);
  AddChanges(diff.newly_denied(), /*terms=*/false, &lines);
  AddChanges(diff.terms_changed(), /*terms=*/true, &lines);
  for (const v1::PurposeChange& purpose : diff.purpose()) {
    lines.Add("* ", lines.SentenceOf(purpose));
  }
  const auto rules = [&lines](absl::string_view sv, absl::string_view en, const auto& ids) {
    if (!ids.empty()) lines.Add(lines.Pick(sv, en), ": ", List(ids));
  };
  rules("nya regler", "new rules", diff.rule_added());
  rules("borttagna regler", "removed rules", diff.rule_removed());
  rules("ändrade regler", "changed rules", diff.rule_changed());
  return lines.Take();
}

std::string AnalysisText(const v1::Analysis& analysis, Language language) {
  Lines lines(language);
  if (analysis.has_dead()) AddDead(analysis.dead(), &lines);
  if (analysis.has_conflicts()) AddConflicts(analysis.conflicts(), &lines);
  if (analysis.has_gaps()) AddGaps(analysis.gaps(), &lines);
  if (analysis.has_invariants()) AddInvariants(analysis.invariants(), &lines);
  if (analysis.has_coverage()) AddCoverage(analysis.coverage(), &lines);
  return lines.Take();
}

std::string MatrixText(const v1::Matrix& matrix, Language language) {
  Lines lines(language);
  lines.Add(matrix.day());
  for (const v1::MatrixEntry& entry : matrix.entry()) {
    lines.Add("* ", entry.sender(), " -> ", entry.recipient(), ": ", List(entry.category()));
    lines.Add("    ", lines.SentenceOf(entry));
  }
  return lines.Take();
}

std::string ReplayText(const v1::Replay& replay, Language language) {
  Lines lines(language);
  lines.Add(lines.Pick(replay.summary_sv(), replay.summary_en()));
  if (replay.identical() > 0) {
    lines.Add(lines.Pick("byte för byte lika: ", "byte by byte the same: "), replay.identical());
  }
  for (const v1::ReplayDifference& difference : replay.difference()) {
    lines.Add("* ", difference.id(), ": +[", absl::StrJoin(difference.more(), ", "), "] -[",
              absl::StrJoin(difference.less(), ", "), "]",
              difference.terms() ? lines.Pick(" andra skyldigheter", " other obligations") : "",
              difference.bytes()
                  ? lines.Pick(" samma version, andra byte", " same version, other bytes")
                  : "");
    lines.Add("    ", lines.Pick(difference.reason_sv(), difference.reason_en()));
  }
  if (replay.differences_unlisted() > 0) {
    lines.Add(lines.Pick("  ej uppräknade: ", "  not listed: "), replay.differences_unlisted());
  }
  return lines.Take();
}

}  // namespace sluss
