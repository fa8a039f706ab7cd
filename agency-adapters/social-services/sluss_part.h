// The object `sluss` of a Fiks record: why the notification may be sent, and by whom.
#ifndef SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_SLUSS_PART_H_
#define SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_SLUSS_PART_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/common/strict_json.h"
#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss::fiks {

// What every record says: id, purpose, legal basis, recipient, urgency, officers, reply and
// conversation. Leaves the other properties to the readers below and to the caller's Finish.
absl::Status ReadDisclosure(JsonObject& part, const v1::MappingConfig& mapping,
                            v1::NeutralNotification* notification);

// consents, categories, concerns, protectedIdentity, escrowIdentity.
absl::Status ReadConcern(JsonObject& part, v1::NeutralNotification* notification);

// feedback.status, and nothing beside it.
absl::Status ReadFeedback(JsonObject& part, v1::NeutralNotification* notification);

// "opened", "not-opened", "already-running"; "" for a status that is none of the three.
absl::string_view FeedbackCode(v1::FeedbackStatus status);

// The reason given for what feedback does not carry.
inline constexpr absl::string_view kNothingMore =
    "feedback tells one of three statuses and nothing more (SoL 19 kap. 6 §)";

}  // namespace sluss::fiks

#endif  // SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_SLUSS_PART_H_
