#include "gateway/exchange/claim.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/exchange/judge.h"
#include "gateway/exchange/key_end.h"
#include "gateway/exchange/outcome.h"
#include "gateway/exchange/receipt.h"

namespace sluss {
namespace {

// Denials in one claim: beyond them the next claim goes on.
constexpr int kMostDenials = 64;

bool MayLeave(const MessageRow& row) { return row.state == v1::QUEUED || row.state == v1::CLAIMED; }

bool HasHops(const MessageRow& row) { return row.details.has_keyholder_hop(); }

}  // namespace

// One claim: what it holds and what it got, while the ledger works on it.
struct Claimer::Round {
  Mailroom::Seat& seat;
  const AgencyId& agency;
  size_t max;
  std::vector<DeliveryId> held;  // by this round
  std::vector<Claimed> claimed;
  int denials = 0;
  bool more = false;  // stopped before the queue's end
};

Claimer::Claimer(const StoreView* store, Ledger* ledger, const PolicyInForce* policies,
                 const DirectoryRing* keys, Mailroom* mailroom, const ExchangeLimits& limits,
                 std::string gateway)
    : store_(store),
      ledger_(ledger),
      policies_(policies),
      keys_(keys),
      mailroom_(mailroom),
      limits_(limits),
      gateway_(std::move(gateway)) {}

absl::StatusOr<std::vector<Claimed>> Claimer::Claim(Mailroom::Seat& seat, const AgencyId& agency,
                                                    size_t max) const {
  Round round{seat, agency, max, {}, {}};
  absl::StatusOr<Ledger::Receipts> receipts =
      ledger_->Run([&](Recorder& recorder) { return Take(recorder, &round); });
  if (!receipts.ok()) {
    for (const DeliveryId& id : round.held) mailroom_->Release(agency, id);
    mailroom_->MoreMayWait(seat);
    return receipts.status();
  }
  auto receipt = receipts->begin();
  for (Claimed& claimed : round.claimed) {
    if (claimed.item_.kind == ItemKind::kNotification) claimed.receipt_ = std::move(*receipt++);
  }
  if (round.more) mailroom_->MoreMayWait(seat);
  return std::move(round.claimed);
}

absl::Status Claimer::Take(Recorder& recorder, Round* round) const {
  // Items that a stream holds are in the way: as many more are read.
  const size_t page = round->max + mailroom_->HeldBy(round->agency);
  uint64_t after = 0;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<QueueItem> items,
                     recorder.store().ReadyItems(round->agency, after, page));
    for (const QueueItem& item : items) {
      after = item.sequence;
      if (!mailroom_->Hold(round->seat, item.delivery_id)) continue;
      round->held.push_back(item.delivery_id);
      RETURN_IF_ERROR(TakeItem(recorder, item, round));
      round->more = round->claimed.size() == round->max || round->denials == kMostDenials;
      if (round->more) return absl::OkStatus();
    }
    if (items.size() < page) return absl::OkStatus();
  }
}

