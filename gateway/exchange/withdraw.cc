#include "gateway/exchange/withdraw.h"

#include "gateway/base/status_macros.h"
#include "gateway/exchange/narrowing.h"
#include "gateway/exchange/withdraw_consent.h"

namespace sluss {
namespace {

constexpr char kMessageWithdrawn[] = "message-withdrawn";

absl::Status AnswerMessage(const MessageRow& row, const Narrowed& narrowed, Withdrawn* result) {
  v1::ConsentStep counts;
  *result->response.mutable_stopped() = narrowed.stopped;
  *result->response.mutable_recalled() = narrowed.recalled;
  counts.set_stopped(narrowed.stopped_count);
  counts.set_recalled(narrowed.recalled_count);
  if (narrowed.stopped_count + narrowed.recalled_count == 0) {
    ListMessage(row, result->response.mutable_already_gone());
    counts.set_already_gone(1);
  }
  SayCounts(counts, &result->response);
  return absl::OkStatus();
}

absl::Status AnswerMessageAgain(const MessageRow& row, Withdrawn* result) {
  result->recorded_before = row.details.latest_index();
  Narrowed before;
  ListMessage(row, row.state == v1::STOPPED ? &before.stopped : &before.recalled);
  before.stopped_count = before.stopped.size();
  before.recalled_count = before.recalled.size();
  return AnswerMessage(row, before, result);
}

absl::Status WithdrawMessage(Recorder& recorder, const Withdrawal& request, Withdrawn* result) {
  ASSIGN_OR_RETURN(const std::optional<MessageRow> row,
                   recorder.store().FindMessage(request.message_id));
  if (!row.has_value() || row->sender != request.caller || row->state == v1::DENIED) {
    result->refusal = absl::NotFoundError("`message_id` names no message of this agency");
    return absl::OkStatus();
  }
  if (row->state == v1::STOPPED || row->state == v1::RECALLED) {
    return AnswerMessageAgain(*row, result);
  }
  if (row->state == v1::EXPIRED_UNDELIVERED || row->state == v1::DENIED_AT_DELIVERY) {
    result->refusal = absl::FailedPreconditionError("`message_id` names a message that has ended");
    return absl::OkStatus();
  }
  LeafDraft leaf = WithdrawalLeaf(request);
  leaf.clear.set_message_id(request.message_id.value());
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  Narrowed narrowed;
  if (row->state == v1::QUEUED) {
    RETURN_IF_ERROR(StopMessage(recorder, entry, kMessageWithdrawn, *row, &narrowed));
  } else if (row->state == v1::CLAIMED && !row->details.decision().duty()) {
    RETURN_IF_ERROR(RecallMessage(recorder, entry, kMessageWithdrawn, *row, &narrowed));
  }
  return AnswerMessage(*row, narrowed, result);
}

}  // namespace

absl::Status ApplyWithdrawal(Recorder& recorder, const Withdrawal& request, const PolicySet& policy,
                             const ExchangeLimits& limits, Withdrawn* result) {
  return request.message_id.empty() ? WithdrawConsent(recorder, request, policy, limits, result)
                                    : WithdrawMessage(recorder, request, result);
}

}  // namespace sluss
