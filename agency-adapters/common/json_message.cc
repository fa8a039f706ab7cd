#include "agency-adapters/common/json_message.h"

#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/common/strict_json.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

template <typename Integer>
bool InRange(const Json& json, Integer* value) {
  if (json.is_number_unsigned()) {
    const uint64_t number = json.get<uint64_t>();
    if (number > static_cast<uint64_t>(std::numeric_limits<Integer>::max())) return false;
    *value = static_cast<Integer>(number);
    return true;
  }
  if (!json.is_number_integer()) return false;
  const int64_t number = json.get<int64_t>();
  if (std::is_unsigned_v<Integer> ||
      number < static_cast<int64_t>(std::numeric_limits<Integer>::min())) {
    return false;
  }
  *value = static_cast<Integer>(number);
  return true;
}

// Sets the field, or adds to it where it is repeated.
template <typename Value>
void Put(Message* message, const FieldDescriptor* field, Value value,
         void (Reflection::*set)(Message*, const FieldDescriptor*, Value) const,
         void (Reflection::*add)(Message*, const FieldDescriptor*, Value) const) {
  (message->GetReflection()->*(field->is_repeated() ? add : set))(message, field, std::move(value));
}

absl::Status PutText(const Json& json, const std::string& path, const FieldDescriptor* field,
                     Message* message) {
  if (!json.is_string()) return JsonError(path, "a text is needed");
  std::string text = json.get<std::string>();
  if (field->type() == FieldDescriptor::TYPE_BYTES) {
    std::string bytes;
    if (!absl::Base64Unescape(text, &bytes)) return JsonError(path, "base64 is needed");
    text = std::move(bytes);
  }
  Put(message, field, std::move(text), &Reflection::SetString, &Reflection::AddString);
  return absl::OkStatus();
}

absl::Status PutEnum(const Json& json, const std::string& path, const FieldDescriptor* field,
                     Message* message) {
  const auto* value =
      json.is_string() ? field->enum_type()->FindValueByName(json.get<std::string>()) : nullptr;
  if (value == nullptr) {
    return JsonError(path,
                     absl::StrCat("a name of ", field->enum_type()->name(), " is needed, such as `",
                                  field->enum_type()->value(1)->name(), "`"));
  }
  Put(message, field, value, &Reflection::SetEnum, &Reflection::AddEnum);
  return absl::OkStatus();
}

template <typename Integer>
absl::Status PutInteger(const Json& json, const std::string& path, const FieldDescriptor* field,
                        Message* message,
                        void (Reflection::*set)(Message*, const FieldDescriptor*, Integer) const,
                        void (Reflection::*add)(Message*, const FieldDescriptor*, Integer) const) {
  Integer value = 0;
  if (!InRange(json, &value)) return JsonError(path, "a whole number in range is needed");
  Put(message, field, value, set, add);
  return absl::OkStatus();
}

absl::Status PutValue(const Json& json, const std::string& path, const FieldDescriptor* field,
                      Message* message) {
  const Reflection* reflection = message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return JsonToMessage(json, path,
                           field->is_repeated() ? reflection->AddMessage(message, field)
                                                : reflection->MutableMessage(message, field));
    case FieldDescriptor::CPPTYPE_STRING:
      return PutText(json, path, field, message);
    case FieldDescriptor::CPPTYPE_ENUM:
      return PutEnum(json, path, field, message);
    case FieldDescriptor::CPPTYPE_INT32:
      return PutInteger<int32_t>(json, path, field, message, &Reflection::SetInt32,
                                 &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return PutInteger<int64_t>(json, path, field, message, &Reflection::SetInt64,
                                 &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return PutInteger<uint32_t>(json, path, field, message, &Reflection::SetUInt32,
                                  &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_BOOL:
      if (!json.is_boolean()) return JsonError(path, "`true` or `false` is needed");
      Put(message, field, json.get<bool>(), &Reflection::SetBool, &Reflection::AddBool);
      return absl::OkStatus();
    default:
      return JsonError(path, "has a type that this program does not read");
  }
}

absl::Status PutMap(const Json& json, const std::string& path, const FieldDescriptor* field,
                    Message* message) {
  ASSIGN_OR_RETURN(const JsonObject object, JsonObject::From(json, path));
  for (const auto& [key, value] : json.items()) {
    Message* entry = message->GetReflection()->AddMessage(message, field);
    const auto* type = entry->GetDescriptor();
    entry->GetReflection()->SetString(entry, type->map_key(), key);
    RETURN_IF_ERROR(PutValue(value, object.PlaceOf(key), type->map_value(), entry));
  }
  return absl::OkStatus();
}

absl::Status PutField(const Json& json, const std::string& path, const FieldDescriptor* field,
                      Message* message) {
  if (field->is_map()) return PutMap(json, path, field, message);
  if (!field->is_repeated()) return PutValue(json, path, field, message);
  if (!json.is_array()) return JsonError(path, "a list is needed");
  for (size_t i = 0; i < json.size(); ++i) {
    RETURN_IF_ERROR(PutValue(json[i], absl::StrCat(path, "[", i, "]"), field, message));
  }
  return absl::OkStatus();
}

Ordered ValueToJson(const Message& message, const FieldDescriptor* field, int i) {
  const Reflection& r = *message.GetReflection();
  const bool repeated = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(repeated ? r.GetRepeatedMessage(message, field, i)
                                    : r.GetMessage(message, field));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text =
          repeated ? r.GetRepeatedString(message, field, i) : r.GetString(message, field);
      return field->type() == FieldDescriptor::TYPE_BYTES ? absl::Base64Escape(text) : text;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return (repeated ? r.GetRepeatedEnum(message, field, i) : r.GetEnum(message, field))->name();
    case FieldDescriptor::CPPTYPE_INT32:
      return r.GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_INT64:
      return r.GetInt64(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return r.GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return r.GetBool(message, field);
    default:
      return Json();
  }
}

Ordered MapToJson(const Message& message, const FieldDescriptor* field) {
  const Reflection& reflection = *message.GetReflection();
  std::map<std::string, Ordered> sorted;  // a map of protobuf has no order of its own
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, field, i);
    const auto* type = entry.GetDescriptor();
    sorted[entry.GetReflection()->GetString(entry, type->map_key())] =
        ValueToJson(entry, type->map_value(), 0);
  }
  Ordered object = Ordered::object();
  for (auto& [key, value] : sorted) object[key] = std::move(value);
  return object;
}

}  // namespace

Ordered MessageToJson(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  Ordered object = Ordered::object();
  for (const FieldDescriptor* field : fields) {
    Ordered& value = object[field->name()];
    if (field->is_map()) {
      value = MapToJson(message, field);
    } else if (field->is_repeated()) {
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
        value.push_back(ValueToJson(message, field, i));
      }
    } else {
      value = ValueToJson(message, field, 0);
    }
  }
  return object;
}

absl::Status JsonToMessage(const Json& json, const std::string& path, Message* message) {
  ASSIGN_OR_RETURN(const JsonObject object, JsonObject::From(json, path));
  for (const auto& [name, value] : json.items()) {
    const std::string at = object.PlaceOf(name);
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) {
      return JsonError(at, absl::StrCat("no such field in ", message->GetDescriptor()->name()));
    }
    if (field->containing_oneof() != nullptr &&
        message->GetReflection()->HasOneof(*message, field->containing_oneof())) {
      return JsonError(at, "only one content is allowed here");
    }
    RETURN_IF_ERROR(PutField(value, at, field, message));
  }
  return absl::OkStatus();
}

}  // namespace sluss
