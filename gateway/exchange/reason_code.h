// Machine-readable reasons as the log and other agencies may see them.
#ifndef SLUSS_GATEWAY_EXCHANGE_REASON_CODE_H_
#define SLUSS_GATEWAY_EXCHANGE_REASON_CODE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sluss {

// "created-us" of "`created_us` ...": the field at fault, "malformed" where the text begins with no
// field of the wire format. Never anything that the sender wrote.
std::string RejectionCode(const absl::Status& status);

// The recipient's reason for a refusal if it is one that recipients give, else "other": whatever
// else they write could name a person.
std::string RefusalCode(absl::string_view code);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_REASON_CODE_H_
