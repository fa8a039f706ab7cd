// Register enrolment: the gateway's share of it, counted before it is given.
#ifndef SLUSS_GATEWAY_EXCHANGE_ENROLMENT_H_
#define SLUSS_GATEWAY_EXCHANGE_ENROLMENT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/ledger.h"

namespace sluss {

// Takes `count` evaluations off the agency's budget of the Swedish day, durably, with an ENROLMENT
// entry that holds the number only. What is left of the day. RESOURCE_EXHAUSTED, with what is left,
// when it is too little; then nothing is taken.
absl::StatusOr<uint64_t> TakeEnrolments(Ledger& ledger, const AgencyId& agency, uint64_t count,
                                        uint64_t per_day);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_ENROLMENT_H_
