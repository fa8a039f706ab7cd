// SDK receipts (message type response 1): DIGG's profile of UBL ApplicationResponse.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_SDK_RECEIPT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_SDK_RECEIPT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/common/sdk_fault.h"
#include "agency-adapters/common/xml_document.h"

namespace sluss {

inline constexpr absl::string_view kReceiptNamespace =
    "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2";

// ACCEPTED where `fault` is empty, else REJECTED with a line for each fault.
struct SdkReceipt {
  std::string id;  // "KVT-..."
  absl::Time issued;
  std::string sender;           // "0203:domain.example", who gives the receipt
  std::string receiver;         // who sent the message
  std::string document;         // the XHE envelope's id
  std::vector<SdkFault> fault;  // `document` unused

  bool accepted() const { return fault.empty(); }
};

std::string WriteSdkReceipt(const SdkReceipt& receipt);

// INVALID_ARGUMENT names the element: a receipt that is not of this profile, has an unknown code,
// or is REJECTED without saying why. A reason that is not one of SdkReason reads as kInvariant.
absl::StatusOr<SdkReceipt> ReadSdkReceipt(const XmlElement& response);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_SDK_RECEIPT_H_
