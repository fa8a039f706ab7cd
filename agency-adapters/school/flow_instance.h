// An Open ePlatform flow instance: what a person filled in, as the platform exports it in XML.
//
//   FlowInstance xmlns="http://www.oeplatform.org/version/2.0/schemas/flowinstance"
//     Header: Flow/FamilyID, FlowInstanceID, Status, [Poster], [Owner*], Posted, [FirstSubmitted]
//     ... Values: <nameGivenByTheFlowsAuthor> QueryID, Name, ( Value* | File* | other leaves ) ...
//
// The elements below Values are each flow's own, so they come out as answers by name and the
// mapping file says what they mean. Tolerated, since the platform writes them: ISO-8859-1 beside
// UTF-8, a malformed or missing XML declaration, a missing Poster. Refused: any DOCTYPE (so no
// entity is ever declared), other encodings, bytes that are not the encoding that the file states.
#ifndef SLUSS_AGENCY_ADAPTERS_SCHOOL_FLOW_INSTANCE_H_
#define SLUSS_AGENCY_ADAPTERS_SCHOOL_FLOW_INSTANCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/common/mapping.h"
#include "agency-adapters/common/native_format.h"

namespace sluss {

struct FlowInstance {
  std::string family_id;         // which form, whatever its version
  std::string flow_instance_id;  // digits
  absl::Time submitted;          // FirstSubmitted, or Posted where nobody has submitted
  // "concernNow" for Value and File below that element; "child/CitizenIdentifier" for another leaf;
  // "Header/Poster" (first and last name) and "Header/Poster/Email".
  std::vector<NativeAnswer> answers;
};

// INVALID_ARGUMENT names the element, RESOURCE_EXHAUSTED the limit. Pure and thread-safe.
absl::StatusOr<FlowInstance> ReadFlowInstance(const NativeFile& file);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_SCHOOL_FLOW_INSTANCE_H_
