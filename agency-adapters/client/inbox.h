// What this agency received: one record a message id, written before the gateway is told so.
//
// Remembers who, when and how it ended here, never the content: that lies in the agency's own
// system. A message id that has a record is answered as it was answered before and not written
// again. Until the pseudonym has followed, the record keeps the signed part that its hops are
// checked against. Thread-safe: one thread receives, others may read. Errors: those of RecordDir.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_INBOX_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_INBOX_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/record_dir.h"
#include "gateway/base/ids.h"
#include "proto/agency_state.pb.h"

namespace sluss {

class Inbox {
 public:
  // `files` must outlive the result.
  static absl::StatusOr<Inbox> Open(FileSystem* files, const std::string& path);

  // Durable when OK.
  absl::Status Put(const v1::InboxRecord& record) const;
  // NOT_FOUND for a message that never came.
  absl::StatusOr<v1::InboxRecord> Get(const MessageId& id) const;

  // The nym that a consent copy came with binds the consent to one child for this agency.
  absl::Status PutConsentNym(const v1::ConsentNym& nym) const;
  absl::StatusOr<v1::ConsentNym> GetConsentNym(const ConsentId& id) const;

  // What later messages corrected or took back of one, which may come after them.
  absl::Status PutMarkings(const v1::Markings& markings) const;
  absl::StatusOr<v1::Markings> GetMarkings(const MessageId& id) const;

 private:
  Inbox(RecordDir<v1::InboxRecord> records, RecordDir<v1::ConsentNym> nyms,
        RecordDir<v1::Markings> markings)
      : records_(std::move(records)), nyms_(std::move(nyms)), markings_(std::move(markings)) {}

  RecordDir<v1::InboxRecord> records_;
  RecordDir<v1::ConsentNym> nyms_;
  RecordDir<v1::Markings> markings_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_INBOX_H_
