// Whether a consent record is complete enough to be kept.
#ifndef SLUSS_GATEWAY_EXCHANGE_CONSENT_CHECK_H_
#define SLUSS_GATEWAY_EXCHANGE_CONSENT_CHECK_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/exchange/limits.h"
#include "policy/policy_set.h"
#include "proto/notification.pb.h"

namespace sluss {

// INVALID_ARGUMENT; the text begins with the field at fault. That a guardian is missing or refused
// is no fault of the record: it is kept, and whoever cites it is denied. What it says of other
// consents is looked at where it is registered (register_consent.h). Pure; thread-safe.
absl::Status CheckConsentRecord(const v1::ConsentRecord& record, const PolicySet& policy,
                                const KeyDirectory& directory, absl::Time now,
                                const ExchangeLimits& limits);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_CONSENT_CHECK_H_
