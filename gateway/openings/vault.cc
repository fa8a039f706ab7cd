#include "gateway/openings/vault.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/aead.h"
#include "gateway/crypto/random.h"
#include "gateway/openings/sealing.h"

namespace sluss {
namespace {

// Months that are sealed to at a time; more only while an earlier program's openings are sealed.
constexpr size_t kMonthsAtATime = 16;
constexpr size_t kPlainAtATime = 1024;

}  // namespace

OpeningVault::OpeningVault(std::string origin, MonthKeys* keys)
    : origin_(std::move(origin)), keys_(keys) {}

void OpeningVault::Forget() {
  current_.clear();
  highest_.reset();
}

// A month that has groups had a key: another one in its place would shut them for good.
absl::StatusOr<SecretBytes> OpeningVault::MonthKey(const OpeningMonth& month, bool first) {
  absl::StatusOr<SecretBytes> key = keys_->Read(month);
  if (!absl::IsNotFound(key.status())) return key;
  if (first) return keys_->Make(month);
  return absl::DataLossError(
      absl::StrCat("the key of `", OpeningMonthText(month), "` is gone: ", key.status().message(),
                   "; put the directory back as it was, from its own backup"));
}

absl::StatusOr<OpeningVault::Current> OpeningVault::Restore(OpeningGroupRow row) const {
  absl::StatusOr<SecretBytes> month_key = keys_->Read(row.month);
  if (absl::IsNotFound(month_key.status())) {
    return absl::DataLossError(absl::StrCat("the key of `", OpeningMonthText(row.month),
                                            "` is gone: ", month_key.status().message(),
                                            "; put the directory back as it was, from its own "
                                            "backup"));
  }
  RETURN_IF_ERROR(month_key.status());
  ASSIGN_OR_RETURN(SecretBytes key, UnwrapGroupKey(*month_key, origin_, row));
  return Current{std::move(row), std::move(key)};
}

absl::StatusOr<OpeningVault::Current> OpeningVault::NewGroup(const StoreView& view,
                                                             const OpeningMonth& month) {
  if (!highest_.has_value()) {
    ASSIGN_OR_RETURN(highest_, view.HighestOpeningGroup());
  }
  ASSIGN_OR_RETURN(const auto last, view.LastOpeningGroup(month));
  ASSIGN_OR_RETURN(const SecretBytes month_key, MonthKey(month, /*first=*/!last.has_value()));
  Current group{{.number = ++*highest_, .month = month, .openings = 0, .wrapped_key = ""},
                RandomSecret(kAeadKeySize)};
  ASSIGN_OR_RETURN(group.row.wrapped_key, WrapGroupKey(month_key, origin_, group.row, group.key));
  return group;
}

absl::StatusOr<OpeningVault::Current*> OpeningVault::GroupWithRoom(const StoreView& view,
                                                                   const OpeningMonth& month) {
  auto at = current_.find(month);
  if (at == current_.end()) {
    ASSIGN_OR_RETURN(auto last, view.LastOpeningGroup(month));
    if (last.has_value() && last->openings < kOpeningsAGroup) {
      ASSIGN_OR_RETURN(Current restored, Restore(*std::move(last)));
      at = current_.emplace(month, std::move(restored)).first;
    }
  }
  if (at != current_.end() && at->second.row.openings < kOpeningsAGroup) return &at->second;
  ASSIGN_OR_RETURN(Current fresh, NewGroup(view, month));
  return &current_.insert_or_assign(month, std::move(fresh)).first->second;
}

absl::StatusOr<SealedOpenings> OpeningVault::Seal(const StoreView& view,
                                                  const std::vector<NewOpening>& openings) {
  if (current_.size() > kMonthsAtATime) current_.clear();
  SealedOpenings sealed;
  std::map<uint64_t, OpeningGroupRow> grown;
  for (const NewOpening& one : openings) {
    ASSIGN_OR_RETURN(Current* const group, GroupWithRoom(view, one.month));
    ASSIGN_OR_RETURN(std::string bytes,
                     SealOpening(group->key, origin_, one.month, one.index, one.opening));
    sealed.openings.push_back({one.index, group->row.number, std::move(bytes)});
    ++group->row.openings;
    grown.insert_or_assign(group->row.number, group->row);
  }
  for (auto& [number, row] : grown) sealed.groups.push_back(std::move(row));
  return sealed;
}

absl::Status OpeningVault::SealAnew(const StoreView& view, const OpeningGroupRow& group,
                                    const std::set<uint64_t>& erased, SealedOpenings* sealed) {
  ASSIGN_OR_RETURN(const std::vector<OpeningRow> rows, view.OpeningsOf(group.number));
  ASSIGN_OR_RETURN(const Current old, Restore(group));
  ASSIGN_OR_RETURN(Current fresh, NewGroup(view, group.month));
  for (const OpeningRow& row : rows) {
    if (erased.contains(row.index)) continue;
    ASSIGN_OR_RETURN(const std::string opening, OpenSealed(old.key, origin_, group.month, row));
    ASSIGN_OR_RETURN(std::string bytes,
                     SealOpening(fresh.key, origin_, group.month, row.index, opening));
    sealed->openings.push_back({row.index, fresh.row.number, std::move(bytes)});
    ++fresh.row.openings;
  }
  if (fresh.row.openings > 0) sealed->groups.push_back(std::move(fresh.row));
  return absl::OkStatus();
}

absl::StatusOr<SealedOpenings> OpeningVault::SealOthersAnew(
    const StoreView& view, const std::vector<OpeningGroupRow>& groups,
    const std::set<uint64_t>& erased) {
  Forget();  // one of them may be the one that is sealed to
  SealedOpenings sealed;
  for (const OpeningGroupRow& group : groups) {
    RETURN_IF_ERROR(SealAnew(view, group, erased, &sealed));
  }
  return sealed;
}

namespace {

absl::Status SealSome(Store* store, OpeningVault* vault, const std::vector<NewOpening>& openings,
                      const std::vector<EventId>& events) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction, store->Begin());
  ASSIGN_OR_RETURN(const SealedOpenings sealed, vault->Seal(*transaction, openings));
  RETURN_IF_ERROR(transaction->PutOpenings(sealed));
  for (const EventId& event : events) RETURN_IF_ERROR(transaction->ErasePlainOpening(event));
  return transaction->Commit();
}

}  // namespace

