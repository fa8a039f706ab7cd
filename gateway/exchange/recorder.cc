#include "gateway/exchange/recorder.h"

#include <utility>

#include "gateway/base/status_macros.h"

namespace sluss {

Recorder::Recorder(Transaction* store, absl::Time now, Retention retention, std::string gateway,
                   uint64_t first_index, uint64_t counter)
    : store_(store),
      now_(now),
      retention_(retention),
      gateway_(std::move(gateway)),
      first_index_(first_index),
      counter_(counter) {}

absl::Time Recorder::ForgetAt(v1::MessageState state) const {
  // A recall waits for its recipient as long as a message waits to be corrected.
  const bool left = state == v1::ACKNOWLEDGED || state == v1::RECALLED;
  return now_ + (left ? retention_.delivered : retention_.undelivered);
}

absl::StatusOr<Entry> Recorder::Append(const LeafDraft& draft, Proof proof) {
  ASSIGN_OR_RETURN(SealedLeaf sealed, SealLeaf(draft, gateway_, counter_ + 1, now_));
  ++counter_;
  bytes_ += sealed.entry.leaf.size();
  ++tally_[{draft.clear.kind(), draft.clear.verdict()}];
  const Entry entry(sealed.entry.event, first_index_ + entries_.size());
  if (proof == Proof::kWanted) wanted_.push_back(entry.index());
  entries_.push_back(std::move(sealed.entry));
  if (!sealed.opening.empty()) {
    openings_.push_back(
        {entry.index(), MonthOf(draft.clear.kind(), now_), std::move(sealed.opening)});
  }
  return entry;
}

absl::StatusOr<Recorded> Recorder::Record(Decided decided) {
  ASSIGN_OR_RETURN(Entry entry, Append(decided.leaf(), Proof::kWanted));
  return Recorded(std::move(decided), std::move(entry));
}

}  // namespace sluss