absl::Status Claimer::TakeItem(Recorder& recorder, const QueueItem& item, Round* round) const {
  Claimed claimed(item);
  if (item.kind == ItemKind::kOutcome) {
    round->claimed.push_back(std::move(claimed));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(std::optional<MessageRow> row, recorder.store().FindMessage(item.message_id));
  const bool there =
      row.has_value() && (item.kind == ItemKind::kNotification ? MayLeave(*row)
                          : item.kind == ItemKind::kRecall     ? row->state == v1::RECALLED
                                                               : HasHops(*row));
  if (!there) {
    mailroom_->Release(round->agency, item.delivery_id);
    return recorder.store().RemoveItem(item.delivery_id);  // it has ended: nothing to hand out
  }
  claimed.row_ = *std::move(row);
  if (item.kind == ItemKind::kNotification) {
    ASSIGN_OR_RETURN(const bool permitted, DecideAgain(recorder, &claimed));
    if (!permitted) {
      ++round->denials;
      mailroom_->Release(round->agency, item.delivery_id);
      return absl::OkStatus();
    }
  }
  round->claimed.push_back(std::move(claimed));
  return absl::OkStatus();
}

absl::StatusOr<bool> Claimer::DecideAgain(Recorder& recorder, Claimed* claimed) const {
  MessageRow& row = claimed->row_;
  if (!KeysHonoured(row, *keys_)) {
    RETURN_IF_ERROR(EndForKeys(recorder, row));
    return false;
  }
  const std::vector<v1::CitedConsent> consents(row.details.consent().begin(),
                                               row.details.consent().end());
  const std::vector<v1::AttestingOfficer> officers(row.details.officer().begin(),
                                                   row.details.officer().end());
  ASSIGN_OR_RETURN(JudgedNow judged,
                   JudgeNow(*policies_->Current(), recorder.now(), row.details.facts(), consents,
                            officers, recorder.store(), limits_));
  claimed->decision_ = std::move(judged.decision);
  const v1::Decision& decision = claimed->decision_;
  const bool permitted =
      decision.verdict() == v1::VERDICT_PERMIT || decision.verdict() == v1::VERDICT_PARTIAL;
  LeafDraft leaf = MessageLeaf(permitted ? v1::DELIVERY : v1::DELIVERY_DENIED, row);
  AddDecision(judged.facts, decision, &leaf.clear);
  ASSIGN_OR_RETURN(const Entry entry,
                   recorder.Append(leaf, permitted ? Proof::kWanted : Proof::kNotWanted));
  if (!permitted) {
    RETURN_IF_ERROR(EndMessage(recorder, row, entry,
                               OutcomeOf(v1::DENIED_AT_DELIVERY, decision.reason_code(),
                                         decision.reason_sv(), decision.reason_en())));
    return false;
  }
  row.state = v1::CLAIMED;
  row.details.set_latest_event(entry.event().value());
  row.details.set_latest_index(entry.index());
  if (row.pseudonym == PseudonymState::kWanted) row.details.set_left_without_nym(true);
  RETURN_IF_ERROR(recorder.store().UpdateMessage(row, entry));
  return true;
}

absl::StatusOr<std::optional<v1::Delivery>> Claimer::Deliver(const Claimed& claimed) const {
  v1::Delivery delivery;
  delivery.set_delivery_id(claimed.item_.delivery_id.value());
  delivery.set_message_id(claimed.item_.message_id.value());
  switch (claimed.item_.kind) {
    case ItemKind::kOutcome:
      *delivery.mutable_outcome() = claimed.item_.outcome;
      return delivery;
    case ItemKind::kPseudonym:
      *delivery.mutable_pseudonym()->mutable_gateway_hop() = claimed.row_.details.gateway_hop();
      *delivery.mutable_pseudonym()->mutable_keyholder_hop() = claimed.row_.details.keyholder_hop();
      return delivery;
    case ItemKind::kRecall: {
      ASSIGN_OR_RETURN(*delivery.mutable_recall(), RecallOf(claimed.row_));
      return delivery;
    }
    case ItemKind::kNotification:
      break;
  }
  ASSIGN_OR_RETURN(std::optional<v1::Notification> notification, Open(claimed));
  if (!notification.has_value()) {
    mailroom_->Release(claimed.item_.agency, claimed.item_.delivery_id);
    return std::nullopt;
  }
  *delivery.mutable_notification() = *std::move(notification);
  return delivery;
}

// With the proof that it is logged: nobody destroys a record at an unrecorded word.
absl::StatusOr<v1::Recall> Claimer::RecallOf(const MessageRow& row) const {
  v1::Recall recall;
  recall.set_reason_code(row.details.reason_code());
  const bool by_sender = row.details.reason_code() == "message-withdrawn";
  recall.set_text_sv(
      by_sender ? "Avsändaren har tagit tillbaka meddelandet. Förstör det som kom av det."
                : "Samtycket omfattar inte längre meddelandet. Förstör det som kom av det.");
  recall.set_text_en(by_sender
                         ? "The sender has taken the message back. Destroy what came of it."
                         : "The consent no longer covers the message. Destroy what came of it.");
  ASSIGN_OR_RETURN(*recall.mutable_receipt(),
                   ReceiptOf(*store_, gateway_, row.details.latest_index()));
  return recall;
}

// None when the payload is erased: the message has ended since it was claimed.
absl::StatusOr<std::optional<v1::Notification>> Claimer::Open(const Claimed& claimed) const {
  const MessageRow& row = claimed.row_;
  ASSIGN_OR_RETURN(const std::string payload, store_->ReadPayload(row.id));
  if (payload.empty()) return std::nullopt;
  v1::Envelope envelope;
  if (!envelope.ParseFromString(payload)) {
    return absl::DataLossError("a stored payload cannot be read");
  }
  std::set<std::string> permitted;
  for (const v1::CategoryDecision& category : claimed.decision_.category()) {
    if (category.permitted()) permitted.insert(category.category());
  }
  DropCompartments(permitted, envelope.mutable_compartment());

  v1::Notification notification;
  notification.set_withheld(row.details.sealed_parts() -
                            static_cast<uint32_t>(envelope.compartment_size()));
  notification.set_manifest(std::move(*envelope.mutable_manifest()));
  notification.set_signature(std::move(*envelope.mutable_signature()));
  notification.mutable_compartment()->Swap(envelope.mutable_compartment());
  notification.set_nym_proof(std::move(*envelope.mutable_nym_proof()));
  for (int i = 0; i < std::min(row.details.officer_size(), envelope.officer_signature_size());
       ++i) {
    v1::AttestedBy* const by = notification.add_attested_by();
    *by->mutable_certificate() = row.details.officer(i).certificate();
    by->set_signature(envelope.officer_signature(i));
  }
  if (HasHops(row)) {
    *notification.mutable_gateway_hop() = row.details.gateway_hop();
    *notification.mutable_keyholder_hop() = row.details.keyholder_hop();
  }
  *notification.mutable_decision() = claimed.decision_;
  *notification.mutable_receipt() = claimed.receipt_;
  return notification;
}

}  // namespace sluss
