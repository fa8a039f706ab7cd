#include "agency-adapters/client/inbox.h"

#include "gateway/base/status_macros.h"

namespace sluss {

absl::StatusOr<Inbox> Inbox::Open(FileSystem* files, const std::string& path) {
  ASSIGN_OR_RETURN(auto records, RecordDir<v1::InboxRecord>::Open(files, path));
  ASSIGN_OR_RETURN(auto nyms, RecordDir<v1::ConsentNym>::Open(files, path + "/consents"));
  ASSIGN_OR_RETURN(auto markings, RecordDir<v1::Markings>::Open(files, path + "/markings"));
  return Inbox(std::move(records), std::move(nyms), std::move(markings));
}

absl::Status Inbox::Put(const v1::InboxRecord& record) const {
  return records_.Put(record.message_id(), record);
}

absl::StatusOr<v1::InboxRecord> Inbox::Get(const MessageId& id) const {
  return records_.Get(id.value());
}

absl::Status Inbox::PutConsentNym(const v1::ConsentNym& nym) const {
  return nyms_.Put(nym.consent_id(), nym);
}

absl::StatusOr<v1::ConsentNym> Inbox::GetConsentNym(const ConsentId& id) const {
  return nyms_.Get(id.value());
}

absl::Status Inbox::PutMarkings(const v1::Markings& markings) const {
  return markings_.Put(markings.message_id(), markings);
}

absl::StatusOr<v1::Markings> Inbox::GetMarkings(const MessageId& id) const {
  return markings_.Get(id.value());
}

}  // namespace sluss
