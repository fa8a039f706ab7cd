#include "gateway/exchange/acknowledge.h"

#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/exchange/outcome.h"
#include "gateway/exchange/reason_code.h"

namespace sluss {
namespace {

absl::Status Unknown() {
  return absl::NotFoundError(
      "`delivery_id` names nothing that waits for this agency; it may be acknowledged already");
}

absl::Status EndNotification(Recorder& recorder, const Acknowledgement& request,
                             const MessageRow& row, Acknowledged* result) {
  if (row.state == v1::ACKNOWLEDGED || row.state == v1::REFUSED_BY_RECIPIENT) {
    result->recorded_before = row.details.latest_index();
    return absl::OkStatus();
  }
  if (row.state == v1::QUEUED || row.state == v1::STOPPED || row.state == v1::RECALLED) {
    result->refusal = Unknown();  // never handed out, or called back: the recall is acknowledged
    return absl::OkStatus();
  }
  const v1::MessageState state = request.refused ? v1::REFUSED_BY_RECIPIENT : v1::ACKNOWLEDGED;
  const std::string reason = request.refused ? RefusalCode(request.reason_code) : "";
  LeafDraft leaf = MessageLeaf(request.refused ? v1::REFUSAL : v1::ACKNOWLEDGEMENT, row);
  leaf.clear.set_outcome(reason);
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  return EndMessage(recorder, row, entry, OutcomeOf(state, reason));
}

absl::Status EndPseudonym(Recorder& recorder, const Acknowledgement& request,
                          const MessageId& message) {
  ASSIGN_OR_RETURN(std::optional<MessageRow> row, recorder.store().FindMessage(message));
  if (!row.has_value()) return absl::OkStatus();
  if (request.refused) {
    LeafDraft leaf = MessageLeaf(v1::REFUSAL, *row);
    leaf.clear.set_outcome(RefusalCode(request.reason_code));
    RETURN_IF_ERROR(recorder.Append(leaf).status());
  }
  ForgetPseudonym(&*row);
  return recorder.store().SetPseudonym(*row);
}

// What the recipient says that it did. Nothing known is worse than "taken": a person must see to
// it.
std::string RecallCode(const std::string& code) {
  return code == "destroyed" || code == "not-received" ? code : "taken";
}

absl::Status EndRecall(Recorder& recorder, const Acknowledgement& request,
                       const MessageId& message) {
  ASSIGN_OR_RETURN(std::optional<MessageRow> row, recorder.store().FindMessage(message));
  if (!row.has_value()) return absl::OkStatus();
  const std::string code = RecallCode(request.reason_code);
  LeafDraft leaf = MessageLeaf(v1::RECALL_END, *row);
  leaf.clear.set_parent_event(row->details.latest_event());
  leaf.clear.set_outcome(code);
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  row->details.set_recall(code);
  row->details.set_latest_event(entry.event().value());
  row->details.set_latest_index(entry.index());
  RETURN_IF_ERROR(recorder.store().UpdateMessage(*row, entry));
  return TellSender(recorder, *row, RecallEnded(code));
}

absl::Status EndItem(Recorder& recorder, const Acknowledgement& request, Acknowledged* result) {
  ASSIGN_OR_RETURN(const std::optional<QueueItem> item,
                   recorder.store().FindItem(request.delivery_id));
  if (!item.has_value() || item->agency != request.caller) {
    result->refusal = Unknown();
    return absl::OkStatus();
  }
  if (item->kind == ItemKind::kPseudonym) {
    RETURN_IF_ERROR(EndPseudonym(recorder, request, item->message_id));
  }
  if (item->kind == ItemKind::kRecall) {
    RETURN_IF_ERROR(EndRecall(recorder, request, item->message_id));
  }
  return recorder.store().RemoveItem(request.delivery_id);
}

}  // namespace

absl::Status ApplyAcknowledgement(Recorder& recorder, const Acknowledgement& request,
                                  Acknowledged* result) {
  ASSIGN_OR_RETURN(const std::optional<MessageRow> row,
                   recorder.store().FindDelivered(request.delivery_id));
  if (!row.has_value()) return EndItem(recorder, request, result);
  if (row->recipient != request.caller) {
    result->refusal = Unknown();
    return absl::OkStatus();
  }
  return EndNotification(recorder, request, *row, result);
}

}  // namespace sluss
