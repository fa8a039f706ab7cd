// All witnesses of a log together: what is shown to whom, which checkpoint a quorum has seen, and
// how long it is since one did.
//
// One published checkpoint at a time goes round. Another takes its place after `every`, once each
// witness has answered or failed, so that they cosign the same ones. Readers are shown the newest
// that a quorum has cosigned (before the first of these, the newest).
//
// The age that is watched is how long the oldest published checkpoint has waited for a quorum that
// covers it: a quiet log does not grow old. Beyond `warn_after` that is told; beyond `refuse_after`
// no new disclosure is taken, since nobody outside could notice a second history of this log. Duty
// reports are always taken.
#ifndef SLUSS_GATEWAY_PUBLICATION_WITNESSING_H_
#define SLUSS_GATEWAY_PUBLICATION_WITNESSING_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/event_log.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/store.h"
#include "gateway/publication/http_poster.h"
#include "gateway/publication/witness_feed.h"
#include "gateway/tlog/witness_policy.h"

namespace sluss {

struct WitnessLimits {
  absl::Duration every = absl::Seconds(15);
  absl::Duration warn_after = absl::Minutes(10);
  absl::Duration refuse_after = absl::InfiniteDuration();  // never
};

enum class WitnessAge { kInTime, kLate, kRefusing };

struct WitnessStanding {
  std::string name;                      // in the policy
  std::string key;                       // label
  uint64_t size = 0;                     // last cosigned; 0: none
  absl::Time at = absl::InfinitePast();  // when it came here
  absl::Status last;                     // of the last attempt
};

struct WitnessesStanding {
  uint64_t size = 0;  // that a quorum has seen
  absl::Duration waiting = absl::ZeroDuration();
  WitnessAge age = WitnessAge::kInTime;
  std::vector<WitnessStanding> witnesses;
};

// The newest published checkpoint that a quorum has cosigned; nothing where there is none.
absl::StatusOr<std::optional<uint64_t>> NewestCosigned(const StoreView& view,
                                                       const WitnessPolicy& policy);

// What it is joined with; all of it outlives it. `cosigned` hears of each new cosignature.
struct WitnessingParts {
  Ledger* ledger;
  const StoreView* store;  // the ledger's
  HttpPoster* poster;
  EventLog* events;
  std::function<void(uint64_t number)> cosigned;
};

// Thread-safe, but for Step: one thread a witness.
class Witnessing {
 public:
  // Reads what was cosigned before. Errors are the store's.
  static absl::StatusOr<std::unique_ptr<Witnessing>> Create(WitnessPolicy policy,
                                                            const WitnessLimits& limits,
                                                            WitnessingParts parts);

  // How many witnesses are asked: those of the policy that have a URL.
  size_t size() const { return lines_.size(); }
  // Asks the witness if there is anything to ask of it now. Blocks while it does.
  void Step(size_t witness);

  // The number of the checkpoint that readers are shown.
  absl::StatusOr<std::optional<uint64_t>> Shown(const StoreView& view) const;
  absl::StatusOr<WitnessesStanding> Standing() const;
  // Tells in the event log when the age passes a limit, either way. Called now and then.
  absl::Status Watch();
  // UNAVAILABLE beyond `refuse_after`, with the cure.
  absl::Status MayAccept() const;

 private:
  // One witness.
  struct Line {
    explicit Line(WitnessFeed f) : feed(std::move(f)) {}
    WitnessFeed feed;  // of its thread
    const PolicyWitness* witness = nullptr;
    bool asking = false;
    std::optional<uint64_t> done;  // the last that it cosigned
    absl::Time next_try = absl::InfinitePast();
    absl::Duration backoff = absl::ZeroDuration();
    absl::Status last;
  };

  Witnessing(WitnessPolicy policy, const WitnessLimits& limits, WitnessingParts parts);

  absl::Status NextRound(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Answered(Line* line, uint64_t number, const absl::Status& status, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckQuorum(uint64_t number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<absl::Duration> Waiting(std::optional<uint64_t> quorum) const;
  WitnessAge AgeOf(absl::Duration waiting) const;

  const WitnessPolicy policy_;
  const WitnessLimits limits_;
  const WitnessingParts parts_;
  const absl::Time since_;  // of this object: before the first quorum, the age counts from here

  mutable Mutex mutex_;
  std::vector<std::unique_ptr<Line>> lines_;  // each but its feed guarded by mutex_
  std::optional<PublishedCheckpoint> round_ ABSL_GUARDED_BY(mutex_);
  absl::Time round_since_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::optional<uint64_t> quorum_ ABSL_GUARDED_BY(mutex_);
  WitnessAge told_ ABSL_GUARDED_BY(mutex_) = WitnessAge::kInTime;
  WitnessAge age_ ABSL_GUARDED_BY(mutex_) = WitnessAge::kInTime;  // as of the last Watch
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_WITNESSING_H_
