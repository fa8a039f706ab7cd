// From a neutral notification to what is sealed: the header that the gateway may see, the parts
// that it may not, and what of the officer's words stays here.
//
// Refuses what no rule could make right: a record that no enrolled officer answers for (nothing is
// forwarded by itself), a category that holds something else than it says, feedback that says more
// than one of the three statuses (SoL 2025:400 19 kap. 6 §). Whether it may be sent is for the
// gateway. Errors: INVALID_ARGUMENT names the neutral field and quotes nothing. Thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_COMPOSE_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_COMPOSE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agency-adapters/client/consent_book.h"
#include "agency-adapters/client/inbox.h"
#include "agency-adapters/client/officer_book.h"
#include "agency-adapters/client/outbox.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/seal.h"
#include "proto/agency_state.pb.h"
#include "proto/content.pb.h"
#include "proto/gateway.pb.h"

namespace sluss {

// Names that the protocol itself gives a meaning; all others are the vocabulary's.
inline constexpr absl::string_view kFeedbackPurpose = "FEEDBACK";
inline constexpr absl::string_view kConsentCopyPurpose = "CONSENT_COPY";
inline constexpr absl::string_view kIdentityCategory = "IDENTITY";
inline constexpr absl::string_view kStatusCategory = "STATUS";

// What a notification may refer to: officers, earlier messages and consents. Borrowed.
struct References {
  const ConsentBook* consents;
  const Outbox* outbox;
  const Inbox* inbox;
  const OfficerBook* officers;
};

struct Composed {
  Outgoing outgoing;  // message_id set
  std::vector<v1::AttestationOpening> openings;
  std::vector<OfficerSigner> signers;  // of the header's attestations, in their order
};

// `age_limits` ascending, as the gateway tells them; `now` dates the header.
absl::StatusOr<Composed> Compose(const v1::NeutralNotification& notification,
                                 const References& references, const AgencySecrets& secrets,
                                 const std::vector<uint32_t>& age_limits, absl::Time now);

// The officers' signatures under a sealed envelope.
void SignAttestations(const std::vector<OfficerSigner>& signers, v1::Envelope* envelope);

// The question that the gateway can answer before anything is sealed.
v1::PreflightRequest PreflightOf(const Composed& composed);

// The interval between two neighbouring limits that holds `age`; below = 0 above the last limit.
v1::AgeInterval IntervalOf(uint32_t age, const std::vector<uint32_t>& limits);

// An earlier message as a native record names it: the agency's own id of what it sent, 32 hex
// digits, or a UUID. INVALID_ARGUMENT names `field`. Whether there is such a message is not
// checked.
absl::StatusOr<MessageId> ResolveMessage(absl::string_view field, const std::string& reference,
                                         const Outbox& outbox);

// INVALID_ARGUMENT unless `content` is one of the three statuses and nothing more.
absl::Status CheckFeedbackContent(const v1::CompartmentContent& content);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_COMPOSE_H_
