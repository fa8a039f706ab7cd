#include "gateway/exchange/narrowing.h"

#include <optional>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gateway/exchange/judge.h"
#include "gateway/exchange/outcome.h"

namespace sluss {
namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kPage = 256;
constexpr char kRecallPending[] = "pending";

LeafDraft LeafBecauseOf(v1::RecordKind kind, const MessageRow& row, const Entry& because,
                        absl::string_view reason_code) {
  LeafDraft leaf = MessageLeaf(kind, row);
  leaf.clear.set_parent_event(because.event().value());
  leaf.clear.set_outcome(std::string(reason_code));
  return leaf;
}

// What of the message may still be told; nothing where it is denied.
std::set<std::string> StillPermitted(const v1::Decision& decision, const MessageRow& row) {
  std::set<std::string> left;
  if (decision.verdict() != v1::VERDICT_PERMIT && decision.verdict() != v1::VERDICT_PARTIAL) {
    return left;
  }
  const std::set<std::string> told(row.details.facts().category().begin(),
                                   row.details.facts().category().end());
  for (const v1::CategoryDecision& category : decision.category()) {
    if (category.permitted() && told.contains(category.category())) {
      left.insert(category.category());
    }
  }
  return left;
}

absl::Status Trim(Recorder& recorder, const Narrowing& narrowing, MessageRow row,
                  const std::set<std::string>& left, Narrowed* result) {
  LeafDraft leaf = LeafBecauseOf(v1::TRIM, row, narrowing.because, narrowing.reason_code);
  std::vector<std::string> cut;
  for (const std::string& category : row.details.facts().category()) {
    if (left.contains(category)) {
      leaf.clear.add_passed(category);
    } else {
      leaf.clear.add_withheld(category);
      cut.push_back(category);
    }
  }
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
  Transaction& store = recorder.store();
  ASSIGN_OR_RETURN(const std::string payload, store.ReadPayload(row.id));
  v1::Envelope envelope;
  if (!envelope.ParseFromString(payload)) {
    return absl::DataLossError("a stored payload cannot be read");
  }
  DropCompartments(left, envelope.mutable_compartment());
  RETURN_IF_ERROR(store.ReplacePayload(row.id, envelope.SerializeAsString(), entry));
  row.details.mutable_facts()->mutable_category()->Assign(left.begin(), left.end());
  row.details.set_latest_event(entry.event().value());
  row.details.set_latest_index(entry.index());
  RETURN_IF_ERROR(store.UpdateMessage(row, entry));
  ++result->trimmed_count;
  ListMessage(row, &result->trimmed);
  if (result->trimmed_count <= kMostListed) {
    result->trimmed.rbegin()->mutable_category()->Assign(cut.begin(), cut.end());
  }
  return TellSender(recorder, row, TrimmedOutcome(narrowing.reason_code));
}

// Whether the decision of now leaves the message as it is; else what it may still tell.
absl::StatusOr<std::optional<std::set<std::string>>> LessThanBefore(Recorder& recorder,
                                                                    const Narrowing& narrowing,
                                                                    const MessageRow& row,
                                                                    const Reach& reach) {
  const std::vector<v1::CitedConsent> consents(row.details.consent().begin(),
                                               row.details.consent().end());
  const std::vector<v1::AttestingOfficer> officers(row.details.officer().begin(),
                                                   row.details.officer().end());
  ASSIGN_OR_RETURN(const JudgedNow judged,
                   JudgeNow(narrowing.policy, recorder.now(), row.details.facts(), consents,
                            officers, recorder.store(), narrowing.limits));
  const v1::Decision& decision = judged.decision;
  if (decision.duty()) return std::nullopt;
  if (reach.all || reach.parties.contains(row.recipient.value())) return std::set<std::string>();
  std::set<std::string> left = StillPermitted(decision, row);
  const bool same = left.size() == static_cast<size_t>(row.details.facts().category_size());
  if (same) return std::nullopt;
  return left;
}

}  // namespace

void ListMessage(const MessageRow& row, WithdrawnList* list) {
  if (list->size() >= kMostListed) return;
  v1::WithdrawnMessage* message = list->Add();
  message->set_message_id(row.id.value());
  message->set_sender(row.sender.value());
  message->set_recipient(row.recipient.value());
  message->set_state(row.state);
}

absl::Status ForEachCiting(const StoreView& store, const ConsentId& consent,
                           const std::vector<v1::MessageState>& states,
                           const std::function<absl::Status(const MessageRow&)>& visit) {
  MessageId after;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<MessageId> ids,
                     store.MessagesCiting(consent, states, after, kPage));
    for (const MessageId& id : ids) {
      ASSIGN_OR_RETURN(const std::optional<MessageRow> row, store.FindMessage(id));
      if (row.has_value()) RETURN_IF_ERROR(visit(*row));
      after = id;
    }
    if (ids.size() < kPage) return absl::OkStatus();
  }
}

absl::Status StopMessage(Recorder& recorder, const Entry& because, absl::string_view reason_code,
                         MessageRow row, Narrowed* result) {
  ASSIGN_OR_RETURN(const Entry entry,
                   recorder.Append(LeafBecauseOf(v1::STOP, row, because, reason_code)));
  RETURN_IF_ERROR(EndMessage(recorder, row, entry, OutcomeOf(v1::STOPPED, reason_code)));
  row.state = v1::STOPPED;
  ++result->stopped_count;
  ListMessage(row, &result->stopped);
  return absl::OkStatus();
}

absl::Status RecallMessage(Recorder& recorder, const Entry& because, absl::string_view reason_code,
                           MessageRow row, Narrowed* result) {
  ASSIGN_OR_RETURN(const Entry entry,
                   recorder.Append(LeafBecauseOf(v1::RECALL, row, because, reason_code)));
  row.details.set_recall(kRecallPending);
  RETURN_IF_ERROR(EndMessage(recorder, row, entry, OutcomeOf(v1::RECALLED, reason_code)));
  RETURN_IF_ERROR(recorder.store().EnqueueRecall(row.recipient, DeliveryId(RandomBytes(kIdBytes)),
                                                 row.id, entry));
  recorder.Wake(row.recipient);
  row.state = v1::RECALLED;
  ++result->recalled_count;
  ListMessage(row, &result->recalled);
  return absl::OkStatus();
}

absl::Status NarrowCiting(Recorder& recorder, const Narrowing& narrowing, const ConsentId& consent,
                          const Reach& reach, Narrowed* result) {
  const auto narrow = [&](const MessageRow& row) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<std::set<std::string>> left,
                     LessThanBefore(recorder, narrowing, row, reach));
    if (!left.has_value()) return absl::OkStatus();
    if (row.state == v1::CLAIMED) {
      // Out of its seal it cannot be cut: the whole is called back, and may be sent again.
      return RecallMessage(recorder, narrowing.because, narrowing.reason_code, row, result);
    }
    return left->empty()
               ? StopMessage(recorder, narrowing.because, narrowing.reason_code, row, result)
               : Trim(recorder, narrowing, row, *left, result);
  };
  return ForEachCiting(recorder.store(), consent, {v1::QUEUED, v1::CLAIMED}, narrow);
}

}  // namespace sluss
