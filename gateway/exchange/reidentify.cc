#include "gateway/exchange/reidentify.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/exchange/consent_state.h"
#include "gateway/exchange/officers.h"
#include "gateway/exchange/outcome.h"
#include "policy/decide.h"

namespace sluss {
namespace {

constexpr char kIdentity[] = "IDENTITY";
constexpr char kEscrow[] = "IDENTITY_ESCROW";
constexpr char kMatch[] = "match";

absl::Status NothingInEscrow() {
  return absl::NotFoundError(
      "`message_id` names no message that this agency received with an identity in escrow");
}

bool WasHandedOut(v1::MessageState state) {
  return state == v1::CLAIMED || state == v1::ACKNOWLEDGED;
}

bool CarriedEscrow(const MessageRow& row) {
  for (const v1::CategoryDecision& category : row.details.decision().category()) {
    if (category.permitted() && category.category() == kEscrow) return true;
  }
  return false;
}

// The order's own clock, as an envelope's: an order that lay about is not carried out.
absl::Status CheckCreated(const v1::ReidentificationOrder& order, absl::Time now,
                          const ExchangeLimits& limits) {
  const absl::Duration off = absl::FromUnixMicros(order.created_us()) - now;
  if (off <= limits.clock_skew && off >= -limits.expire) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`created_us` is ", absl::FormatDuration(absl::Trunc(off, absl::Seconds(1))),
                   " from the gateway's clock: set the clock, or ask anew"));
}

// Of the message: parties, age, protected identity. Of the order: everything else.
v1::Facts FactsOf(const MessageRow& row, const v1::ReidentificationOrder& order) {
  v1::Facts facts = row.details.facts();
  facts.set_purpose(order.purpose());
  facts.set_legal_basis(order.legal_basis());
  facts.clear_category();
  facts.add_category(kIdentity);
  facts.clear_officer_role();
  facts.set_reason(order.attestation_size() > 0);
  facts.set_weighing(false);
  for (const v1::Attestation& attestation : order.attestation()) {
    facts.add_officer_role(attestation.role());
    if (!attestation.weighing_digest().empty()) facts.set_weighing(true);
  }
  return facts;
}

LeafDraft LeafOf(const MessageRow& row, const Order& order, const v1::Facts& facts,
                 const v1::Decision& decision) {
  LeafDraft leaf = MessageLeaf(v1::REIDENTIFICATION, row);
  AddDecision(facts, decision, &leaf.clear);
  CommitAttestations(order.order.attestation(), order.digest, &leaf);
  return leaf;
}

// Told apart from how the message ended: that stays as it was.
absl::Status TellOfIt(Recorder& recorder, const MessageRow& row, const Entry& entry,
                      const std::string& fault) {
  const v1::StoredReidentification& first = row.details.reidentification();
  v1::Outcome outcome;
  outcome.set_state(row.state);
  outcome.set_reason_code(fault.empty() ? "reidentified" : fault);
  outcome.set_text_sv(fault.empty()
                          ? "Mottagaren har fått veta vem barnet är, på en egen rättslig grund."
                          : "Den deponerade identiteten stämmer inte med meddelandet.");
  outcome.set_text_en(fault.empty()
                          ? "The recipient was told who the child is, on a legal basis of its own."
                          : "The identity in escrow is not that of the message's child.");
  v1::Reidentified* const news = outcome.mutable_reidentified();
  news->set_agency(row.recipient.value());
  news->set_purpose(first.purpose());
  news->set_legal_basis(first.legal_basis());
  news->set_time_us(absl::ToUnixMicros(recorder.now()));
  news->set_log_index(entry.index());
  news->set_fault(fault);
  return TellSender(recorder, row, outcome);
}

LeafDraft LaterLeaf(v1::RecordKind kind, const MessageRow& row, const std::string& outcome) {
  const v1::StoredReidentification& first = row.details.reidentification();
  LeafDraft leaf = MessageLeaf(kind, row);
  leaf.clear.set_purpose(first.purpose());
  leaf.clear.add_legal_basis(first.legal_basis());
  leaf.clear.set_parent_event(first.event());
  leaf.clear.set_outcome(outcome);
  return leaf;
}

absl::Status Repeat(Recorder& recorder, MessageRow row, const Order& order, LeafDraft leaf,
                    OrderDecided* result) {
  v1::StoredReidentification* const first = row.details.mutable_reidentification();
  result->repeated = true;
  result->decision = first->decision();
  result->first = *first;
  if (first->repeat_logged()) return absl::OkStatus();
  leaf.clear.set_outcome("repeated");
  leaf.clear.set_parent_event(first->event());
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
  first->set_repeat_logged(true);
  return recorder.store().UpdateMessage(row, entry);
}

absl::Status Begin(Recorder& recorder, MessageRow row, const Order& order, const LeafDraft& leaf,
                   OrderDecided* result) {
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  v1::StoredReidentification first;
  first.set_order_digest(order.digest);
  *first.mutable_decision() = result->decision;
  first.set_purpose(order.order.purpose());
  first.set_legal_basis(order.order.legal_basis());
  first.set_event(entry.event().value());
  first.set_index(entry.index());
  *row.details.mutable_reidentification() = first;
  result->first = std::move(first);
  return recorder.store().UpdateMessage(row, entry);
}

