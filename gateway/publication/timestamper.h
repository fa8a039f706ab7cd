// Has the log stamped by a timestamping authority, hourly: somebody outside says by when its
// entries were there, so that not even whoever holds the log's key can date them back.
//
// Stamped is the newest published checkpoint, with the cosignatures that it has got; the response
// is verified before it is kept. A log in which nothing is new is not stamped again. Watched, as of
// witnesses, is how long the oldest published checkpoint has waited for a stamp that covers it,
// beyond the hour that each may.
#ifndef SLUSS_GATEWAY_PUBLICATION_TIMESTAMPER_H_
#define SLUSS_GATEWAY_PUBLICATION_TIMESTAMPER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_log.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/store.h"
#include "gateway/publication/http_poster.h"

namespace sluss {

struct TimestampLimits {
  absl::Duration every = absl::Hours(1);
  absl::Duration warn_after = absl::Hours(3);
  absl::Duration refuse_after = absl::InfiniteDuration();  // never
};

// The authority's clock and this machine's may differ by so much.
inline constexpr absl::Duration kMaxTimestampSkew = absl::Minutes(5);

enum class TimestampAge { kInTime, kLate, kRefusing };

struct TimestampStanding {
  uint64_t count = 0;
  uint64_t size = 0;  // of the checkpoint stamped last
  absl::Time at = absl::InfinitePast();
  TimestampAge age = TimestampAge::kInTime;
  absl::Status last;  // of the last attempt
};

// What it is joined with; all of it outlives it.
struct TimestamperParts {
  std::string url;
  std::string authority_pem;  // who certifies the authority's signers
  Ledger* ledger;
  const StoreView* store;  // the ledger's
  HttpPoster* poster;
  const Clock* clock;  // the machine's: what the authority's is compared with
  EventLog* events;
};

// Thread-safe, but for Step: one thread.
class Timestamper {
 public:
  Timestamper(TimestamperParts parts, const TimestampLimits& limits);

  // Asks if it is time. Whether a stamp was kept. Blocks while it asks.
  bool Step();

  absl::StatusOr<TimestampStanding> Standing() const;
  // Tells in the event log when the age passes a limit, either way. Called now and then.
  absl::Status Watch();
  // UNAVAILABLE beyond `refuse_after`, with the cure.
  absl::Status MayAccept() const;

 private:
  absl::StatusOr<bool> IsDue() const;
  absl::Status Stamp();
  absl::StatusOr<absl::Duration> Waiting() const;
  TimestampAge AgeOf(absl::Duration waiting) const;

  const TimestamperParts parts_;
  const TimestampLimits limits_;
  const absl::Time since_;

  // Of the thread.
  absl::Time next_try_ = absl::InfinitePast();
  absl::Duration backoff_ = absl::ZeroDuration();

  mutable Mutex mutex_;
  absl::Status last_ ABSL_GUARDED_BY(mutex_);
  TimestampAge age_ ABSL_GUARDED_BY(mutex_) = TimestampAge::kInTime;  // as of the last Watch
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_TIMESTAMPER_H_
