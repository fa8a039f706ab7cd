#include "agency-adapters/client/native_out.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/common/outcome_text.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/kept_receipts.h"

namespace sluss {
namespace {

// What tells the agency that a message was called back; it stays.
constexpr absl::string_view kRecallNotice = ".recall.json";

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

absl::Status NativeOut::WritePage(absl::string_view key, absl::string_view what,
                                  absl::string_view html) const {
  return OwnFault(directory_.Put(absl::StrCat(key, ".", what, ".html"), html));
}

absl::Status NativeOut::WriteReceipt(absl::string_view key, absl::string_view what,
                                     const v1::LogReceipt& receipt) const {
  ASSIGN_OR_RETURN(const std::string file, ReceiptFile(receipt));
  return OwnFault(directory_.Put(absl::StrCat(key, ".", what, kReceiptSuffix), file));
}

absl::StatusOr<std::vector<std::string>> NativeOut::FilesOf(absl::string_view key) const {
  const absl::StatusOr<std::vector<DirectoryEntry>> entries = directory_.List();
  RETURN_IF_ERROR(OwnFault(entries.status()));
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : *entries) {
    const bool of_key = absl::StartsWith(entry.name, absl::StrCat(key, "-")) ||
                        absl::StartsWith(entry.name, absl::StrCat(key, "."));
    const bool stays = entry.name == absl::StrCat(key, kRecallNotice) ||
                       absl::EndsWith(entry.name, kReceiptSuffix);
    if (of_key && !stays) names.push_back(entry.name);
  }
  return names;
}

absl::StatusOr<bool> NativeOut::Destroy(absl::string_view key) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, FilesOf(key));
  bool all = true;
  for (const std::string& name : names) {
    const absl::Status removed = directory_.Remove(name);
    all = all && removed.ok();
    if (!absl::IsNotFound(removed)) RETURN_IF_ERROR(OwnFault(removed));
  }
  return all;
}

}  // namespace sluss
