#include "tests/gateway/exchange/memory_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss::testing {
namespace {

constexpr char kLog[] = "";

}  // namespace

MemoryLayers::MemoryLayers(MemoryBase* base)
    : Of{LayeredTable(&base->messages),        LayeredTable(&base->payloads),
         LayeredTable(&base->admitted),        LayeredTable(&base->wanted),
         LayeredTable(&base->delivered),       LayeredTable(&base->citations),
         LayeredTable(&base->items),           LayeredTable(&base->item_ids),
         LayeredTable(&base->consents),        LayeredTable(&base->enrolments),
         LayeredTable(&base->officers),        LayeredTable(&base->in_order),
         LayeredTable(&base->policy_versions), LayeredTable(&base->proposals),
         LayeredTable(&base->activations),     LayeredTable(&base->entries),
         LayeredTable(&base->tiles),           LayeredTable(&base->openings),
         LayeredTable(&base->opening_groups),  LayeredTable(&base->holds),
         LayeredTable(&base->plain_openings),  LayeredTable(&base->heads),
         LayeredTable(&base->numbers),         LayeredTable(&base->published),
         LayeredTable(&base->cosignatures),    LayeredTable(&base->timestamps),
         LayeredTable(&base->reviews)} {}

void MemoryLayers::Apply() {
  messages.Apply();
  payloads.Apply();
  admitted.Apply();
  wanted.Apply();
  delivered.Apply();
  citations.Apply();
  items.Apply();
  item_ids.Apply();
  consents.Apply();
  enrolments.Apply();
  officers.Apply();
  in_order.Apply();
  policy_versions.Apply();
  proposals.Apply();
  activations.Apply();
  entries.Apply();
  tiles.Apply();
  openings.Apply();
  opening_groups.Apply();
  holds.Apply();
  plain_openings.Apply();
  heads.Apply();
  numbers.Apply();
  published.Apply();
  cosignatures.Apply();
  timestamps.Apply();
  reviews.Apply();
}

// ---- Reading ------------------------------------------------------------------------------------

template <typename I>
absl::Status MemoryReads<I>::CheckRead() const {
  return faults_->read ? absl::UnavailableError("the disk does not answer") : absl::OkStatus();
}

template <typename I>
absl::StatusOr<std::optional<MessageRow>> MemoryReads<I>::FindMessage(const MessageId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.messages, id);
}

template <typename I>
absl::StatusOr<std::optional<MessageRow>> MemoryReads<I>::FindDelivered(
    const DeliveryId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const MessageId* const message = layers_.delivered.Find(id);
  if (message == nullptr) return std::nullopt;
  return Copy(layers_.messages, *message);
}

template <typename I>
absl::StatusOr<std::string> MemoryReads<I>::ReadPayload(const MessageId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.payloads, id).value_or("");
}

template <typename I>
absl::StatusOr<std::vector<MessageId>> MemoryReads<I>::MessagesCiting(
    const ConsentId& consent, const std::vector<v1::MessageState>& states, const MessageId& after,
    size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<MessageId> ids;
  layers_.citations.Scan({consent, after}, [&](const auto& key, bool) {
    if (key.first != consent || ids.size() == limit) return false;
    const MessageRow* const row = layers_.messages.Find(key.second);
    const bool wanted =
        row != nullptr && std::find(states.begin(), states.end(), row->state) != states.end();
    if (wanted && key.second != after) ids.push_back(key.second);
    return true;
  });
  return ids;
}

template <typename I>
absl::StatusOr<std::vector<MessageId>> MemoryReads<I>::MessagesDue(absl::Time now,
                                                                   size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<std::pair<absl::Time, MessageId>> due;
  layers_.messages.Scan(MessageId(), [&](const MessageId& id, const MessageRow& row) {
    if (row.deadline <= now) due.emplace_back(row.deadline, id);
    return true;
  });
  std::sort(due.begin(), due.end());
  std::vector<MessageId> ids;
  for (const auto& [deadline, id] : due) {
    if (ids.size() < limit) ids.push_back(id);
  }
  return ids;
}

template <typename I>
absl::StatusOr<std::vector<MessageId>> MemoryReads<I>::PseudonymsWanted(absl::Time now,
                                                                        size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<MessageId> ids;
  layers_.wanted.Scan({absl::InfinitePast(), 0}, [&](const auto& key, const MessageId& id) {
    if (key.first > now || ids.size() == limit) return false;
    ids.push_back(id);
    return true;
  });
  return ids;
}

