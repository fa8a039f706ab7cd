#include "gateway/crypto/vectors/fields.h"

#include <stdexcept>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/hex.h"

namespace sluss {

const nlohmann::json& AnyField(const nlohmann::json& object,
                               std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    if (HasField(object, name)) return object.at(name);
  }
  throw std::invalid_argument(absl::StrCat("no field `", *names.begin(), "`"));
}

bool HasField(const nlohmann::json& object, const char* name) {
  return object.is_object() && object.contains(name);
}

std::string HexField(const nlohmann::json& object, const char* name) {
  return DecodeHex(object.at(name));
}

SecretBytes SecretField(const nlohmann::json& object, const char* name) {
  return SecretBytes(HexField(object, name), InsecureSecretAccess::Get());
}

std::string DecodeHex(const nlohmann::json& value) {
  absl::StatusOr<std::string> bytes = FromHex(value.get<std::string>());
  if (!bytes.ok()) throw std::invalid_argument(std::string(bytes.status().message()));
  return *std::move(bytes);
}

std::vector<std::string> HexListField(const nlohmann::json& object, const char* name) {
  const nlohmann::json& value = object.at(name);
  std::vector<std::string> list;
  if (value.is_array()) {
    for (const nlohmann::json& item : value) list.push_back(DecodeHex(item));
    return list;
  }
  const std::vector<std::string> parts = absl::StrSplit(value.get<std::string>(), ',');
  for (const std::string& part : parts) list.push_back(DecodeHex(part));
  return list;
}

uint64_t NumberOf(const nlohmann::json& value) {
  if (value.is_number_unsigned()) return value.get<uint64_t>();
  return std::stoull(value.get<std::string>(), nullptr, /*base=*/0);
}

absl::Status ExpectEqual(absl::string_view what, absl::string_view expected,
                         absl::string_view actual) {
  if (expected == actual) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("`", what, "` is ", ToHex(actual), ", expected ", ToHex(expected)));
}

absl::Status Expect(const nlohmann::json& object, const char* name, absl::string_view actual) {
  if (!HasField(object, name)) return absl::OkStatus();
  return ExpectEqual(name, HexField(object, name), actual);
}

absl::Status Expect(const nlohmann::json& object, const char* name, const SecretBytes& actual) {
  return Expect(object, name, actual.Get(InsecureSecretAccess::Get()));
}

}  // namespace sluss
