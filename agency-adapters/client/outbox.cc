#include "agency-adapters/client/outbox.h"

#include <utility>

#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

bool HasWorkLeft(const v1::OutboxRecord& record) {
  return record.state() == v1::TO_SUBMIT || !record.reported();
}

std::optional<MessageId> Find(const std::map<std::string, MessageId>& index,
                              const std::string& key) {
  const auto found = index.find(key);
  if (found == index.end()) return std::nullopt;
  return found->second;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Outbox>> Outbox::Open(FileSystem* files, const std::string& path) {
  ASSIGN_OR_RETURN(auto records, RecordDir<v1::OutboxRecord>::Open(files, path));
  ASSIGN_OR_RETURN(const std::vector<v1::OutboxRecord> all, records.All());
  std::unique_ptr<Outbox> outbox(new Outbox(std::move(records)));
  MutexLock lock(&outbox->mutex_);
  for (const v1::OutboxRecord& record : all) outbox->Index(record);
  return outbox;
}

void Outbox::Index(const v1::OutboxRecord& record) {
  const MessageId id(record.message_id());
  by_digest_.emplace(record.native_digest(), id);
  if (!record.native_id().empty()) by_native_id_.emplace(record.native_id(), id);
  const std::pair<int64_t, MessageId> key(record.header().created_us(), id);
  if (HasWorkLeft(record)) {
    unfinished_.insert(key);
  } else {
    unfinished_.erase(key);
  }
}

// A write that failed may have reached the disk all the same. Sealing the native file anew would
// then make a second message of it, so the doubt is settled before anything else is added.
absl::Status Outbox::SettleDoubt() {
  if (!in_doubt_.has_value()) return absl::OkStatus();
  const absl::StatusOr<v1::OutboxRecord> found = records_.Get(in_doubt_->value());
  if (found.ok()) {
    RETURN_IF_ERROR(records_.Put(in_doubt_->value(), *found));  // synced for certain now
    Index(*found);
  } else if (!absl::IsNotFound(found.status())) {
    return found.status();
  }
  in_doubt_.reset();
  return absl::OkStatus();
}

absl::Status Outbox::Add(const v1::OutboxRecord& record) {
  MutexLock lock(&mutex_);
  RETURN_IF_ERROR(SettleDoubt());
  if (Find(by_digest_, record.native_digest()) ||
      (!record.native_id().empty() && Find(by_native_id_, record.native_id()))) {
    return absl::AlreadyExistsError("the native record was sent before");
  }
  if (absl::Status status = records_.Put(record.message_id(), record); !status.ok()) {
    in_doubt_ = MessageId(record.message_id());
    return status;
  }
  Index(record);
  return absl::OkStatus();
}

absl::StatusOr<v1::OutboxRecord> Outbox::Modify(
    const MessageId& id, const std::function<void(v1::OutboxRecord&)>& change) {
  MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(v1::OutboxRecord record, records_.Get(id.value()));
  change(record);
  RETURN_IF_ERROR(records_.Put(id.value(), record));
  Index(record);
  return record;
}

absl::Status Outbox::Forget(const MessageId& id) {
  MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const v1::OutboxRecord record, records_.Get(id.value()));
  RETURN_IF_ERROR(records_.Remove(id.value()));
  by_digest_.erase(record.native_digest());
  by_native_id_.erase(record.native_id());
  unfinished_.erase({record.header().created_us(), id});
  return absl::OkStatus();
}

absl::StatusOr<v1::OutboxRecord> Outbox::Get(const MessageId& id) const {
  return records_.Get(id.value());
}

std::optional<MessageId> Outbox::FindByDigest(absl::string_view native_digest) const {
  MutexLock lock(&mutex_);
  return Find(by_digest_, std::string(native_digest));
}

std::optional<MessageId> Outbox::FindByNativeId(const std::string& native_id) const {
  MutexLock lock(&mutex_);
  return Find(by_native_id_, native_id);
}

std::vector<MessageId> Outbox::Unfinished() const {
  MutexLock lock(&mutex_);
  std::vector<MessageId> ids;
  for (const auto& [created_us, id] : unfinished_) ids.push_back(id);
  return ids;
}

}  // namespace sluss
