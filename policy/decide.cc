#include "policy/decide.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "policy/explanation.h"
#include "policy/question.h"
#include "policy/rule_table.h"
#include "policy/vocabulary.h"

namespace sluss {
namespace {

absl::StatusOr<Question> Resolve(const PolicySet& set, const v1::Facts& facts) {
  return ResolveFacts(set.names(), set.table().nodes(), facts);
}

// Malformed facts are denied, never guessed at. Their categories are not repeated: what is no word
// of the vocabulary could be anything, and a decision goes into the log.
v1::Decision DenyInvalid(const PolicySet& set, const absl::Status& fault) {
  const std::string text(fault.message());
  v1::Decision decision;
  decision.set_verdict(v1::VERDICT_DENY);
  decision.set_reason_code("invalid-facts");
  decision.set_reason_sv(absl::StrCat("Nekas: uppgifterna om meddelandet kan inte prövas: ", text));
  decision.set_reason_en(
      absl::StrCat("Denied: the facts about the message cannot be judged: ", text));
  decision.set_policy_version(set.version());
  decision.set_policy_digest(set.digest());
  decision.set_vocabulary_version(set.vocabulary_version());
  return decision;
}

}  // namespace

absl::Status CheckFacts(const PolicySet& set, const v1::Facts& facts) {
  return Resolve(set, facts).status();
}

absl::Status Judge(const PolicySet& set, const v1::Facts& facts, Judgement* judgement) {
  ASSIGN_OR_RETURN(judgement->question, Resolve(set, facts));
  set.table().Judge(judgement->question, &judgement->outcome);
  return absl::OkStatus();
}

v1::Decision InWords(const PolicySet& set, const Judgement& judgement) {
  v1::Decision decision = Explain(set, judgement.question, judgement.outcome);
  decision.set_policy_version(set.version());
  decision.set_policy_digest(set.digest());
  decision.set_vocabulary_version(set.vocabulary_version());
  decision.set_decision_day(DayText(judgement.question.day));
  return decision;
}

v1::Decision Decide(const PolicySet& set, const v1::Facts& facts) {
  Judgement judgement;
  const absl::Status fault = Judge(set, facts, &judgement);
  return fault.ok() ? InWords(set, judgement) : DenyInvalid(set, fault);
}

}  // namespace sluss
