// Files of recorded decisions.
#ifndef SLUSS_POLICY_ANALYSIS_RECORDED_FILE_H_
#define SLUSS_POLICY_ANALYSIS_RECORDED_FILE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "proto/analysis.pb.h"

namespace sluss {

// Calls `visit` for each v1::RecordedDecision of the file, in its order. `*.binpb`: messages each
// after its length (varint), as protobuf's own delimited format has them. Any other name: one JSON
// object a line, empty lines left out; what the facts of a decision need is enough.
// NOT_FOUND names the path; INVALID_ARGUMENT the line, or the number of the message, at fault.
// Never holds more than one message in memory.
absl::Status ReadRecorded(const std::string& path,
                          const std::function<void(const v1::RecordedDecision&)>& visit);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_RECORDED_FILE_H_
