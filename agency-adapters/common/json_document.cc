#include "agency-adapters/common/json_document.h"

#include "absl/strings/str_cat.h"
#include "agency-adapters/common/json_message.h"
#include "agency-adapters/common/strict_json.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr char kNotificationFormat[] = "sluss-notification/1";
constexpr char kDeliveredFormat[] = "sluss-delivered/1";
constexpr char kNotification[] = "notification";
constexpr char kDelivered[] = "delivered";

std::string Write(const char* format, const char* name, const google::protobuf::Message& message) {
  nlohmann::ordered_json document;
  document["format"] = format;
  document[name] = MessageToJson(message);
  // A text that is not UTF-8 is shown with U+FFFD: protobuf refuses such text long before.
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

absl::Status Read(absl::string_view text, const char* format, const char* name,
                  google::protobuf::Message* message) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseStrictJson(text));
  ASSIGN_OR_RETURN(JsonObject object, JsonObject::From(document, ""));
  ASSIGN_OR_RETURN(const std::string stated, object.Text("format"));
  if (stated != format) return JsonError("format", absl::StrCat("must be `", format, "`"));
  ASSIGN_OR_RETURN(const JsonObject body, object.Object(name));
  RETURN_IF_ERROR(object.Finish());
  return JsonToMessage(*body.value(), name, message);
}

}  // namespace

std::string WriteNotificationDocument(const v1::NeutralNotification& notification) {
  return Write(kNotificationFormat, kNotification, notification);
}

std::string WriteDeliveredDocument(const v1::DeliveredNotification& delivered) {
  return Write(kDeliveredFormat, kDelivered, delivered);
}

absl::StatusOr<v1::NeutralNotification> ReadNotificationDocument(absl::string_view text) {
  v1::NeutralNotification notification;
  RETURN_IF_ERROR(Read(text, kNotificationFormat, kNotification, &notification));
  return notification;
}

absl::StatusOr<v1::DeliveredNotification> ReadDeliveredDocument(absl::string_view text) {
  v1::DeliveredNotification delivered;
  RETURN_IF_ERROR(Read(text, kDeliveredFormat, kDelivered, &delivered));
  return delivered;
}

}  // namespace sluss