template <typename I>
absl::StatusOr<std::vector<AdmittedMessage>> MemoryReads<I>::MessagesAdmitted(uint64_t after,
                                                                              size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<AdmittedMessage> messages;
  layers_.in_order.Scan(after + 1, [&](uint64_t place, const MessageId& id) {
    if (messages.size() == limit) return false;
    messages.push_back({place, *layers_.messages.Find(id)});
    return true;
  });
  return messages;
}

template <typename I>
absl::StatusOr<std::vector<QueueItem>> MemoryReads<I>::ReadyItems(const AgencyId& agency,
                                                                  uint64_t after,
                                                                  size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<QueueItem> items;
  layers_.items.Scan(after + 1, [&](uint64_t, const QueueItem& item) {
    if (items.size() == limit) return false;
    if (item.agency == agency && item.ready) items.push_back(item);
    return true;
  });
  return items;
}

template <typename I>
absl::StatusOr<std::optional<QueueItem>> MemoryReads<I>::FindItem(const DeliveryId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const uint64_t* const sequence = layers_.item_ids.Find(id);
  if (sequence == nullptr) return std::nullopt;
  return Copy(layers_.items, *sequence);
}

template <typename I>
absl::StatusOr<uint64_t> MemoryReads<I>::CountItems(const AgencyId& agency) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  uint64_t count = 0;
  layers_.items.Scan(0, [&](uint64_t, const QueueItem& item) {
    count += item.agency == agency;
    return true;
  });
  return count;
}

template <typename I>
absl::StatusOr<QueueSummary> MemoryReads<I>::SummariseQueue() const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  QueueSummary summary;
  layers_.items.Scan(0, [&](uint64_t, const QueueItem& item) {
    if (item.kind != ItemKind::kNotification) return true;
    if (++summary.notifications == 1) summary.oldest = item.message_id;
    return true;
  });
  return summary;
}

template <typename I>
absl::StatusOr<std::optional<ConsentRow>> MemoryReads<I>::FindConsent(const ConsentId& id) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.consents, id);
}

template <typename I>
absl::StatusOr<std::optional<OfficerRegisterRow>> MemoryReads<I>::FindOfficerRegister(
    const AgencyId& agency) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const auto* const found = layers_.officers.Find(agency);
  return found == nullptr ? std::nullopt : std::make_optional(found->first);
}

template <typename I>
absl::StatusOr<std::optional<v1::OfficerCertificate>> MemoryReads<I>::FindOfficer(
    const AgencyId& agency, absl::string_view officer) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const auto* const found = layers_.officers.Find(agency);
  if (found == nullptr) return std::nullopt;
  const auto one = found->second.find(std::string(officer));
  return one == found->second.end() ? std::nullopt : std::make_optional(one->second);
}

template <typename I>
absl::StatusOr<uint64_t> MemoryReads<I>::EnrolmentsOn(const AgencyId& agency,
                                                      absl::CivilDay day) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.enrolments, {agency, day}).value_or(0);
}

// The last `limit` rows below `before`, newest first.
template <typename Row>
std::vector<Row> Newest(const LayeredTable<uint64_t, Row>& table, uint64_t before, size_t limit) {
  std::vector<Row> rows;
  table.Scan(0, [&](uint64_t number, const Row& row) {
    if (number >= before) return false;
    rows.insert(rows.begin(), row);
    return true;
  });
  if (rows.size() > limit) rows.resize(limit);
  return rows;
}

template <typename I>
absl::StatusOr<std::string> MemoryReads<I>::ReadPolicyVersion(absl::string_view digest) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.policy_versions, std::string(digest)).value_or("");
}

template <typename I>
absl::StatusOr<std::optional<v1::Proposal>> MemoryReads<I>::FindProposal(uint64_t number) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.proposals, number);
}

template <typename I>
absl::StatusOr<std::vector<v1::Proposal>> MemoryReads<I>::Proposals(uint64_t before,
                                                                    size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Newest(layers_.proposals, before, limit);
}

template <typename I>
absl::StatusOr<std::vector<v1::Proposal>> MemoryReads<I>::OpenProposals() const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<v1::Proposal> open;
  layers_.proposals.Scan(0, [&](uint64_t, const v1::Proposal& proposal) {
    if (IsOpen(proposal.state())) open.push_back(proposal);
    return true;
  });
  return open;
}

template <typename I>
absl::StatusOr<std::vector<v1::PolicyActivation>> MemoryReads<I>::Activations(uint64_t before,
                                                                              size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Newest(layers_.activations, before, limit);
}

template <typename I>
absl::StatusOr<LogHead> MemoryReads<I>::ReadHead(absl::string_view gateway) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  LogHead head = Copy(layers_.heads, std::string(kLog)).value_or(LogHead());
  const LogHead own = Copy(layers_.heads, std::string(gateway)).value_or(LogHead());
  head.counter = own.counter;
  head.last_event = own.last_event;
  return head;
}

