// Social services' native formats: Fiks bekymringsmelding v2 in, a Lifecare actualisation with its
// documents and Fiks v2 out (README.md in this directory).
#ifndef SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_LIFECARE_FORMAT_H_
#define SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_LIFECARE_FORMAT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"
#include "proto/mapping.pb.h"

namespace sluss {

// FAILED_PRECONDITION names what the mapping lacks: the agency, roles, codes, the municipality.
absl::StatusOr<std::unique_ptr<NativeFormat>> MakeLifecareFormat(const v1::MappingConfig& mapping);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_LIFECARE_FORMAT_H_
