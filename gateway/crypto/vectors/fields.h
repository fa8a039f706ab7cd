// Reading the fields of a test vector. A fault of the file throws std::exception, as nlohmann::json
// does; the runner turns it into a failed case.
#ifndef SLUSS_GATEWAY_CRYPTO_VECTORS_FIELDS_H_
#define SLUSS_GATEWAY_CRYPTO_VECTORS_FIELDS_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/secret.h"
#include "nlohmann/json.hpp"

namespace sluss {

// The first of `names` that the object has; throws when it has none.
const nlohmann::json& AnyField(const nlohmann::json& object,
                               std::initializer_list<const char*> names);
bool HasField(const nlohmann::json& object, const char* name);

std::string HexField(const nlohmann::json& object, const char* name);
SecretBytes SecretField(const nlohmann::json& object, const char* name);
std::string DecodeHex(const nlohmann::json& value);

// A list of hex values, or one text with commas between them.
std::vector<std::string> HexListField(const nlohmann::json& object, const char* name);

// A number, or text such as "0x20".
uint64_t NumberOf(const nlohmann::json& value);

// That the field, where there is one, holds `actual`.
absl::Status Expect(const nlohmann::json& object, const char* name, absl::string_view actual);
absl::Status Expect(const nlohmann::json& object, const char* name, const SecretBytes& actual);
// The same for two values at hand; `what` is named.
absl::Status ExpectEqual(absl::string_view what, absl::string_view expected,
                         absl::string_view actual);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_VECTORS_FIELDS_H_