template <typename I>
absl::StatusOr<std::string> MemoryReads<I>::ReadEntry(uint64_t index) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const std::string* const entry = layers_.entries.Find(index);
  if (entry == nullptr) return absl::DataLossError(absl::StrCat("entry ", index, " is missing"));
  return *entry;
}

template <typename I>
absl::StatusOr<std::vector<std::string>> MemoryReads<I>::ReadEntries(uint64_t first,
                                                                     size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<std::string> entries;
  while (entries.size() < limit) {
    const std::string* const entry = layers_.entries.Find(first + entries.size());
    if (entry == nullptr) break;
    entries.push_back(*entry);
  }
  return entries;
}

template <typename I>
absl::StatusOr<std::string> MemoryReads<I>::ReadTile(int tile_level, uint64_t index) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const std::string* const tile = layers_.tiles.Find({tile_level, index});
  if (tile == nullptr) return absl::DataLossError(absl::StrCat("tile ", index, " is missing"));
  return *tile;
}

template <typename I>
absl::StatusOr<std::optional<KeptOpening>> MemoryReads<I>::ReadOpening(uint64_t index) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  const OpeningRow* const row = layers_.openings.Find(index);
  if (row == nullptr) return std::nullopt;
  const OpeningGroupRow* const group = layers_.opening_groups.Find(row->group);
  if (group == nullptr || group->wrapped_key.empty()) return std::nullopt;
  return KeptOpening{*row, *group};
}

template <typename I>
absl::StatusOr<std::vector<OpeningRow>> MemoryReads<I>::OpeningsOf(uint64_t group) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<OpeningRow> rows;
  layers_.openings.Scan(0, [&](uint64_t, const OpeningRow& row) {
    if (row.group == group) rows.push_back(row);
    return true;
  });
  return rows;
}

template <typename I>
absl::StatusOr<std::optional<OpeningGroupRow>> MemoryReads<I>::LastOpeningGroup(
    const OpeningMonth& month) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::optional<OpeningGroupRow> last;
  layers_.opening_groups.Scan(0, [&](uint64_t, const OpeningGroupRow& group) {
    if (group.month == month && !group.wrapped_key.empty()) last = group;
    return true;
  });
  return last;
}

template <typename I>
absl::StatusOr<uint64_t> MemoryReads<I>::HighestOpeningGroup() const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  uint64_t highest = 0;
  layers_.opening_groups.Scan(0, [&](uint64_t number, const OpeningGroupRow&) {
    highest = number;
    return true;
  });
  return highest;
}

template <typename I>
absl::StatusOr<std::vector<OpeningMonthRow>> MemoryReads<I>::OpeningMonths() const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::map<OpeningMonth, uint64_t> months;
  layers_.opening_groups.Scan(0, [&](uint64_t, const OpeningGroupRow& group) {
    if (!group.wrapped_key.empty()) months[group.month] += group.openings;
    return true;
  });
  std::vector<OpeningMonthRow> rows;
  for (const auto& [month, openings] : months) rows.push_back({month, openings});
  return rows;
}

template <typename I>
absl::StatusOr<std::optional<uint64_t>> MemoryReads<I>::FirstOpening(
    const OpeningMonth& month) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::optional<uint64_t> first;
  layers_.openings.Scan(0, [&](uint64_t index, const OpeningRow& row) {
    const OpeningGroupRow* const group = layers_.opening_groups.Find(row.group);
    if (group == nullptr || group->wrapped_key.empty() || !(group->month == month)) return true;
    first = index;
    return false;
  });
  return first;
}

template <typename I>
absl::StatusOr<std::vector<v1::LegalHold>> MemoryReads<I>::LegalHolds() const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<v1::LegalHold> holds;
  layers_.holds.Scan("", [&](const std::string&, const v1::LegalHold& hold) {
    holds.push_back(hold);
    return true;
  });
  std::sort(holds.begin(), holds.end(), [](const v1::LegalHold& a, const v1::LegalHold& b) {
    return a.log_index() < b.log_index();
  });
  return holds;
}

template <typename I>
absl::StatusOr<std::string> MemoryReads<I>::ReadPlainOpening(const EventId& event) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.plain_openings, event).value_or("");
}

template <typename I>
absl::StatusOr<bool> MemoryReads<I>::HasPlainOpenings() const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  bool any = false;
  layers_.plain_openings.Scan(EventId(), [&](const EventId&, const std::string&) {
    any = true;
    return false;
  });
  return any;
}

