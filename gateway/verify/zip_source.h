// A bundle's zip, read in place.
//
// Before anything of it is read, every name is held against the layout of a bundle
// (bundle_layout.h) and refused where it is another: so there is no way out of a directory, no
// absolute name, no two spellings of one, and none twice. Links and encrypted files are refused
// too. Zip64 is read.
#ifndef SLUSS_GATEWAY_VERIFY_ZIP_SOURCE_H_
#define SLUSS_GATEWAY_VERIFY_ZIP_SOURCE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/verify/log_source.h"

namespace sluss {

// INVALID_ARGUMENT says what is wrong with the zip and names the file at fault.
absl::StatusOr<std::unique_ptr<LogSource>> OpenZipSource(const std::string& path);

// The same of bytes, which outlive it.
absl::StatusOr<std::unique_ptr<LogSource>> OpenZipBytes(absl::string_view bytes);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_ZIP_SOURCE_H_
