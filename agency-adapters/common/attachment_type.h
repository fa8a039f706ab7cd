// Names and types of attached files.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_ATTACHMENT_TYPE_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_ATTACHMENT_TYPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sluss {

// What follows the last '/' or '\': a file name from elsewhere never chooses a directory. "file"
// where nothing is left, or only dots.
std::string BaseName(absl::string_view path);

// The media type by the name's ending, "application/octet-stream" for one that is not known. A
// claim by the sender, not a look into the file.
absl::string_view ContentTypeOf(absl::string_view file_name);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_ATTACHMENT_TYPE_H_
