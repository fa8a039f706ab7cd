// The exchange's limits, filled from the gateway's configuration.
#ifndef SLUSS_GATEWAY_EXCHANGE_LIMITS_H_
#define SLUSS_GATEWAY_EXCHANGE_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace sluss {

// How long a message that has ended is remembered, without its content.
struct Retention {
  // Repetitions are answered, the identity can be asked for, it can be corrected.
  absl::Duration delivered = absl::Hours(24 * 365);
  // Denied, stopped, expired, refused. Longer than a message may be old when it is submitted, so
  // that none is taken twice.
  absl::Duration undelivered = absl::Hours(24 * 30);
};

struct ExchangeLimits {
  size_t max_message_bytes = 30 << 20;
  // How far a sender's clock may be off, either way.
  absl::Duration clock_skew = absl::Minutes(5);
  // An unfetched message expires.
  absl::Duration expire = absl::Hours(72);
  // A sender is told to phone when nobody has acknowledged an urgent message for so long, or
  // earlier where a rule asks for it (`acknowledge_within`).
  absl::Duration phone_when_now = absl::Minutes(2);
  absl::Duration phone_when_today = absl::Hours(1);
  uint64_t enrolments_per_day = 20'000;  // an agency
  // From this age a child's own consent is needed.
  uint32_t own_consent_age = 15;
  // From this age up to that one a child's maturity is judged and noted.
  uint32_t maturity_from_age = 12;
  // What a consent is given for at most, from its start and from its registration.
  absl::Duration longest_consent = absl::Hours(24 * 366);
  // How long before its registration it may begin.
  absl::Duration earliest_consent = absl::Hours(24 * 366);
  // Rejected submissions that get an entry of their own in the log, an agency and hour; those
  // beyond are counted in the next one.
  uint32_t rejections_logged_per_hour = 60;
  Retention retention;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_LIMITS_H_
