#include "gateway/openings/stored_openings.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/openings/sealing.h"

namespace sluss {
namespace {

constexpr size_t kRecentGroups = 16;

}  // namespace

StoredOpenings::StoredOpenings(const StoreView* view, const MonthKeys* keys, std::string origin)
    : view_(view), keys_(keys), origin_(std::move(origin)) {}

void StoredOpenings::Forget() {
  MutexLock lock(&mutex_);
  recent_.clear();
  ++forgotten_;
}

absl::StatusOr<StoredOpenings::Key> StoredOpenings::KeyOf(const OpeningGroupRow& group) const {
  uint64_t forgotten = 0;
  {
    MutexLock lock(&mutex_);
    for (const auto& [wrapped, key] : recent_) {
      if (wrapped == group.wrapped_key) return key;
    }
    forgotten = forgotten_;
  }
  ASSIGN_OR_RETURN(const SecretBytes month_key, keys_->Read(group.month));
  ASSIGN_OR_RETURN(SecretBytes unwrapped, UnwrapGroupKey(month_key, origin_, group));
  const Key key = std::make_shared<const SecretBytes>(std::move(unwrapped));
  MutexLock lock(&mutex_);
  // Not one that was destroyed while it was unwrapped.
  if (forgotten != forgotten_) return key;
  recent_.emplace_front(group.wrapped_key, key);
  if (recent_.size() > kRecentGroups) recent_.pop_back();
  return key;
}

absl::StatusOr<v1::AuditOpening> StoredOpenings::OpenKept(const KeptOpening& kept) const {
  ASSIGN_OR_RETURN(const Key key, KeyOf(kept.group));
  ASSIGN_OR_RETURN(const std::string bytes,
                   OpenSealed(*key, origin_, kept.group.month, kept.opening));
  v1::AuditOpening opening;
  if (opening.ParseFromString(bytes)) return opening;
  return absl::DataLossError(
      absl::StrCat("what opens entry ", kept.opening.index, " cannot be read"));
}

absl::StatusOr<std::optional<v1::AuditOpening>> StoredOpenings::Open(uint64_t index) const {
  ASSIGN_OR_RETURN(const std::optional<KeptOpening> kept, view_->ReadOpening(index));
  if (!kept.has_value()) return std::nullopt;
  absl::StatusOr<v1::AuditOpening> opened = OpenKept(*kept);
  if (opened.ok()) return *std::move(opened);
  if (!absl::IsNotFound(opened.status())) return opened.status();
  // The key is gone: was it erased between the two looks?
  ASSIGN_OR_RETURN(const std::optional<KeptOpening> again, view_->ReadOpening(index));
  if (!again.has_value()) return std::nullopt;
  return absl::DataLossError(absl::StrCat("what opens entry ", index,
                                          " has no key: ", opened.status().message(),
                                          "; put the directory of keys back from its own backup"));
}

}  // namespace sluss
