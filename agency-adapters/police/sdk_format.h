// The police's native format: SDK messages in XHE envelopes, both ways, with SDK's receipts.
//
// Out of the police system, the message must carry the file sluss-notification.json (README.md in
// agency-adapters/common): purpose, legal basis, recipient, officers with role and reason,
// categories. JO 682-2014: a person assesses each disclosure, so a message without a named officer
// and a reason is refused, and free text alone never leaves. Errors of Read are SdkErrors wherever
// a receipt can be given for them.
#ifndef SLUSS_AGENCY_ADAPTERS_POLICE_SDK_FORMAT_H_
#define SLUSS_AGENCY_ADAPTERS_POLICE_SDK_FORMAT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"
#include "gateway/base/clock.h"
#include "proto/mapping.pb.h"

namespace sluss {

// INVALID_ARGUMENT names the entry of `config` at fault. `clock` (for the time of receipts and
// notices) must outlive the format.
absl::StatusOr<std::unique_ptr<NativeFormat>> MakeSdkFormat(const v1::MappingConfig& config,
                                                            const Clock* clock = SystemClock());

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_POLICE_SDK_FORMAT_H_
