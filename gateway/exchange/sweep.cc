#include "gateway/exchange/sweep.h"

#include <optional>
#include <vector>

#include "gateway/base/status_macros.h"
#include "gateway/exchange/outcome.h"

namespace sluss {
namespace {

bool MayStillArrive(const MessageRow& row) {
  return row.state == v1::QUEUED || row.state == v1::CLAIMED;
}

absl::Status ApplyDeadline(Recorder& recorder, const MessageRow& row) {
  if (!MayStillArrive(row)) return recorder.store().RemoveMessage(row);
  const absl::Time expires = absl::FromUnixMicros(row.details.expires_us());
  if (recorder.now() < expires) {
    LeafDraft leaf = MessageLeaf(v1::PHONE_NOTICE, row);
    leaf.clear.set_outcome("not-acknowledged");
    leaf.clear.set_phone_now(true);
    ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
    RETURN_IF_ERROR(recorder.store().SetDeadline(row.id, expires, entry));
    return TellSender(recorder, row, PhoneNow(row.state));
  }
  LeafDraft leaf = MessageLeaf(v1::EXPIRY, row);
  leaf.clear.set_outcome("expired");
  leaf.clear.set_phone_now(true);
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
  return EndMessage(recorder, row, entry, OutcomeOf(v1::EXPIRED_UNDELIVERED, "expired"));
}

}  // namespace

absl::StatusOr<size_t> ApplyDeadlines(Recorder& recorder) {
  ASSIGN_OR_RETURN(const std::vector<MessageId> due,
                   recorder.store().MessagesDue(recorder.now(), kSweepBatch));
  for (const MessageId& id : due) {
    ASSIGN_OR_RETURN(const std::optional<MessageRow> row, recorder.store().FindMessage(id));
    if (row.has_value()) RETURN_IF_ERROR(ApplyDeadline(recorder, *row));
  }
  return due.size();
}

}  // namespace sluss
