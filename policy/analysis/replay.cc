#include "policy/analysis/replay.h"

#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/canonical.h"
#include "policy/decide.h"
#include "policy/obligations.h"
#include "policy/question.h"
#include "policy/rule_table.h"

namespace sluss {
namespace {

Obligations Recorded(const v1::Decision& decision) {
  Obligations owed;
  for (const v1::Obligation& obligation : decision.obligation()) {
    v1::Rule rule;
    *rule.add_obligation() = obligation;
    owed.Merge(ObligationsOf(rule));
  }
  return owed;
}

}  // namespace

bool Replayer::DecideNow(const v1::Facts& facts) {
  const RuleTable& table = set_.table();
  const absl::StatusOr<Question> question = ResolveFacts(set_.names(), table.nodes(), facts);
  const Answer answer = question.ok() ? table.Evaluate(*question) : Answer();
  passed_ = answer.passed;
  duty_ = answer.duty;
  outcome_.obligations = Obligations();
  if (passed_ != 0) table.Judge(*question, &outcome_);  // only what passes brings something
  return question.ok();
}

bool Replayer::Passes(absl::string_view category) const {
  const std::optional<uint32_t> number = set_.names().categories().Find(category);
  return number.has_value() && (passed_ & Bit(*number)) != 0;
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
  const v1::Decision& then = recorded.decision();
  if (!DecideNow(recorded.facts())) replay_.set_invalid(replay_.invalid() + 1);
  Mask kept = 0;
  for (const v1::CategoryDecision& category : then.category()) {
    if (!category.permitted()) continue;
    if (Passes(category.category())) {
      kept |= Bit(*set_.names().categories().Find(category.category()));
    } else {
      difference.add_less(category.category());
    }
  }
  for (Mask gained = passed_ & ~kept; gained != 0; gained &= gained - 1) {
    difference.add_more(set_.names().categories().name(std::countr_zero(gained)));
  }
  const bool more = !difference.more().empty(), less = !difference.less().empty();
  difference.set_terms(duty_ != then.duty() || !(outcome_.obligations == Recorded(then)));
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
