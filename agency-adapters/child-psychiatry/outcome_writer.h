// What became of a message that the care giver sent -> a FHIR message bundle that answers it.
//
// MessageHeader.response names the message and its code: `ok`, `transient-error` (somebody must
// act: phone, send again) or `fatal-error` (it will not pass as it is). An OperationOutcome says
// why, in Swedish for people and with the paragraphs; feedback is a Task.
#ifndef SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_OUTCOME_WRITER_H_
#define SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_OUTCOME_WRITER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"
#include "proto/mapping.pb.h"

namespace sluss::fhir {

// No file where the record had no readable MessageHeader.id: FHIR has no answer to nobody.
// INVALID_ARGUMENT for a feedback without a status. Pure.
absl::StatusOr<std::vector<NativeFile>> WriteOutcome(const SentOutcome& outcome,
                                                     const v1::MappingConfig& mapping);

}  // namespace sluss::fhir

#endif  // SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_OUTCOME_WRITER_H_
