#include "gateway/publication/timestamper.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/timestamp.h"
#include "gateway/publication/published_files.h"

namespace sluss {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Seconds(1);
constexpr absl::Duration kLongestBackoff = absl::Minutes(10);

const char* EventOf(TimestampAge age) {
  switch (age) {
    case TimestampAge::kInTime:
      return "timestamps-in-time";
    case TimestampAge::kLate:
      return "timestamps-late";
    case TimestampAge::kRefusing:
      return "timestamps-refusing";
  }
  return "";
}

}  // namespace

Timestamper::Timestamper(TimestamperParts parts, const TimestampLimits& limits)
    : parts_(std::move(parts)), limits_(limits), since_(parts_.ledger->clock().Now()) {}

// By the time at which the last one was published: two stamps a little more than an hour apart
// leave no hour without one.
absl::StatusOr<bool> Timestamper::IsDue() const {
  ASSIGN_OR_RETURN(const auto newest, parts_.store->LastPublished());
  ASSIGN_OR_RETURN(const auto last, parts_.store->LastTimestamp());
  if (!newest.has_value()) return false;
  if (!last.has_value()) return true;
  if (newest->number <= last->checkpoint) return false;
  const absl::Duration since = parts_.clock->Now() - last->at;
  return since >= limits_.every || since < -kMaxTimestampSkew;
}

bool Timestamper::Step() {
  const absl::Time now = parts_.clock->Now();
  if (now < next_try_ && next_try_ - now <= kLongestBackoff) return false;
  const absl::StatusOr<bool> due = IsDue();
  if (!due.ok() || !*due) return false;  // the log's health is told elsewhere
  const absl::Status status = Stamp();
  backoff_ =
      status.ok() ? absl::ZeroDuration() : std::clamp(2 * backoff_, kFirstBackoff, kLongestBackoff);
  next_try_ = now + backoff_;
  MutexLock lock(&mutex_);
  if (status.code() != last_.code()) {
    parts_.events->Write(status.ok() ? "timestamps-resumed" : "timestamps-stopped",
                         {{"cause", std::string(status.message())}});
  }
  last_ = status;
  return status.ok();
}

absl::Status Timestamper::Stamp() {
  ASSIGN_OR_RETURN(const auto newest, parts_.store->LastPublished());
  ASSIGN_OR_RETURN(const auto before, parts_.store->LastTimestamp());
  if (!newest.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string note, CosignedNote(*parts_.store, *newest));
  ASSIGN_OR_RETURN(const std::string request, MakeTimestampRequest(note));
  ASSIGN_OR_RETURN(const HttpReply reply,
                   parts_.poster->Post(parts_.url, "application/timestamp-query", request));
  if (reply.status != 200) return absl::UnavailableError(absl::StrCat("it answers ", reply.status));
  ASSIGN_OR_RETURN(const absl::Time at,
                   VerifyTimestampAnswer(request, reply.body, parts_.authority_pem));
  const absl::Duration skew = at - parts_.clock->Now();
  if (skew > kMaxTimestampSkew || skew < -kMaxTimestampSkew) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the authority's clock is ", absl::FormatDuration(absl::Trunc(skew, absl::Seconds(1))),
        " from this machine's: set the one that is wrong"));
  }
  const TimestampRow row{before.has_value() ? before->number + 1 : 0, newest->number, at, note,
                         reply.body};
  const auto keep = [&](Recorder& recorder) -> absl::Status {
    // Another gateway that shares the store may have been first: one an hour is enough.
    ASSIGN_OR_RETURN(const auto last, recorder.store().LastTimestamp());
    const uint64_t next = last.has_value() ? last->number + 1 : 0;
    return next == row.number ? recorder.store().PutTimestamp(row) : absl::OkStatus();
  };
  return parts_.ledger->Run(keep).status();
}

absl::StatusOr<absl::Duration> Timestamper::Waiting() const {
  ASSIGN_OR_RETURN(const auto last, parts_.store->LastTimestamp());
  ASSIGN_OR_RETURN(const auto oldest,
                   parts_.store->FindPublished(last.has_value() ? last->checkpoint + 1 : 0));
  if (!oldest.has_value()) return absl::ZeroDuration();
  const absl::Time from = last.has_value() ? oldest->at : std::max(oldest->at, since_);
  return std::max(parts_.ledger->clock().Now() - from, absl::ZeroDuration());
}

TimestampAge Timestamper::AgeOf(absl::Duration waiting) const {
  if (waiting >= limits_.refuse_after) return TimestampAge::kRefusing;
  return waiting >= limits_.warn_after ? TimestampAge::kLate : TimestampAge::kInTime;
}

absl::StatusOr<TimestampStanding> Timestamper::Standing() const {
  TimestampStanding standing;
  ASSIGN_OR_RETURN(const auto last, parts_.store->LastTimestamp());
  if (last.has_value()) {
    standing.count = last->number + 1;
    standing.at = last->at;
    ASSIGN_OR_RETURN(const auto checkpoint, parts_.store->FindPublished(last->checkpoint));
    if (checkpoint.has_value()) standing.size = checkpoint->size;
  }
  ASSIGN_OR_RETURN(const absl::Duration waiting, Waiting());
  standing.age = AgeOf(waiting);
  MutexLock lock(&mutex_);
  standing.last = last_;
  return standing;
}

absl::Status Timestamper::Watch() {
  ASSIGN_OR_RETURN(const absl::Duration waiting, Waiting());
  MutexLock lock(&mutex_);
  const TimestampAge age = AgeOf(waiting);
  if (age != std::exchange(age_, age)) {
    parts_.events->Write(EventOf(age), {{"waiting_seconds", absl::ToInt64Seconds(waiting)}});
  }
  return absl::OkStatus();
}

absl::Status Timestamper::MayAccept() const {
  MutexLock lock(&mutex_);
  if (age_ != TimestampAge::kRefusing) return absl::OkStatus();
  return absl::UnavailableError(
      "the log has had no timestamp for so long that only duty reports are taken: its operator "
      "finds out with `slussctl log status` why; send the message again later with the same id");
}

}  // namespace sluss
