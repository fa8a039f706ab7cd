#include "agency-adapters/client/native_out.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/common/outcome_text.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

// A directory that cannot be written is this agency's trouble and never a fault of the message.
absl::Status OwnFault(const absl::Status& status) {
  if (status.ok() || absl::IsResourceExhausted(status)) return status;
  return absl::InternalError(status.message());
}

// What the agency's format cannot express is a fault of the message, told as one.
absl::Status FormatFault(const absl::Status& status) {
  if (status.ok()) return status;
  return absl::FailedPreconditionError(absl::StrCat("`content`: ", status.message()));
}

}  // namespace

absl::StatusOr<NativeOut> NativeOut::Open(FileSystem* files, const std::string& path,
                                          const NativeFormat* format) {
  ASSIGN_OR_RETURN(DurableDir directory, DurableDir::Open(files, path, kGroupReadable));
  return NativeOut(std::move(directory), format);
}

absl::Status NativeOut::PutAll(absl::string_view prefix,
                               const std::vector<NativeFile>& files) const {
  for (const NativeFile& file : files) {
    const std::string name =
        absl::StartsWith(file.name, prefix) ? file.name : absl::StrCat(prefix, "-", file.name);
    RETURN_IF_ERROR(OwnFault(directory_.Put(name, file.bytes)));
  }
  return absl::OkStatus();
}

absl::Status NativeOut::WriteDelivered(const v1::DeliveredNotification& delivered) const {
  const absl::StatusOr<std::vector<NativeFile>> files = format_->Write(delivered);
  RETURN_IF_ERROR(FormatFault(files.status()));
  return PutAll(ToHex(delivered.message_id()), *files);
}

absl::Status NativeOut::WriteOutcome(absl::string_view key, const SentOutcome& outcome) const {
  const absl::StatusOr<std::vector<NativeFile>> files = format_->WriteOutcome(outcome);
  RETURN_IF_ERROR(FormatFault(files.status()));
  return PutAll(absl::StrCat(key, "-", EventName(outcome.event)), *files);
}

absl::Status NativeOut::WriteJson(absl::string_view key, absl::string_view what,
                                  absl::string_view json) const {
  return OwnFault(directory_.Put(absl::StrCat(key, ".", what, ".json"), json));
}

}  // namespace sluss
