// Recorded decisions decided again under another set, or under the same one.
#ifndef SLUSS_POLICY_ANALYSIS_REPLAY_H_
#define SLUSS_POLICY_ANALYSIS_REPLAY_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "policy/outcome.h"
#include "policy/policy_set.h"
#include "policy/vocabulary.h"
#include "proto/analysis.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

struct ReplayOptions {
  size_t most_listed = 100;  // differences that are listed; all are counted
  // Whether what was decided by this very set is decided again in full and compared byte by byte.
  // Where not, it is compared like the rest: categories, obligations and duty.
  bool bytes = true;
};

// Counts one decision after the other; a recorded day stays the day that is decided on. Each
// notification is decided as a whole. Not thread-safe; the set must outlive it.
class Replayer {
 public:
  Replayer(const PolicySet& set, const ReplayOptions& options) : set_(set), options_(options) {}

  void Add(const v1::RecordedDecision& recorded);
  // What was counted so far, with its summary.
  v1::Replay Result() const;

 private:
  // Decides about the facts: `passed`, and what it brings with it. False where the set does not
  // understand them, which passes nothing.
  bool DecideNow(const v1::Facts& facts);
  bool Passes(absl::string_view category) const;
  bool SameBytes(const v1::RecordedDecision& recorded) const;
  void List(const v1::RecordedDecision& recorded, v1::ReplayDifference difference);

  const PolicySet& set_;
  const ReplayOptions options_;
  v1::Replay replay_;
  Mask passed_ = 0;  // of the last DecideNow
  bool duty_ = false;
  Outcome outcome_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_REPLAY_H_
