// A protobuf message as JSON and back, by its schema.
//
// The form is proto3's JSON mapping with the schema's own field names (snake_case): enums by name,
// bytes in base64, 64-bit integers as JSON numbers; fields that are not set are left out.
// Reading is strict: unknown names, null, wrong types, unknown enum values and two contents of one
// oneof are errors. Every error names the place ("`compartment.NARRATIVE.narrative.why_now`") and
// none quotes a value. Pure and thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_JSON_MESSAGE_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_JSON_MESSAGE_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "nlohmann/json.hpp"

namespace sluss {

nlohmann::ordered_json MessageToJson(const google::protobuf::Message& message);

// Merges `json`, which ParseStrictJson gave, into `message`. `path` goes before the field names in
// errors.
absl::Status JsonToMessage(const nlohmann::json& json, const std::string& path,
                           google::protobuf::Message* message);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_JSON_MESSAGE_H_
