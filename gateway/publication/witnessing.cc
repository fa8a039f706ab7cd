#include "gateway/publication/witnessing.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/publication/published_files.h"

namespace sluss {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Seconds(1);
constexpr absl::Duration kLongestBackoff = absl::Minutes(5);

std::string EventOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return "witness-cosigns";
    case absl::StatusCode::kFailedPrecondition:
      return "witness-conflict";
    case absl::StatusCode::kPermissionDenied:
      return "witness-lies";
    case absl::StatusCode::kInvalidArgument:
      return "witness-refuses";
    default:
      return "witness-away";
  }
}

const char* EventOf(WitnessAge age) {
  switch (age) {
    case WitnessAge::kInTime:
      return "witnesses-in-time";
    case WitnessAge::kLate:
      return "witnesses-late";
    case WitnessAge::kRefusing:
      return "witnesses-refusing";
  }
  return "";
}

absl::StatusOr<bool> HasQuorum(const StoreView& view, const WitnessPolicy& policy,
                               uint64_t number) {
  ASSIGN_OR_RETURN(const auto rows, view.CosignaturesOf(number));
  std::set<std::string> labels;
  for (const CosignatureRow& row : rows) labels.insert(row.witness);
  return policy.IsQuorum(labels);
}

}  // namespace

absl::StatusOr<std::optional<uint64_t>> NewestCosigned(const StoreView& view,
                                                       const WitnessPolicy& policy) {
  std::optional<uint64_t> newest;
  for (const PolicyWitness& witness : policy.witnesses()) {
    ASSIGN_OR_RETURN(const auto last, view.LastCosignature(witness.key.Label()));
    if (last.has_value()) newest = std::max(newest.value_or(0), last->number);
  }
  if (!newest.has_value()) return std::nullopt;
  for (uint64_t number = *newest + 1; number-- > 0;) {
    ASSIGN_OR_RETURN(const bool quorum, HasQuorum(view, policy, number));
    if (quorum) return number;
  }
  return std::nullopt;
}

Witnessing::Witnessing(WitnessPolicy policy, const WitnessLimits& limits, WitnessingParts parts)
    : policy_(std::move(policy)),
      limits_(limits),
      parts_(std::move(parts)),
      since_(parts_.ledger->clock().Now()) {
  for (const PolicyWitness& witness : policy_.witnesses()) {
    if (witness.url.empty()) continue;
    lines_.push_back(
        std::make_unique<Line>(WitnessFeed(&witness, parts_.store, parts_.ledger, parts_.poster)));
    lines_.back()->witness = &witness;
  }
}

absl::StatusOr<std::unique_ptr<Witnessing>> Witnessing::Create(WitnessPolicy policy,
                                                               const WitnessLimits& limits,
                                                               WitnessingParts parts) {
  std::unique_ptr<Witnessing> witnessing(
      new Witnessing(std::move(policy), limits, std::move(parts)));
  MutexLock lock(&witnessing->mutex_);
  ASSIGN_OR_RETURN(witnessing->quorum_,
                   NewestCosigned(*witnessing->parts_.store, witnessing->policy_));
  for (const auto& line : witnessing->lines_) {
    ASSIGN_OR_RETURN(const auto last,
                     witnessing->parts_.store->LastCosignature(line->witness->key.Label()));
    if (last.has_value()) line->done = last->number;
  }
  return witnessing;
}

absl::Status Witnessing::NextRound(absl::Time now) {
  const bool young = now - round_since_ < limits_.every && now >= round_since_;
  const bool asking =
      std::any_of(lines_.begin(), lines_.end(), [](const auto& line) { return line->asking; });
  if (round_.has_value() && (young || asking)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto newest, parts_.store->LastPublished());
  if (!newest.has_value() || (round_.has_value() && round_->number == newest->number)) {
    return absl::OkStatus();
  }
  round_ = *newest;
  round_since_ = now;
  return absl::OkStatus();
}

void Witnessing::Step(size_t witness) {
  Line* const line = lines_[witness].get();
  PublishedCheckpoint checkpoint;
  const absl::Time now = parts_.ledger->clock().Now();
  {
    MutexLock lock(&mutex_);
    if (!NextRound(now).ok() || !round_.has_value()) return;  // the log's health is told elsewhere
    if (line->done.has_value() && *line->done >= round_->number) return;
    if (now < line->next_try && line->next_try - now <= kLongestBackoff) return;
    checkpoint = *round_;
    line->asking = true;
  }
  const absl::Status status = line->feed.Offer(checkpoint);
  MutexLock lock(&mutex_);
  line->asking = false;
  Answered(line, checkpoint.number, status, parts_.ledger->clock().Now());
}

