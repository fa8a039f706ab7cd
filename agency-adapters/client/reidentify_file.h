// The file by which two officers ask who the child of a received message is: NAME.reidentify.json
//
//   {"message": "<32 hex digits, as the native file's name begins>",
//    "legalBasis": "OSL-10-15A",
//    "officers": [{"name": "...", "role": "police-officer", "reason": "...", "weighing": "..."},
//                 {"name": "...", "role": "investigator", "reason": "..."}]}
//
// The legal basis is the request's own, not that of the message; names, reasons and weighings stay
// at the agency. Errors: INVALID_ARGUMENT names the field and quotes nothing.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_REIDENTIFY_FILE_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_REIDENTIFY_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "proto/content.pb.h"

namespace sluss {

inline constexpr absl::string_view kReidentifySuffix = ".reidentify.json";

struct ReidentifyFile {
  MessageId message;
  std::string legal_basis;
  google::protobuf::RepeatedPtrField<v1::OfficerAct> officers;
};

absl::StatusOr<ReidentifyFile> ReadReidentifyFile(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_REIDENTIFY_FILE_H_
