// Reads SDK messages: XHE envelope, message, files.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_SDK_READER_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_SDK_READER_H_

#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"
#include "agency-adapters/common/sdk_message.h"
#include "agency-adapters/common/xml_document.h"

namespace sluss {

inline constexpr absl::string_view kXheNamespace =
    "http://docs.oasis-open.org/bdxr/ns/XHE/1/ExchangeHeaderEnvelope";

// Beyond the message's own schema and rules, an envelope must state its federation, process and
// document type, hold one unencrypted payload, and agree with the message inside about sender,
// recipient and function. Every fault is an SdkError that names the element and, once it is known,
// the envelope's id.
absl::StatusOr<SdkEnvelope> ReadSdkEnvelope(const XmlElement& xhe);

// A message without envelope, as DIGG's smallest sample.
absl::StatusOr<SdkMessage> ReadSdkMessage(const XmlElement& payload);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_SDK_READER_H_