absl::StatusOr<uint64_t> SealPlainOpenings(Store* store, OpeningVault* vault) {
  ASSIGN_OR_RETURN(const bool any, store->HasPlainOpenings());
  if (!any) return 0;
  ASSIGN_OR_RETURN(const LogHead head, store->ReadHead(/*gateway=*/""));
  uint64_t count = 0;
  std::vector<NewOpening> openings;
  std::vector<EventId> events;
  for (uint64_t i = 0; i < head.size; ++i) {
    ASSIGN_OR_RETURN(const std::string entry, store->ReadEntry(i));
    v1::AuditLeaf leaf;
    if (entry.empty() || !leaf.ParseFromString(entry.substr(1))) {
      return absl::DataLossError(absl::StrCat("entry ", i, " of the log cannot be read"));
    }
    if (leaf.commitment().empty()) continue;
    const EventId event(leaf.event_id());
    ASSIGN_OR_RETURN(std::string plain, store->ReadPlainOpening(event));
    if (plain.empty()) continue;
    openings.push_back(
        {i, MonthOf(leaf.kind(), absl::FromUnixMicros(leaf.time_us())), std::move(plain)});
    events.push_back(event);
    if (openings.size() < kPlainAtATime) continue;
    RETURN_IF_ERROR(SealSome(store, vault, openings, events));
    count += openings.size();
    openings.clear();
    events.clear();
  }
  events.emplace_back();  // and what belongs to no entry
  RETURN_IF_ERROR(SealSome(store, vault, openings, events));
  RETURN_IF_ERROR(store->WipeTraces());
  return count + openings.size();
}

}  // namespace sluss
