// Writes SDK messages: XHE envelope, message, files.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_SDK_WRITER_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_SDK_WRITER_H_

#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/common/sdk_message.h"

namespace sluss {

// The envelope's header is taken from `envelope`, sender and recipient from its message; what is
// written is read again first, so that nothing leaves that SDK would reject. FAILED_PRECONDITION
// where the message breaks a rule of SDK, RESOURCE_EXHAUSTED over 30 MB.
absl::StatusOr<std::string> WriteSdkEnvelope(const SdkEnvelope& envelope);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_SDK_WRITER_H_
