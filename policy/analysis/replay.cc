#include "policy/analysis/replay.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "policy/analysis/terms_table.h"
#include "policy/canonical.h"
#include "policy/decide.h"
#include "policy/question.h"

namespace sluss {
namespace {

// As RecordedTerms writes what was recorded.
std::string TermsBytes(const v1::Terms& terms) { return CanonicalBytes(terms); }

std::string RecordedTerms(const v1::Decision& decision) {
  v1::Terms terms;
  *terms.mutable_obligation() = decision.obligation();
  terms.set_duty(decision.duty());
  return TermsBytes(terms);
}

std::vector<absl::string_view> RecordedCategories(const v1::Decision& decision) {
  std::vector<absl::string_view> categories;
  for (const v1::CategoryDecision& category : decision.category()) {
    if (category.permitted()) categories.push_back(category.category());
  }
  std::sort(categories.begin(), categories.end());
  return categories;
}

}  // namespace

const std::string& Replayer::TermsOf(std::vector<uint32_t> permits) {
  const auto [at, inserted] = terms_.try_emplace(permits);
  if (inserted) {
    std::vector<const v1::Rule*> rules;
    for (const uint32_t number : permits) rules.push_back(set_.table().rule(number).source);
    at->second = TermsBytes(TermsOfRules(rules));
  }
  return at->second;
}

Replayer::Passed Replayer::Now(const v1::Facts& facts, bool* valid) {
  const RuleTable& table = set_.table();
  const absl::StatusOr<Question> question = ResolveFacts(set_.names(), table.nodes(), facts);
  *valid = question.ok();
  Passed passed;
  const Mask mask = question.ok() ? table.Evaluate(*question).passed : 0;
  std::vector<uint32_t> permits;
  if (mask != 0) {
    table.ForEachOfPair(*question, [&](uint32_t number) {
      const Row& row = table.rule(number).row;
      if (row.forbid || (RuleTable::Speaks(row, *question) & mask) == 0) return;
      if (table.FailingColumns(row, *question) == 0) permits.push_back(number);
    });
    std::sort(permits.begin(), permits.end());
  }
  const NameTable& names = set_.names().categories();
  for (uint32_t i = 0; i < names.size(); ++i) {  // numbers are in the order of names
    if ((mask & Bit(i)) != 0) passed.categories.push_back(names.name(i));
  }
  passed.terms = TermsOf(std::move(permits));
  return passed;
}

bool Replayer::SameBytes(const v1::RecordedDecision& recorded) const {
  return CanonicalBytes(Decide(set_, recorded.facts())) == CanonicalBytes(recorded.decision());
}

void Replayer::List(const v1::RecordedDecision& recorded, v1::ReplayDifference difference) {
  if (static_cast<size_t>(replay_.difference_size()) >= options_.most_listed) {
    replay_.set_differences_unlisted(replay_.differences_unlisted() + 1);
    return;
  }
  const v1::Decision decision = Decide(set_, recorded.facts());
  difference.set_id(recorded.id());
  difference.set_reason_sv(decision.reason_sv());
  difference.set_reason_en(decision.reason_en());
  *replay_.add_difference() = std::move(difference);
}

void Replayer::Add(const v1::RecordedDecision& recorded) {
  replay_.set_recorded(replay_.recorded() + 1);
  v1::ReplayDifference difference;
  if (options_.bytes && recorded.decision().policy_digest() == set_.digest()) {
    if (SameBytes(recorded)) {
      replay_.set_identical(replay_.identical() + 1);
      replay_.set_alike(replay_.alike() + 1);
      return;
    }
    difference.set_bytes(true);
  }
  bool valid = false;
  const Passed now = Now(recorded.facts(), &valid);
  const std::vector<absl::string_view> then = RecordedCategories(recorded.decision());
  for (const absl::string_view category : now.categories) {
    if (!std::binary_search(then.begin(), then.end(), category)) {
      difference.add_more(std::string(category));
    }
  }
  for (const absl::string_view category : then) {
    if (!std::binary_search(now.categories.begin(), now.categories.end(), category)) {
      difference.add_less(std::string(category));
    }
  }
  const bool more = !difference.more().empty(), less = !difference.less().empty();
  difference.set_terms(now.terms != RecordedTerms(recorded.decision()));
  if (!valid) replay_.set_invalid(replay_.invalid() + 1);
  if (more && less) {
    replay_.set_other(replay_.other() + 1);
  } else if (more) {
    replay_.set_more(replay_.more() + 1);
  } else if (less) {
    replay_.set_less(replay_.less() + 1);
  } else if (difference.terms()) {
    replay_.set_terms(replay_.terms() + 1);
  } else {
    replay_.set_alike(replay_.alike() + 1);
    if (!difference.bytes()) return;
  }
  List(recorded, std::move(difference));
}

v1::Replay Replayer::Result() const {
  v1::Replay replay = replay_;
  replay.set_version(set_.version());
  replay.set_digest(set_.digest());
  replay.set_summary_sv(absl::StrCat(replay.recorded(), " beslut prövade igen: ", replay.alike(),
                                     " lika, ", replay.more(), " där mer lämnas, ", replay.less(),
                                     " där mindre lämnas, ", replay.other(), " där både och, ",
                                     replay.terms(), " med andra skyldigheter."));
  replay.set_summary_en(absl::StrCat(
      replay.recorded(), " decisions replayed: ", replay.alike(), " alike, ", replay.more(),
      " where more passes, ", replay.less(), " where less passes, ", replay.other(),
      " with some more and some less, ", replay.terms(), " with other obligations."));
  return replay;
}

}  // namespace sluss
