// What a verified and opened notification looks like to the agency's own format.
//
// Pure. Errors: INVALID_ARGUMENT names the compartment at fault.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_DELIVERED_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_DELIVERED_H_

#include "absl/status/statusor.h"
#include "gateway/crypto/open.h"
#include "proto/content.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

// Refuses a compartment that does not parse, an identity anywhere but in IDENTITY, feedback that is
// more than one of its three statuses, and an obligation of an unknown kind. The register's case is
// the caller's to add.
absl::StatusOr<v1::DeliveredNotification> DeliveredFrom(const Opened& opened,
                                                        const v1::Decision& decision);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_DELIVERED_H_
