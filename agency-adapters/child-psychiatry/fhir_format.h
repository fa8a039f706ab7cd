// Child psychiatry's native format: FHIR R4 message bundles (README.md in this directory).
#ifndef SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_FHIR_FORMAT_H_
#define SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_FHIR_FORMAT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"
#include "proto/mapping.pb.h"

namespace sluss {

// FAILED_PRECONDITION names what the mapping lacks: the agency, a peer row for itself, a route, the
// purpose and legal basis of each route.
absl::StatusOr<std::unique_ptr<NativeFormat>> MakeFhirFormat(const v1::MappingConfig& mapping);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_FHIR_FORMAT_H_
