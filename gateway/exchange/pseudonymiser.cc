#include "gateway/exchange/pseudonymiser.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/crypto/hop.h"
#include "gateway/crypto/keyholder_requests.h"
#include "gateway/crypto/pseudonym.h"
#include "gateway/crypto/random.h"
#include "proto/keyholder.pb.h"

namespace sluss {
namespace {

constexpr size_t kIdBytes = 16;
// A message whose hop was refused is tried again by itself after this long.
constexpr absl::Duration kRetryItem = absl::Minutes(1);
// While the key holder or the store is away.
constexpr std::chrono::milliseconds kFirstBackoff{200};
constexpr std::chrono::milliseconds kLongestBackoff{10'000};
// Looks by itself for what a lost wake-up or a due retry left behind.
constexpr std::chrono::milliseconds kLookAnyway{5'000};
constexpr std::chrono::milliseconds kNoPause{0};

// A hop that does not verify never reaches a recipient, who would have to refuse the message.
bool HopHolds(const KeyDirectory& directory, const MessageRow& row) {
  const AgencyEntry* const recipient = directory.FindAgency(row.recipient);
  const absl::StatusOr<NymCiphertext> before =
      NymCiphertext::Decode(row.details.gateway_hop().ciphertext());
  if (recipient == nullptr || !before.ok()) return false;
  const HopContext context{HolderRole::kKeyholder, directory, *recipient, row.id.value()};
  return VerifyHop(context, *before, row.details.keyholder_hop()).ok();
}

}  // namespace

// A message on its way through the hops; `made` when both are there and proved.
struct Pseudonymiser::Work {
  MessageRow row;
  const Holder* holder = nullptr;  // null: its keys are not honoured any more
  std::optional<v1::Hop> gateway_hop;
  bool made = false;
};

Pseudonymiser::Pseudonymiser(const StoreView* store, Ledger* ledger, const Clock* clock,
                             const HolderRing* keys, KeyHolderClient* key_holder)
    : store_(store),
      ledger_(ledger),
      clock_(clock),
      keys_(keys),
      key_holder_(key_holder),
      thread_([this] { Loop(); }) {}

Pseudonymiser::~Pseudonymiser() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

void Pseudonymiser::Wake() {
  MutexLock lock(&mutex_);
  woken_ = true;
  wake_.NotifyAll();
}

void Pseudonymiser::Loop() {
  std::chrono::milliseconds backoff = kFirstBackoff;
  for (bool stopped = false; !stopped;) {
    const absl::StatusOr<size_t> done = RunBatch();
    if (!done.ok()) {
      stopped = Pause(backoff, /*until_woken=*/false);
      backoff = std::min(2 * backoff, kLongestBackoff);
    } else {
      backoff = kFirstBackoff;
      stopped = Pause(*done == 0 ? kLookAnyway : kNoPause, /*until_woken=*/true);
    }
  }
}

// Whoever is away is not asked more often because there is more mail: then nothing but the end cuts
// the pause short. Returns whether it is the end.
bool Pseudonymiser::Pause(std::chrono::milliseconds pause, bool until_woken) {
  const auto until = std::chrono::steady_clock::now() + pause;
  MutexLock lock(&mutex_);
  while (!stopping_ && !(until_woken && woken_)) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    wake_.WaitFor(&mutex_, left);
  }
  woken_ = false;
  return stopping_;
}

absl::StatusOr<size_t> Pseudonymiser::RunBatch() {
  ASSIGN_OR_RETURN(std::vector<Work> batch, TakeBatch());
  if (batch.empty()) return 0;
  RETURN_IF_ERROR(AskKeyHolder(&batch));
  RETURN_IF_ERROR(Keep(batch));
  return batch.size();
}

// With the gateway's own hop made.
absl::StatusOr<std::vector<Pseudonymiser::Work>> Pseudonymiser::TakeBatch() const {
  ASSIGN_OR_RETURN(const std::vector<MessageId> ids,
                   store_->PseudonymsWanted(clock_->Now(), kPseudonymBatch));
  std::vector<Work> batch;
  for (const MessageId& id : ids) {
    ASSIGN_OR_RETURN(std::optional<MessageRow> row, store_->FindMessage(id));
    if (!row.has_value() || row->pseudonym != PseudonymState::kWanted) continue;
    Work& work = batch.emplace_back();
    work.row = *std::move(row);
    const absl::StatusOr<const Holder*> holder = keys_->Find(work.row.details.directory());
    if (!holder.ok()) continue;
    work.holder = *holder;
    absl::StatusOr<v1::Hop> hop = work.holder->Hop(work.row.recipient, work.row.id.value(),
                                                   work.row.details.nym_ciphertext());
    if (hop.ok()) work.gateway_hop = *std::move(hop);
  }
  return batch;
}

absl::Status Pseudonymiser::AskKeyHolder(std::vector<Work>* batch) {
  RETURN_IF_ERROR(AskUnder(keys_->current(), batch));
  return keys_->beside() == nullptr ? absl::OkStatus() : AskUnder(*keys_->beside(), batch);
}

absl::Status Pseudonymiser::AskUnder(const Holder& holder, std::vector<Work>* batch) {
  v1::TransformRequest request;
  request.set_key_set(holder.directory().key_set());
  std::map<std::string, Work*> asked;
  for (Work& work : *batch) {
    if (work.holder != &holder || !work.gateway_hop.has_value()) continue;
    asked[work.row.id.value()] = &work;
    v1::TransformItem* item = request.add_item();
    item->set_message_id(work.row.id.value());
    item->set_sender(work.row.sender.value());
    item->set_recipient(work.row.recipient.value());
    item->set_ciphertext(work.gateway_hop->ciphertext());
  }
  if (asked.empty()) return absl::OkStatus();
  SignTransformRequest(holder.signing(), holder.directory(), &request);
  const absl::StatusOr<v1::TransformResponse> response = key_holder_->Transform(request);
  reachable_.store(response.ok());
  RETURN_IF_ERROR(response.status());
  for (const v1::TransformResult& result : response->result()) {
    const auto work = asked.find(result.message_id());
    if (work == asked.end() || !result.error().empty()) continue;
    *work->second->row.details.mutable_gateway_hop() = *work->second->gateway_hop;
    *work->second->row.details.mutable_keyholder_hop() = result.hop();
    work->second->made = HopHolds(holder.directory(), work->second->row);
  }
  return absl::OkStatus();
}

absl::Status Pseudonymiser::Keep(const std::vector<Work>& batch) {
  return ledger_
      ->Run([&](Recorder& recorder) {
        for (const Work& work : batch) {
          RETURN_IF_ERROR(work.made                ? KeepHops(recorder, work)
                          : work.holder == nullptr ? GiveUp(recorder, work)
                                                   : PutOff(recorder, work));
        }
        return absl::OkStatus();
      })
      .status();
}

absl::Status Pseudonymiser::KeepHops(Recorder& recorder, const Work& work) const {
  Transaction& store = recorder.store();
  // The message may have been claimed, acknowledged or stopped since it was read.
  ASSIGN_OR_RETURN(std::optional<MessageRow> row, store.FindMessage(work.row.id));
  if (!row.has_value() || row->pseudonym != PseudonymState::kWanted) return absl::OkStatus();
  *row->details.mutable_gateway_hop() = work.row.details.gateway_hop();
  *row->details.mutable_keyholder_hop() = work.row.details.keyholder_hop();
  row->details.clear_nym_ciphertext();
  row->pseudonym = PseudonymState::kDone;
  RETURN_IF_ERROR(store.SetPseudonym(*row));
  recorder.Wake(row->recipient);
  if (!row->details.left_without_nym()) return store.MakeReady(row->delivery_id);
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(MessageLeaf(v1::PSEUDONYM, *row)));
  return store.EnqueuePseudonym(row->recipient, DeliveryId(RandomBytes(kIdBytes)), row->id, entry);
}

absl::Status Pseudonymiser::PutOff(Recorder& recorder, const Work& work) const {
  ASSIGN_OR_RETURN(std::optional<MessageRow> row, recorder.store().FindMessage(work.row.id));
  if (!row.has_value() || row->pseudonym != PseudonymState::kWanted) return absl::OkStatus();
  row->pseudonym_due = recorder.now() + kRetryItem;
  return recorder.store().SetPseudonym(*row);
}

// No hop can be made by keys that are gone. What is still queued is ended by the sweep, which tells
// its sender; here it is only asked for no more.
absl::Status Pseudonymiser::GiveUp(Recorder& recorder, const Work& work) const {
  ASSIGN_OR_RETURN(std::optional<MessageRow> row, recorder.store().FindMessage(work.row.id));
  if (!row.has_value() || row->pseudonym != PseudonymState::kWanted) return absl::OkStatus();
  if (!row->details.left_without_nym()) return PutOff(recorder, work);
  row->pseudonym = PseudonymState::kNone;
  row->details.clear_nym_ciphertext();
  return recorder.store().SetPseudonym(*row);
}

}  // namespace sluss
