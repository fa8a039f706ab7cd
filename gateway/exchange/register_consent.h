// Registering a consent, with what it says of earlier ones: that it replaces one, or that it
// contradicts some; and the officer's decision between two that contradict each other.
//
// Replaces: the same agency, the same purpose, the newest version, and a proof that it is the same
// child. From then on a citation of any earlier version is worth no more than the newest permits.
//
// Contradicts: any party of the other consent may say so, since it could take that consent back as
// well; where it deposited both, it proves that they are for the same child. Until an officer has
// decided, a citation of either is worth what both permit: the stricter one holds.
#ifndef SLUSS_GATEWAY_EXCHANGE_REGISTER_CONSENT_H_
#define SLUSS_GATEWAY_EXCHANGE_REGISTER_CONSENT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/recorder.h"
#include "gateway/exchange/store.h"
#include "policy/policy_set.h"
#include "proto/gateway.pb.h"

namespace sluss {

// A record whose deposit, content and links hold.
struct Registration {
  AgencyId caller;
  v1::ConsentRecord record;
  std::string bytes;        // as signed
  std::string deposit_key;  // the joint key of the deposit, encoded
};

// Whether the consents that the record names are there, concern the caller and are, by proof where
// there can be one, for the same child. INVALID_ARGUMENT or PERMISSION_DENIED names the field.
absl::Status CheckLinks(const v1::RegisterConsentRequest& request, const v1::ConsentRecord& record,
                        const AgencyId& caller, const KeyDirectory& directory,
                        const StoreView& view);

struct Registered {
  absl::Status refusal;
  v1::RegisterConsentResponse response;  // all but the receipt
  std::optional<uint64_t> recorded_before;
};

// A unit of work: CONSENT entry, the row, the links, and what they do to messages in flight under
// the earlier consents, all at once. The same bytes again are answered from the first time.
absl::Status ApplyRegistration(Recorder& recorder, const Registration& registration,
                               const PolicySet& policy, const ExchangeLimits& limits,
                               Registered* result);

struct ConsentDecision {
  std::string official;  // "officer/anna"
  ConsentId stands;
  ConsentId falls;
  std::string reason_digest;  // 32 bytes
};

absl::StatusOr<ConsentDecision> ParseConsentDecision(absl::string_view official,
                                                     const v1::DecideConsentRequest& request);

struct DecidedConsent {
  absl::Status refusal;
  v1::DecideConsentResponse response;  // all but the receipt
};

// A unit of work: CONSENT_DECISION entry; `falls` ends as if it were withdrawn, and `stands` is
// judged by itself again. Nobody's no is decided away: FAILED_PRECONDITION where `falls` holds a
// refusal.
absl::Status ApplyConsentDecision(Recorder& recorder, const ConsentDecision& decision,
                                  const PolicySet& policy, const ExchangeLimits& limits,
                                  DecidedConsent* result);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_REGISTER_CONSENT_H_