void Witnessing::Answered(Line* line, uint64_t number, const absl::Status& status, absl::Time now) {
  if (EventOf(status) != EventOf(line->last) || (status.ok() && !line->done.has_value())) {
    parts_.events->Write(EventOf(status), {{"witness", line->witness->name},
                                           {"cause", std::string(status.message())}});
  }
  line->last = status;
  if (!status.ok()) {
    line->backoff = std::clamp(2 * line->backoff, kFirstBackoff, kLongestBackoff);
    line->next_try = now + line->backoff;
    return;
  }
  line->backoff = absl::ZeroDuration();
  line->next_try = absl::InfinitePast();
  line->done = number;
  // Where the store cannot be read now, the next cosignature or start finds the quorum.
  (void)CheckQuorum(number);
  if (parts_.cosigned) parts_.cosigned(number);
}

absl::Status Witnessing::CheckQuorum(uint64_t number) {
  if (quorum_.has_value() && *quorum_ >= number) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool quorum, HasQuorum(*parts_.store, policy_, number));
  if (quorum) quorum_ = number;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<uint64_t>> Witnessing::Shown(const StoreView& view) const {
  {
    MutexLock lock(&mutex_);
    if (quorum_.has_value()) return quorum_;
  }
  return NewestPublished(view);
}

absl::StatusOr<absl::Duration> Witnessing::Waiting(std::optional<uint64_t> quorum) const {
  if (policy_.IsQuorum({})) return absl::ZeroDuration();
  ASSIGN_OR_RETURN(const auto oldest,
                   parts_.store->FindPublished(quorum.has_value() ? *quorum + 1 : 0));
  if (!oldest.has_value()) return absl::ZeroDuration();
  const absl::Time from = quorum.has_value() ? oldest->at : std::max(oldest->at, since_);
  return std::max(parts_.ledger->clock().Now() - from, absl::ZeroDuration());
}

WitnessAge Witnessing::AgeOf(absl::Duration waiting) const {
  if (waiting >= limits_.refuse_after) return WitnessAge::kRefusing;
  return waiting >= limits_.warn_after ? WitnessAge::kLate : WitnessAge::kInTime;
}

absl::StatusOr<WitnessesStanding> Witnessing::Standing() const {
  WitnessesStanding standing;
  std::optional<uint64_t> quorum;
  {
    MutexLock lock(&mutex_);
    quorum = quorum_;
    for (const auto& line : lines_) {
      standing.witnesses.push_back(
          {line->witness->name, line->witness->key.Label(), 0, absl::InfinitePast(), line->last});
    }
  }
  for (WitnessStanding& witness : standing.witnesses) {
    ASSIGN_OR_RETURN(const auto last, parts_.store->LastCosignature(witness.key));
    if (!last.has_value()) continue;
    ASSIGN_OR_RETURN(const auto checkpoint, parts_.store->FindPublished(last->number));
    if (checkpoint.has_value()) witness.size = checkpoint->size;
    witness.at = last->at;
  }
  if (quorum.has_value()) {
    ASSIGN_OR_RETURN(const auto checkpoint, parts_.store->FindPublished(*quorum));
    if (checkpoint.has_value()) standing.size = checkpoint->size;
  }
  ASSIGN_OR_RETURN(standing.waiting, Waiting(quorum));
  standing.age = AgeOf(standing.waiting);
  return standing;
}

absl::Status Witnessing::Watch() {
  std::optional<uint64_t> quorum;
  {
    MutexLock lock(&mutex_);
    quorum = quorum_;
  }
  ASSIGN_OR_RETURN(const absl::Duration waiting, Waiting(quorum));
  MutexLock lock(&mutex_);
  age_ = AgeOf(waiting);
  if (age_ != std::exchange(told_, age_)) {
    parts_.events->Write(EventOf(age_), {{"waiting_seconds", absl::ToInt64Seconds(waiting)},
                                         {"quorum", policy_.Describe()}});
  }
  return absl::OkStatus();
}

absl::Status Witnessing::MayAccept() const {
  MutexLock lock(&mutex_);
  if (age_ != WitnessAge::kRefusing) return absl::OkStatus();
  return absl::UnavailableError(
      "the log's witnesses have not seen it for so long that only duty reports are taken: its "
      "operator finds out with `slussctl witness status` which of them is away; send the message "
      "again later with the same id");
}

}  // namespace sluss
