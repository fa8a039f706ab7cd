#include "gateway/exchange/withdraw.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/exchange/consent_state.h"
#include "gateway/exchange/outcome.h"

namespace sluss {
namespace {

constexpr size_t kOfficerBytes = 32;
constexpr size_t kPage = 256;
// Named one by one in an answer; all are stopped and counted.
constexpr int kMostListed = 1000;

void List(const MessageRow& row, google::protobuf::RepeatedPtrField<v1::WithdrawnMessage>* list) {
  if (list->size() >= kMostListed) return;
  v1::WithdrawnMessage* message = list->Add();
  message->set_message_id(row.id.value());
  message->set_sender(row.sender.value());
  message->set_recipient(row.recipient.value());
  message->set_state(row.state);
}

struct Counts {
  uint64_t stopped = 0;
  uint64_t gone = 0;
};

void Say(const Counts& counts, v1::WithdrawResponse* response) {
  const auto meddelanden = [](uint64_t count) {
    return count == 1 ? std::string("1 meddelande") : absl::StrCat(count, " meddelanden");
  };
  response->set_text_sv(absl::StrCat(meddelanden(counts.stopped),
                                     " stoppades och lämnas aldrig ut. ", meddelanden(counts.gone),
                                     " hade redan lämnats ut."));
  response->set_text_en(absl::StrCat(
      counts.stopped == 1 ? "1 message was" : absl::StrCat(counts.stopped, " messages were"),
      " stopped and will never be handed out. ",
      counts.gone == 1 ? "1 message had" : absl::StrCat(counts.gone, " messages had"),
      " already been handed out."));
}

// Visits the messages that cite the consent, a page of ids at a time.
template <typename Visit>
absl::Status ForEachCiting(const Transaction& store, const ConsentId& consent,
                           const std::vector<v1::MessageState>& states, Visit visit) {
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

absl::Status Stop(Recorder& recorder, MessageRow row, const Entry& withdrawal,
                  absl::string_view reason, Withdrawn* result) {
  LeafDraft leaf = MessageLeaf(v1::STOP, row);
  leaf.clear.set_parent_event(withdrawal.event().value());
  leaf.clear.set_outcome(std::string(reason));
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
  RETURN_IF_ERROR(EndMessage(recorder, row, entry, OutcomeOf(v1::STOPPED, reason)));
  row.state = v1::STOPPED;
  List(row, result->response.mutable_stopped());
  return absl::OkStatus();
}

LeafDraft WithdrawalLeaf(const Withdrawal& request) {
  LeafDraft leaf;
  leaf.clear.set_kind(v1::WITHDRAWAL);
  leaf.clear.set_sender(request.caller.value());
  leaf.clear.set_outcome(request.on_behalf_of);
  v1::OpenedField officer;
  officer.set_tag(static_cast<uint32_t>(CommitTag::kOfficer));
  officer.set_value(request.officer);
  leaf.committed.push_back(std::move(officer));
  return leaf;
}

bool MayWithdraw(const AgencyId& caller, const ConsentRow& row) {
  v1::ConsentRecord record;
  return record.ParseFromString(row.record) && NamesAgency(record, caller.value());
}

absl::Status WithdrawConsent(Recorder& recorder, const Withdrawal& request, Withdrawn* result) {
  Transaction& store = recorder.store();
  ASSIGN_OR_RETURN(const std::optional<ConsentRow> row, store.FindConsent(request.consent_id));
  if (!row.has_value() || !MayWithdraw(request.caller, *row)) {
    result->refusal = absl::NotFoundError("`consent_id` names no consent that names this agency");
    return absl::OkStatus();
  }
  Counts counts;
  RETURN_IF_ERROR(ForEachCiting(store, request.consent_id,
                                {v1::CLAIMED, v1::ACKNOWLEDGED, v1::REFUSED_BY_RECIPIENT},
                                [&](const MessageRow& gone) {
                                  ++counts.gone;
                                  List(gone, result->response.mutable_already_gone());
                                  return absl::OkStatus();
                                }));
  if (row->withdrawn != absl::InfiniteFuture()) {
    result->recorded_before = row->withdrawn_index;
    Say(counts, &result->response);
    return absl::OkStatus();
  }
  LeafDraft leaf = WithdrawalLeaf(request);
  leaf.clear.set_consent_id(request.consent_id.value());
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  RETURN_IF_ERROR(store.WithdrawConsent(request.consent_id, recorder.now(), entry));
  RETURN_IF_ERROR(
      ForEachCiting(store, request.consent_id, {v1::QUEUED}, [&](const MessageRow& queued) {
        ++counts.stopped;
        return Stop(recorder, queued, entry, "consent-withdrawn", result);
      }));
  Say(counts, &result->response);
  return absl::OkStatus();
}

absl::Status WithdrawMessage(Recorder& recorder, const Withdrawal& request, Withdrawn* result) {
  ASSIGN_OR_RETURN(const std::optional<MessageRow> row,
                   recorder.store().FindMessage(request.message_id));
  if (!row.has_value() || row->sender != request.caller || row->state == v1::DENIED) {
    result->refusal = absl::NotFoundError("`message_id` names no message of this agency");
    return absl::OkStatus();
  }
  if (row->state == v1::STOPPED) {
    result->recorded_before = row->details.latest_index();
    List(*row, result->response.mutable_stopped());
    Say({1, 0}, &result->response);
    return absl::OkStatus();
  }
  if (row->state == v1::EXPIRED_UNDELIVERED || row->state == v1::DENIED_AT_DELIVERY) {
    result->refusal = absl::FailedPreconditionError("`message_id` names a message that has ended");
    return absl::OkStatus();
  }
  LeafDraft leaf = WithdrawalLeaf(request);
  leaf.clear.set_message_id(request.message_id.value());
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  if (row->state == v1::QUEUED) {
    RETURN_IF_ERROR(Stop(recorder, *row, entry, "message-withdrawn", result));
    Say({1, 0}, &result->response);
  } else {
    List(*row, result->response.mutable_already_gone());
    Say({0, 1}, &result->response);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Withdrawal> ParseWithdrawal(const AgencyId& caller,
                                           const v1::WithdrawRequest& request) {
  Withdrawal withdrawal;
  withdrawal.caller = caller;
  switch (request.what_case()) {
    case v1::WithdrawRequest::kConsentId: {
      ASSIGN_OR_RETURN(withdrawal.consent_id,
                       ParseId16<ConsentId>(request.consent_id(), "consent_id"));
      break;
    }
    case v1::WithdrawRequest::kMessageId: {
      ASSIGN_OR_RETURN(withdrawal.message_id,
                       ParseId16<MessageId>(request.message_id(), "message_id"));
      break;
    }
    case v1::WithdrawRequest::WHAT_NOT_SET:
      return absl::InvalidArgumentError("`consent_id` or `message_id` must say what is withdrawn");
  }
  if (request.officer().size() != kOfficerBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("`officer` must be 32 bytes, not ", request.officer().size()));
  }
  if (request.on_behalf_of() != "guardian" && request.on_behalf_of() != "child" &&
      request.on_behalf_of() != "party") {
    return absl::InvalidArgumentError("`on_behalf_of` must be guardian, child or party");
  }
  withdrawal.officer = request.officer();
  withdrawal.on_behalf_of = request.on_behalf_of();
  return withdrawal;
}

absl::Status ApplyWithdrawal(Recorder& recorder, const Withdrawal& request, Withdrawn* result) {
  return request.message_id.empty() ? WithdrawConsent(recorder, request, result)
                                    : WithdrawMessage(recorder, request, result);
}

}  // namespace sluss
