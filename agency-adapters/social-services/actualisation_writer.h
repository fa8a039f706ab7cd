// A delivered notification -> what an integrator posts to Lifecare: an actualisation, and the
// documents bound to it.
//
//   <message id>.actualisation.json   body of POST /{municipalityId}/actualisations, but with
//                                     `partyLegalId` for `partyId`: Lifecare's ids of persons are
//                                     its own, and the translation is made inside the agency
//   <message id>.attachments.json     form fields of POST .../attachments, one entry a document
//   <message id>.pdf                  the whole notification for a person to read
//   <message id>.attachment-N.*       files that came with it
//
// All ids are codes of one installation. A code that the mapping lacks is an error that names it:
// an intake under a wrong type is worse than one that waits for its code. Without a named child and
// without an own case there is no actualisation, only documents.
// Source: Sundsvalls kommun, api-service-lifecare-integrator.
#ifndef SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_ACTUALISATION_WRITER_H_
#define SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_ACTUALISATION_WRITER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"
#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss::lifecare {

// FAILED_PRECONDITION names an id that a row of the mapping leaves out.
absl::Status CheckCodes(const v1::LifecareMapping& codes);

// FAILED_PRECONDITION names the purpose or the kind of sender that has no row.
absl::StatusOr<std::vector<NativeFile>> WriteActualisation(
    const v1::DeliveredNotification& delivered, const v1::MappingConfig& mapping);

}  // namespace sluss::lifecare

#endif  // SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_ACTUALISATION_WRITER_H_
