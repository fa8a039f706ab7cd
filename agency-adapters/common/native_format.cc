#include "agency-adapters/common/native_format.h"

#include "absl/strings/str_cat.h"

namespace sluss {

absl::Status CheckNativeSize(const NativeFile& file) {
  if (file.bytes.empty()) {
    return absl::InvalidArgumentError("the record is empty: nothing was written to the file");
  }
  if (file.bytes.size() > kMaxNativeBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the record has ", file.bytes.size(), " bytes and the limit is ", kMaxNativeBytes,
        ": send large attachments by another way and name them in the text"));
  }
  return absl::OkStatus();
}

}  // namespace sluss
