// Results for the agency's own system: files whose names a second writing meets again.
//
// Every file is "<message id or digest, hex>-[<event>-]<name the format gave>", so that after a
// crash the same result replaces itself. Written whole or not at all. Thread-safe.
// Errors: FAILED_PRECONDITION "`content`: ..." for what the format cannot express;
// RESOURCE_EXHAUSTED or INTERNAL for the directory.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_NATIVE_OUT_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_NATIVE_OUT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/durable_dir.h"
#include "agency-adapters/common/native_format.h"
#include "proto/notification.pb.h"

namespace sluss {

class NativeOut {
 public:
  // `files` and `format` must outlive the result.
  static absl::StatusOr<NativeOut> Open(FileSystem* files, const std::string& path,
                                        const NativeFormat* format);

  absl::Status WriteDelivered(const v1::DeliveredNotification& delivered) const;
  // `key` is hex: the message id, or the native file's digest before there is one.
  absl::Status WriteOutcome(absl::string_view key, const SentOutcome& outcome) const;
  // A small file of our own, alike for all agencies: "<key>.<what>.json".
  absl::Status WriteJson(absl::string_view key, absl::string_view what,
                         absl::string_view json) const;
  // A page that a person prints: "<key>.<what>.html".
  absl::Status WritePage(absl::string_view key, absl::string_view what,
                         absl::string_view html) const;

  // The proof that the log tells of it, for the agency's diary: "<key>.<what>.tlog-proof". It stays
  // when the rest is destroyed.
  absl::Status WriteReceipt(absl::string_view key, absl::string_view what,
                            const v1::LogReceipt& receipt) const;

  // What was written for a message and still lies here: the agency's own system has not taken it.
  absl::StatusOr<std::vector<std::string>> FilesOf(absl::string_view key) const;
  // Removes them; whether all were still there.
  absl::StatusOr<bool> Destroy(absl::string_view key) const;

 private:
  NativeOut(DurableDir directory, const NativeFormat* format)
      : directory_(std::move(directory)), format_(format) {}
  absl::Status PutAll(absl::string_view prefix, const std::vector<NativeFile>& files) const;

  DurableDir directory_;
  const NativeFormat* format_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_NATIVE_OUT_H_
