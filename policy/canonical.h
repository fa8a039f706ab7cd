// One order for what may be written in any: so that a digest names the content and not the file.
#ifndef SLUSS_POLICY_CANONICAL_H_
#define SLUSS_POLICY_CANONICAL_H_

#include <string>

#include "google/protobuf/message.h"

namespace sluss {

// Repeated names and enums become sorted sets; repeated messages are sorted by their first field
// where that is a string (an id), else by their bytes. Recursive.
void SortCanonically(google::protobuf::Message* message);

// Deterministic bytes of a message that holds no maps.
std::string CanonicalBytes(const google::protobuf::Message& message);

}  // namespace sluss

#endif  // SLUSS_POLICY_CANONICAL_H_
