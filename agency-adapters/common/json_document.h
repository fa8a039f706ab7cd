// The neutral notification as a JSON document: what travels inside formats that have no fields for
// it (SDK), and what any agency's own system may write or read directly.
//
//   {"format": "sluss-notification/1", "notification": {fields of v1.NeutralNotification}}
//   {"format": "sluss-delivered/1", "delivered": {fields of v1.DeliveredNotification}}
//
// The schema is in README.md beside this file. Reading is strict (json_message.h): a field that is
// not known is refused by its name, so nothing that an officer wrote is ever dropped silently.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_JSON_DOCUMENT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_JSON_DOCUMENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/content.pb.h"

namespace sluss {

// The names of the files that carry the documents inside another format.
inline constexpr absl::string_view kNotificationFileName = "sluss-notification.json";
inline constexpr absl::string_view kDeliveredFileName = "sluss-delivered.json";

// A document for people too: indented, fields in the order of the schema, a line break at the end.
std::string WriteNotificationDocument(const v1::NeutralNotification& notification);
std::string WriteDeliveredDocument(const v1::DeliveredNotification& delivered);

absl::StatusOr<v1::NeutralNotification> ReadNotificationDocument(absl::string_view text);
absl::StatusOr<v1::DeliveredNotification> ReadDeliveredDocument(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_JSON_DOCUMENT_H_
