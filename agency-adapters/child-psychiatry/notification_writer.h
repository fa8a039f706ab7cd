// A delivered notification -> a FHIR message bundle for the care giver's system.
//
// MessageHeader with sender and receiver, Communication with one payload a statement (each with its
// data category and source) and one a file, Patient where the child is named or is known here,
// RelatedPerson for guardians, PractitionerRole and Practitioner for the reporter. Feedback is a
// Task. What was decided, what is to be done and how much was withheld are notes on the
// Communication. Patient.birthDate is never written: nobody sent it.
#ifndef SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_NOTIFICATION_WRITER_H_
#define SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_NOTIFICATION_WRITER_H_

#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"
#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss::fhir {

// INVALID_ARGUMENT when there is no message id of 16 bytes, or a feedback without a status. Pure.
absl::StatusOr<NativeFile> WriteNotification(const v1::DeliveredNotification& delivered,
                                             const v1::MappingConfig& mapping);

}  // namespace sluss::fhir

#endif  // SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_NOTIFICATION_WRITER_H_
