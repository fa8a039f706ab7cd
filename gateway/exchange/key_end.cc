#include "gateway/exchange/key_end.h"

#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/exchange/outcome.h"

namespace sluss {
namespace {

constexpr char kReasonSv[] =
    "Nycklarna som det är gjort med gäller inte längre. Skicka det på nytt; är det brådskande, "
    "ring "
    "mottagaren.";
constexpr char kReasonEn[] =
    "The keys that it was made with are not honoured any more. Send it anew; if it is urgent, "
    "phone "
    "the recipient.";

// By no rule: the policy was not asked.
v1::Decision DenialOf(const MessageRow& row, absl::Time now) {
  v1::Decision decision;
  decision.set_verdict(v1::VERDICT_DENY);
  decision.set_reason_code(kKeysNotHonoured);
  decision.set_policy_version(row.details.decision().policy_version());
  decision.set_policy_digest(row.details.decision().policy_digest());
  decision.set_decision_day(absl::FormatCivilTime(SwedishDay(now)));
  for (const v1::CategoryDecision& category : row.details.decision().category()) {
    decision.add_category()->set_category(category.category());
  }
  return decision;
}

}  // namespace

bool KeysHonoured(const MessageRow& row, const DirectoryRing& keys) {
  return keys.Honours(row.details.directory()) && !keys.KeysOf(row.sender).empty() &&
         !keys.KeysOf(row.recipient).empty();
}

absl::Status EndForKeys(Recorder& recorder, const MessageRow& row) {
  const bool phone = row.details.decision().duty() || row.details.urgency() == v1::NOW ||
                     row.details.urgency() == v1::TODAY;
  LeafDraft leaf = MessageLeaf(v1::DELIVERY_DENIED, row);
  AddDecision(row.details.facts(), DenialOf(row, recorder.now()), &leaf.clear);
  leaf.clear.set_phone_now(phone);
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
  v1::Outcome outcome = OutcomeOf(v1::DENIED_AT_DELIVERY, kKeysNotHonoured, kReasonSv, kReasonEn);
  outcome.set_phone_now(phone);
  return EndMessage(recorder, row, entry, outcome);
}

}  // namespace sluss
