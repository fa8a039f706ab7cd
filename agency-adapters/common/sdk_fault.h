// What is wrong with an SDK message, in the words of SDK's receipts.
//
// The fault travels inside an ordinary status, so that a caller who knows nothing of SDK still
// shows a readable error and a receipt can be written from it later:
//   "BV/invariant 3a94b4ed-a6d7-41e2-945d-b3fa91e8a6e9: `messageHeader/label`: longer than ..."
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_SDK_FAULT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_SDK_FAULT_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sluss {

// Response code and reason of a receipt.
enum class SdkReason {
  kStructure,     // SV structure: not as the schema says
  kInvariant,     // BV invariant: a rule of the message specification is broken
  kDuplicate,     // BV duplicate: the message id was seen before
  kNotFound,      // BV not-found: the functional address is not known
  kNotSupported,  // BV not-supported: a file of a type that is not taken
  kTooLong,       // BV too-long: over 30 MB
  kForbidden,     // BV forbidden: refused by policy or by a malware scanner
};

absl::string_view SdkResponseCode(SdkReason reason);  // "SV" or "BV"
absl::string_view SdkReasonCode(SdkReason reason);    // "structure", ...

struct SdkFault {
  SdkReason reason = SdkReason::kStructure;
  std::string document;  // id of the envelope; empty where it could not be read
  std::string line;      // path of the element, or "NA"
  std::string text;
};

// INVALID_ARGUMENT. Neither path nor text may quote content.
absl::Status SdkError(const SdkFault& fault);

// The fault that SdkError made `message` from; nullopt for any other text.
std::optional<SdkFault> ParseSdkError(absl::string_view message);

// `status` with the envelope's id, where it holds a fault.
absl::Status WithDocument(const absl::Status& status, absl::string_view document);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_SDK_FAULT_H_