// The very order that was permitted: its answer was lost, or the key holder was away. It is no
// repetition, and its officers were in force when they asked.
bool IsTheFirst(const MessageRow& row, const Order& order) {
  return row.details.has_reidentification() &&
         row.details.reidentification().order_digest() == order.digest;
}

absl::Status CheckOfficersOf(const Order& order, absl::Time now, const StoreView& view) {
  return CheckAttestations(order.caller,
                           {AttestedKind::kReidentification, order.request.order(),
                            order.order.attestation(), order.request.officer_signature()},
                           {now}, view)
      .status();
}

// What lies in the order; everything else is the store's fault.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsPermissionDenied(status);
}

}  // namespace

absl::Status DecideOrder(Recorder& recorder, const Order& order, const PolicySet& policy,
                         const ExchangeLimits& limits, OrderDecided* result) {
  ASSIGN_OR_RETURN(const std::optional<MessageRow> row,
                   recorder.store().FindMessage(MessageId(order.order.message_id())));
  if (!row.has_value() || row->recipient != order.caller || !WasHandedOut(row->state) ||
      !CarriedEscrow(*row)) {
    result->refusal = NothingInEscrow();
    return absl::OkStatus();
  }
  if (row->details.manifest_digest() != order.manifest_digest) {
    result->refusal =
        absl::PermissionDeniedError("`manifest` is not the one that came with the message");
    return absl::OkStatus();
  }
  if (IsTheFirst(*row, order)) {
    result->permitted = true;
    result->first = row->details.reidentification();
    result->decision = result->first.decision();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const v1::Facts facts, FactsAt(recorder.now(), FactsOf(*row, order.order), {},
                                                  recorder.store(), limits));
  absl::Status sound = CheckCreated(order.order, recorder.now(), limits);
  if (sound.ok()) sound = CheckFacts(policy, facts);
  if (sound.ok()) sound = CheckOfficersOf(order, recorder.now(), recorder.store());
  if (!sound.ok() && !IsRefusal(sound)) return sound;
  result->refusal = sound;
  if (!sound.ok()) return absl::OkStatus();
  result->decision = Decide(policy, facts);
  result->permitted = result->decision.verdict() == v1::VERDICT_PERMIT;
  LeafDraft leaf = LeafOf(*row, order, facts, result->decision);
  if (!result->permitted) return recorder.Append(leaf, Proof::kWanted).status();
  return row->details.has_reidentification()
             ? Repeat(recorder, *row, order, std::move(leaf), result)
             : Begin(recorder, *row, order, leaf, result);
}

absl::Status KeepPeeled(Recorder& recorder, const MessageId& message, const std::string& inner,
                        const std::string& fault, v1::StoredReidentification* kept) {
  ASSIGN_OR_RETURN(std::optional<MessageRow> row, recorder.store().FindMessage(message));
  if (!row.has_value() || !row->details.has_reidentification()) {
    return absl::DataLossError("a re-identification that was recorded is gone");
  }
  v1::StoredReidentification* const first = row->details.mutable_reidentification();
  if (!first->peeled()) {
    ASSIGN_OR_RETURN(const Entry entry, recorder.Append(LaterLeaf(v1::REIDENTIFIED, *row, fault)));
    first->set_peeled(true);
    first->set_inner(inner);
    first->set_fault(fault);
    RETURN_IF_ERROR(recorder.store().UpdateMessage(*row, entry));
    RETURN_IF_ERROR(TellOfIt(recorder, *row, entry, fault));
  }
  *kept = *first;
  return absl::OkStatus();
}

absl::Status KeepReport(Recorder& recorder, const AgencyId& caller, const MessageId& message,
                        const std::string& outcome, ReportKept* result) {
  if (outcome != kMatch && outcome != "nym-mismatch" && outcome != "escrow-unreadable") {
    result->refusal =
        absl::InvalidArgumentError("`outcome` must be match, nym-mismatch or escrow-unreadable");
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(std::optional<MessageRow> row, recorder.store().FindMessage(message));
  if (!row.has_value() || row->recipient != caller || !row->details.has_reidentification() ||
      !row->details.reidentification().peeled()) {
    result->refusal =
        absl::NotFoundError("`message_id` names no message whose identity this agency had opened");
    return absl::OkStatus();
  }
  v1::StoredReidentification* const first = row->details.mutable_reidentification();
  if (!first->report().empty()) {
    result->recorded_before = first->report_index();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(
      const Entry entry,
      recorder.Append(LaterLeaf(v1::REIDENTIFICATION_REPORT, *row, outcome), Proof::kWanted));
  first->set_report(outcome);
  first->set_report_index(entry.index());
  first->clear_inner();
  RETURN_IF_ERROR(recorder.store().UpdateMessage(*row, entry));
  // What the key holder could not open, the sender has heard of already.
  if (outcome == kMatch || !first->fault().empty()) return absl::OkStatus();
  return TellOfIt(recorder, *row, entry, outcome);
}

}  // namespace sluss
