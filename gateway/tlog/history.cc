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
        open_[leaf.message_id()] = leaf.recipient();
      }
      break;
    case v1::DELIVERY:
      if (const auto decided = open_.find(leaf.message_id()); decided == open_.end()) {
        return absl::InvalidArgumentError(
            "it is the delivery of a message that no decision before it permits");
      } else if (decided->second != leaf.recipient()) {
        return absl::InvalidArgumentError(absl::StrCat("it is a delivery to `", leaf.recipient(),
                                                       "` of a message that was decided for `",
                                                       decided->second, "`"));
      }
      break;
    case v1::PHONE_NOTICE:
      if (open_.find(leaf.message_id()) == open_.end()) {
        return absl::InvalidArgumentError(
            "it tells the sender of a message to phone that is not under way");
      }
      break;
    case v1::DELIVERY_DENIED:
    case v1::ACKNOWLEDGEMENT:
    case v1::REFUSAL:
    case v1::EXPIRY:
    case v1::STOP:
    case v1::RECALL:
      open_.erase(leaf.message_id());
      break;
    default:
      break;
  }
  return absl::OkStatus();
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
