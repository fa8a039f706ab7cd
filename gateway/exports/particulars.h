// The file of what neither policies nor log can know (v1::Particulars, text format).
#ifndef SLUSS_GATEWAY_EXPORTS_PARTICULARS_H_
#define SLUSS_GATEWAY_EXPORTS_PARTICULARS_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/export.pb.h"

namespace sluss {

// An empty path is nothing known. INVALID_ARGUMENT with file, line and column; also where an agency
// is there twice.
absl::StatusOr<v1::Particulars> LoadParticulars(const std::string& path);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_PARTICULARS_H_
