// What this agency sends, from sealing until it is known how it ended.
//
// One record a message, keyed by the message id that was made before the first attempt: whatever
// happens in between, the same id and the same sealed bytes are submitted again, and the gateway
// counts them once. The native file's digest and the agency's own id lead back to the record, so
// that a file dropped twice makes one message.
//
// Holds sealed content only, and the officers' words, which never leave the agency. The sealed
// bytes are emptied when the gateway has answered; the record stays as proof and as memory.
// Thread-safe. Errors: those of RecordDir.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_OUTBOX_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_OUTBOX_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/record_dir.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"
#include "proto/agency_state.pb.h"

namespace sluss {

class Outbox {
 public:
  // Reads every record; DATA_LOSS names one that is damaged. `files` must outlive the result.
  static absl::StatusOr<std::unique_ptr<Outbox>> Open(FileSystem* files, const std::string& path);

  // Durable when OK. ALREADY_EXISTS when the digest or the native id is known. After any other
  // error the caller adds the same native file again, under a new message id if it likes: either
  // that one is taken, or ALREADY_EXISTS tells that the first had reached the disk.
  absl::Status Add(const v1::OutboxRecord& record);
  // Changes one record, alone: the send and the receive path both do. Returns it as it is now.
  absl::StatusOr<v1::OutboxRecord> Modify(const MessageId& id,
                                          const std::function<void(v1::OutboxRecord&)>& change);

  // Removes a record that the gateway will never take (INVALID_ARGUMENT): the agency mends its
  // native record and drops it again under the same id.
  absl::Status Forget(const MessageId& id);

  absl::StatusOr<v1::OutboxRecord> Get(const MessageId& id) const;
  std::optional<MessageId> FindByDigest(absl::string_view native_digest) const;
  // An empty native id is nobody's.
  std::optional<MessageId> FindByNativeId(const std::string& native_id) const;

  // Those with something left to do here: to submit, or answered and not yet reported; oldest
  // first.
  std::vector<MessageId> Unfinished() const;

 private:
  explicit Outbox(RecordDir<v1::OutboxRecord> records) : records_(std::move(records)) {}
  void Index(const v1::OutboxRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Status SettleDoubt() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const RecordDir<v1::OutboxRecord> records_;
  mutable Mutex mutex_;
  std::map<std::string, MessageId> by_digest_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, MessageId> by_native_id_ ABSL_GUARDED_BY(mutex_);
  std::set<std::pair<int64_t, MessageId>> unfinished_ ABSL_GUARDED_BY(mutex_);
  std::optional<MessageId> in_doubt_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_OUTBOX_H_
