#include "gateway/exchange/recorder.h"

#include <utility>

#include "gateway/base/status_macros.h"

namespace sluss {

Recorder::Recorder(Transaction* store, absl::Time now, std::string gateway, uint64_t first_index,
                   uint64_t counter)
    : store_(store),
      now_(now),
      gateway_(std::move(gateway)),
      first_index_(first_index),
      counter_(counter) {}

absl::StatusOr<Entry> Recorder::Append(const LeafDraft& draft, Proof proof) {
  ASSIGN_OR_RETURN(LogEntry sealed, SealLeaf(draft, gateway_, counter_ + 1, now_));
  ++counter_;
  bytes_ += sealed.leaf.size();
  ++tally_[{draft.clear.kind(), draft.clear.verdict()}];
  const Entry entry(sealed.event, first_index_ + entries_.size());
  if (proof == Proof::kWanted) wanted_.push_back(entry.index());
  entries_.push_back(std::move(sealed));
  return entry;
}

absl::StatusOr<Recorded> Recorder::Record(Decided decided) {
  ASSIGN_OR_RETURN(Entry entry, Append(decided.leaf(), Proof::kWanted));
  return Recorded(std::move(decided), std::move(entry));
}

}  // namespace sluss
