// Puts the field at fault in front of an error.
#ifndef SLUSS_GATEWAY_CRYPTO_FIELD_ERROR_H_
#define SLUSS_GATEWAY_CRYPTO_FIELD_ERROR_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace sluss {

// "`nym_proof`: proof does not verify", the code unchanged; OK stays OK.
inline absl::Status AtField(absl::string_view field, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat("`", field, "`: ", status.message()));
}

template <typename T>
absl::StatusOr<T> AtField(absl::string_view field, absl::StatusOr<T> result) {
  if (result.ok()) return result;
  return AtField(field, result.status());
}

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_FIELD_ERROR_H_