// The row with the highest number.
template <typename Row>
std::optional<Row> Last(const LayeredTable<uint64_t, Row>& table) {
  const std::vector<Row> newest = Newest(table, UINT64_MAX, 1);
  return newest.empty() ? std::nullopt : std::make_optional(newest.front());
}

template <typename I>
absl::StatusOr<std::optional<PublishedCheckpoint>> MemoryReads<I>::LastPublished() const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Last(layers_.published);
}

template <typename I>
absl::StatusOr<std::optional<PublishedCheckpoint>> MemoryReads<I>::FindPublished(
    uint64_t number) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.published, number);
}

template <typename I>
absl::StatusOr<std::vector<CosignatureRow>> MemoryReads<I>::CosignaturesOf(uint64_t number) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::vector<CosignatureRow> rows;
  layers_.cosignatures.Scan({number, ""}, [&](const auto& key, const CosignatureRow& row) {
    if (key.first != number) return false;
    rows.push_back(row);
    return true;
  });
  return rows;
}

template <typename I>
absl::StatusOr<std::optional<CosignatureRow>> MemoryReads<I>::LastCosignature(
    absl::string_view witness) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  std::optional<CosignatureRow> last;
  layers_.cosignatures.Scan({0, ""}, [&](const auto& key, const CosignatureRow& row) {
    if (key.second == witness) last = row;
    return true;
  });
  return last;
}

template <typename I>
absl::StatusOr<std::optional<v1::Review>> MemoryReads<I>::FindReview(uint64_t number) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.reviews, number);
}

template <typename I>
absl::StatusOr<std::vector<v1::Review>> MemoryReads<I>::Reviews(uint64_t before,
                                                                size_t limit) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Newest(layers_.reviews, before, limit);
}

template <typename I>
absl::StatusOr<std::optional<TimestampRow>> MemoryReads<I>::LastTimestamp() const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Last(layers_.timestamps);
}

template <typename I>
absl::StatusOr<std::optional<TimestampRow>> MemoryReads<I>::FindTimestamp(uint64_t number) const {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRead());
  return Copy(layers_.timestamps, number);
}

template class MemoryReads<Store>;
template class MemoryReads<Transaction>;

void MemoryStore::SetFaults(StoreFaults faults) {
  MutexLock lock(&mutex_);
  faults_ = faults;
}

void MemoryStore::Share() {
  MutexLock lock(&mutex_);
  shared_ = true;
}

void MemoryStore::MoveHead() {
  MutexLock lock(&mutex_);
  ++base_.heads[kLog].size;
}

void MemoryStore::ChangeEntry(uint64_t index) {
  MutexLock lock(&mutex_);
  base_.entries.at(index).back() ^= 1;
}

void MemoryStore::PutPlainOpening(const EventId& event, const std::string& opening) {
  MutexLock lock(&mutex_);
  base_.plain_openings.insert_or_assign(event, opening);
}

void MemoryStore::EraseSealedOpenings() {
  MutexLock lock(&mutex_);
  base_.openings.clear();
  base_.opening_groups.clear();
}

MemoryBase MemoryStore::Backup() const {
  MutexLock lock(&mutex_);
  return base_;
}

void MemoryStore::RestoreBackup(MemoryBase backup) {
  MutexLock lock(&mutex_);
  base_ = std::move(backup);
}

absl::Status MemoryStore::WipeTraces() {
  MutexLock lock(&mutex_);
  return faults_.wipe ? absl::UnavailableError("a reader is in the way") : absl::OkStatus();
}

std::string MemoryStore::Dump() const {
  MutexLock lock(&mutex_);
  std::string bytes;
  for (const auto& [id, row] : base_.messages) bytes += row.details.SerializeAsString();
  for (const auto& [id, payload] : base_.payloads) bytes += payload;
  for (const auto& [id, row] : base_.consents) bytes += row.record;
  for (const auto& [agency, rows] : base_.officers) {
    for (const auto& [officer, certificate] : rows.second) bytes += certificate.officer();
  }
  for (const auto& [id, item] : base_.items) bytes += item.outcome.SerializeAsString();
  for (const auto& [number, proposal] : base_.proposals) bytes += proposal.SerializeAsString();
  for (const auto& [number, review] : base_.reviews) bytes += review.SerializeAsString();
  for (const auto& [id, entry] : base_.entries) bytes += entry;
  for (const auto& [id, opening] : base_.openings) bytes += opening.sealed;
  for (const auto& [id, group] : base_.opening_groups) bytes += group.wrapped_key;
  for (const auto& [id, opening] : base_.plain_openings) bytes += opening;
  return bytes;
}

}  // namespace sluss::testing
