#include "gateway/ctl/review_text.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/base/hex.h"
#include "gateway/ctl/proposal_text.h"
#include "gateway/publication/log_text.h"
#include "gateway/tlog/history.h"

namespace sluss {
namespace {

const std::map<std::string, v1::ReviewCriterion>& Criteria() {
  static const auto* const words = new std::map<std::string, v1::ReviewCriterion>{
      {"any", v1::REVIEW_ANY},
      {"out-of-hours", v1::REVIEW_OUT_OF_HOURS},
      {"reidentification", v1::REVIEW_REIDENTIFICATION},
      {"retried-denial", v1::REVIEW_RETRIED_DENIAL},
      {"no-case", v1::REVIEW_NO_CASE}};
  return *words;
}

const std::map<std::string, v1::ReviewOutcome>& Outcomes() {
  static const auto* const words =
      new std::map<std::string, v1::ReviewOutcome>{{"justified", v1::REVIEW_JUSTIFIED},
                                                   {"unclear", v1::REVIEW_UNCLEAR},
                                                   {"unjustified", v1::REVIEW_UNJUSTIFIED},
                                                   {"corrected", v1::REVIEW_CORRECTED}};
  return *words;
}

const std::map<std::string, v1::ReviewStratum>& Strata() {
  static const auto* const words = new std::map<std::string, v1::ReviewStratum>{
      {"none", v1::REVIEW_UNDIVIDED},         {"sender", v1::REVIEW_BY_SENDER},
      {"recipient", v1::REVIEW_BY_RECIPIENT}, {"rule", v1::REVIEW_BY_RULE},
      {"hour", v1::REVIEW_BY_HOUR},           {"officer", v1::REVIEW_BY_OFFICER}};
  return *words;
}

template <typename Value>
Value Find(const std::map<std::string, Value>& words, const std::string& word) {
  const auto found = words.find(word);
  return found == words.end() ? Value{} : found->second;
}

template <typename Value>
std::string WordOf(const std::map<std::string, Value>& words, Value value) {
  for (const auto& [word, one] : words) {
    if (one == value) return word;
  }
  return "";
}

// How a sample was drawn: "any, random 20 by sender".
std::string DrawText(const v1::ReviewCriteria& criteria) {
  const bool random = criteria.method() == v1::REVIEW_RANDOM;
  std::string text = absl::StrCat(
      WordOf(Criteria(), criteria.criterion()), ", ",
      random ? absl::StrCat("random ", criteria.size()) : absl::StrCat("every ", criteria.every()));
  if (criteria.stratum() != v1::REVIEW_UNDIVIDED) {
    absl::StrAppend(&text, " by ", WordOf(Strata(), criteria.stratum()));
  }
  return text;
}

v1::ReviewCriteria Parsed(const std::string& bytes) {
  v1::ReviewCriteria criteria;
  (void)criteria.ParseFromString(bytes);
  return criteria;
}

std::string CountText(const v1::ReviewCount& count, bool english) {
  if (count.few()) return english ? "fewer than 5" : "färre än 5";
  return absl::StrCat(count.count());
}

// The words of a statement, in two languages.
std::string Word(const std::string& name, bool english) {
  static const auto* const swedish =
      new std::map<std::string, std::string>{{"any", "alla"},
                                             {"out-of-hours", "utanför kontorstid"},
                                             {"reidentification", "återidentifiering"},
                                             {"retried-denial", "nytt försök efter nekande"},
                                             {"no-case", "mottagare utan ärende"},
                                             {"random", "slumpvis"},
                                             {"every-nth", "systematiskt"},
                                             {"justified", "befogad"},
                                             {"unclear", "oklar"},
                                             {"unjustified", "obefogad"},
                                             {"corrected", "förklarad av en rättelse"}};
  if (english) return name;
  const auto found = swedish->find(name);
  return found == swedish->end() ? name : found->second;
}

void AddCounts(const char* title, const google::protobuf::RepeatedPtrField<v1::ReviewCount>& counts,
               bool english, std::string* text) {
  absl::StrAppend(text, "\n", title, "\n");
  for (const v1::ReviewCount& count : counts) {
    absl::StrAppend(text, "  ", Word(count.name(), english), ": ", CountText(count, english), "\n");
  }
}

}  // namespace

std::string OutcomeWord(v1::ReviewOutcome outcome) { return WordOf(Outcomes(), outcome); }
v1::ReviewOutcome OutcomeOf(const std::string& word) { return Find(Outcomes(), word); }
v1::ReviewCriterion CriterionOf(const std::string& word) { return Find(Criteria(), word); }
v1::ReviewStratum StratumOf(const std::string& word) { return Find(Strata(), word); }

std::string ReviewLine(const v1::Review& review, uint64_t entries, uint64_t found) {
  return absl::StrCat(
      review.number(), "  ", SwedishTimeText(review.drawn_us()), "  ",
      DrawText(Parsed(review.criteria())), "  ", found, " of ", entries, " entries settled, of ",
      review.population(), "  ",
      review.closed_by().empty() ? "open" : absl::StrCat("closed by ", review.closed_by()));
}

std::string ReviewAsText(const v1::ReviewPage& page) {
  const v1::Review& review = page.review();
  std::string text = absl::StrCat(
      "review      ", review.number(), "\ndrawn       ", SwedishTimeText(review.drawn_us()), " by ",
      review.drawn_by(), ", entry ", review.drawn_index(), "\ncriteria    ",
      DrawText(Parsed(review.criteria())), "\npopulation  ", review.population(), "\nprocedure   ",
      ToHex(review.procedure()), "\nlog         ", Parsed(review.criteria()).log_size(),
      " entries, root ", ToHex(review.log_root()), "\nstate       ",
      review.closed_by().empty() ? "open"
                                 : absl::StrCat("closed ", SwedishTimeText(review.closed_us()),
                                                " by ", review.closed_by()),
      "\n");
  if (review.erased_openings() > 0) {
    absl::StrAppend(&text, "erased      ", review.erased_openings(),
                    " entries could not be held against the officer\n");
  }
  int note = 0;
  for (int i = 0; i < review.item_size(); ++i) {
    const v1::ReviewItem& item = review.item(i);
    const absl::StatusOr<v1::AuditLeaf> leaf =
        i < page.entry_size() ? ParseEntry(page.entry(i))
                              : absl::StatusOr<v1::AuditLeaf>(absl::NotFoundError("no entry"));
    absl::StrAppend(&text, "\n",
                    leaf.ok() ? EntryAsLine(item.index(), *leaf) : absl::StrCat(item.index()),
                    item.stratum().empty() ? "" : absl::StrCat("  [", item.stratum(), "]"), "\n");
    for (const v1::ReviewFinding& finding : item.finding()) {
      const std::string words = note < page.note_size() ? page.note(note) : "";
      ++note;
      absl::StrAppend(&text, "    ", OutcomeWord(finding.outcome()), "  ", finding.reviewer(), "  ",
                      SwedishTimeText(finding.at_us()), words.empty() ? "" : "  ", words, "\n");
    }
  }
  return text;
}

std::string StatementAsText(const v1::ReviewStatement& statement, bool english) {
  std::string text =
      english ? absl::StrCat("Log review ", statement.year(), "\n\nDraws: ", statement.draws(),
                             ", of these open: ", statement.open(),
                             "\nEntries drawn: ", statement.sampled(),
                             ", of these settled: ", statement.reviewed(),
                             "\nEntries of the year in the log: ", statement.log_entries(),
                             " (the log known to entry ", statement.complete_to(), ")\n")
              : absl::StrCat("Logguppföljning ", statement.year(), "\n\nUrval: ", statement.draws(),
                             ", varav öppna: ", statement.open(),
                             "\nUtvalda poster: ", statement.sampled(),
                             ", varav färdiggranskade: ", statement.reviewed(),
                             "\nÅrets poster i loggen: ", statement.log_entries(),
                             " (loggen känd till post ", statement.complete_to(), ")\n");
  AddCounts(english ? "Entries drawn by criterion" : "Utvalda poster efter kriterium",
            statement.by_criterion(), english, &text);
  AddCounts(english ? "Entries drawn by method" : "Utvalda poster efter metod",
            statement.by_method(), english, &text);
  AddCounts(english ? "Settled entries by outcome" : "Färdiggranskade poster efter utfall",
            statement.by_outcome(), english, &text);
  absl::StrAppend(&text, english ? "\nCoverage by agency (decisions and re-identifications)\n"
                                 : "\nTäckning per myndighet (beslut och återidentifieringar)\n");
  for (const v1::ReviewCoverage& coverage : statement.coverage()) {
    absl::StrAppend(&text, "  ", coverage.agency(), ": ", CountText(coverage.reviewed(), english),
                    english ? " of " : " av ", coverage.entries(), "\n");
  }
  return text;
}

}  // namespace sluss
