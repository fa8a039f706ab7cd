#include "gateway/tlog/history.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kLeafVersion("\x01", 1);
constexpr size_t kEventIdBytes = 16;

}  // namespace

absl::StatusOr<v1::AuditLeaf> ParseEntry(absl::string_view entry) {
  v1::AuditLeaf leaf;
  if (!absl::ConsumePrefix(&entry, kLeafVersion) ||
      !leaf.ParseFromArray(entry.data(), static_cast<int>(entry.size())) ||
      leaf.event_id().size() != kEventIdBytes || leaf.gateway().empty() ||
      leaf.kind() == v1::RECORD_KIND_UNSPECIFIED) {
    return absl::InvalidArgumentError("it is not a record of the disclosure log");
  }
  if (!v1::RecordKind_IsValid(leaf.kind())) {
    return absl::InvalidArgumentError(
        absl::StrCat("it is of kind ", leaf.kind(), ", which only a newer verifier knows"));
  }
  return leaf;
}

absl::Status History::Add(absl::string_view entry) {
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ParseEntry(entry));
  RETURN_IF_ERROR(CheckCounter(leaf));
  RETURN_IF_ERROR(CheckTime(leaf));
  RETURN_IF_ERROR(FollowMessage(leaf));
  RETURN_IF_ERROR(FollowKeys(leaf));
  ++entries_;
  ++kinds_[v1::RecordKind_Name(leaf.kind())];
  return absl::OkStatus();
}

absl::Status History::CheckCounter(const v1::AuditLeaf& leaf) {
  const uint64_t expected = ++counters_[leaf.gateway()];
  if (leaf.counter() == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("it is number ", leaf.counter(), " of `",
                                                 leaf.gateway(), "`, where number ", expected,
                                                 " must follow"));
}

absl::Status History::CheckTime(const v1::AuditLeaf& leaf) {
  if (kinds_.empty()) first_us_ = latest_us_ = leaf.time_us();
  const absl::Duration back = absl::Microseconds(latest_us_) - absl::Microseconds(leaf.time_us());
  if (back > kMaxClockStep) {
    return absl::InvalidArgumentError(
        absl::StrCat("it is ", absl::FormatDuration(back), " older than an entry before it"));
  }
  latest_us_ = std::max(latest_us_, leaf.time_us());
  return absl::OkStatus();
}

absl::Status History::FollowMessage(const v1::AuditLeaf& leaf) {
  switch (leaf.kind()) {
    case v1::DECISION:
      if (leaf.verdict() == "PERMIT" || leaf.verdict() == "PARTIAL") {
        open_[leaf.message_id()] = {leaf.recipient(), entries_, leaf.time_us()};
      }
      return absl::OkStatus();
    case v1::DELIVERY:
      return FollowDelivery(leaf);
    case v1::PHONE_NOTICE:
      if (open_.contains(leaf.message_id())) return absl::OkStatus();
      return absl::InvalidArgumentError(
          "it tells the sender of a message to phone that is not under way");
    case v1::REFUSAL:  // also of the pseudonym that follows what was acknowledged
      open_.erase(leaf.message_id());
      return absl::OkStatus();
    case v1::ACKNOWLEDGEMENT:
    case v1::DELIVERY_DENIED:
    case v1::EXPIRY:
    case v1::STOP:
    case v1::RECALL:
      return FollowEnd(leaf);
    default:
      return absl::OkStatus();
  }
}

absl::Status History::FollowDelivery(const v1::AuditLeaf& leaf) {
  const auto open = open_.find(leaf.message_id());
  if (open == open_.end()) {
    return absl::InvalidArgumentError(
        "it is the delivery of a message that no decision before it permits");
  }
  if (open->second.recipient != leaf.recipient()) {
    return absl::InvalidArgumentError(absl::StrCat("it is a delivery to `", leaf.recipient(),
                                                   "` of a message that was decided for `",
                                                   open->second.recipient, "`"));
  }
  open->second.delivered = true;
  return absl::OkStatus();
}

absl::Status History::FollowEnd(const v1::AuditLeaf& leaf) {
  const auto open = open_.find(leaf.message_id());
  if (open == open_.end()) {
    const bool late = leaf.kind() == v1::ACKNOWLEDGEMENT && late_.erase(leaf.message_id()) > 0;
    if (late) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("it is the ", v1::RecordKind_Name(leaf.kind()),
                     " of a message that no decision before it permits, or that had ended"));
  }
  if (leaf.kind() == v1::ACKNOWLEDGEMENT && !open->second.delivered) {
    return absl::InvalidArgumentError(
        "it is the ACKNOWLEDGEMENT of a message that was not delivered");
  }
  const bool may_be_late = leaf.kind() == v1::EXPIRY || leaf.kind() == v1::DELIVERY_DENIED;
  if (may_be_late && open->second.delivered) late_.insert(leaf.message_id());
  open_.erase(open);
  return absl::OkStatus();
}

absl::Status History::Finish() const {
  const Open* oldest = nullptr;
  for (const auto& [message, open] : open_) {
    if (oldest == nullptr || open.entry < oldest->entry) oldest = &open;
  }
  if (oldest == nullptr || absl::Microseconds(latest_us_ - oldest->time_us) <= kLongestUnderWay) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("entry ", oldest->entry,
                                          ": what it permits has had no outcome for more than ",
                                          absl::ToInt64Hours(kLongestUnderWay) / 24, " days"));
}

absl::Status History::FollowKeys(const v1::AuditLeaf& leaf) {
  if (leaf.kind() != v1::KEY_CHANGE) return absl::OkStatus();
  std::optional<KeyChange> change = ParseKeyChange(leaf, entries_);
  if (!change.has_value()) {
    return absl::InvalidArgumentError("it is a change of keys that names no key");
  }
  key_changes_.push_back(*std::move(change));
  return absl::OkStatus();
}

}  // namespace sluss
