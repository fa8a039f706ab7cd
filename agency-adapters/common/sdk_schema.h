// The structure and the rules of DIGG's SDK message, version 3.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_SDK_SCHEMA_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_SDK_SCHEMA_H_

#include "absl/status/status.h"
#include "agency-adapters/common/xml_document.h"

namespace sluss {

// Checks a `messagePayload` as the published XSD does (elements, order, number, types: fault SV
// structure) and then as the published Schematron does (fault BV invariant, sdk_fault.h). The first
// fault is returned, with the path of its element.
absl::Status CheckSdkPayload(const XmlElement& payload);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_SDK_SCHEMA_H_
