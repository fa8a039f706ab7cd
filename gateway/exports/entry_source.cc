#include "gateway/exports/entry_source.h"

#include <optional>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/exports/log_period.h"
#include "gateway/store/open_store.h"
#include "gateway/verify/bundle_layout.h"
#include "gateway/verify/log_check.h"
#include "gateway/verify/log_source.h"
#include "proto/stored.pb.h"

namespace sluss {
namespace {

bool Wanted(const EntryQuery& query, const v1::AuditLeaf& leaf) {
  return leaf.time_us() >= query.period.from_us && leaf.time_us() < query.period.to_us &&
         (query.agency.empty() || leaf.sender() == query.agency ||
          leaf.recipient() == query.agency);
}

class LogEntries final : public EntrySource {
 public:
  LogEntries(std::unique_ptr<LogSource> log, LogKey key)
      : log_(std::move(log)), key_(std::move(key)) {}

  // Nothing is handed out that was not verified: all of it before, and again in passing.
  absl::Status ForEach(const EntryQuery& query, TakeEntry take) const override {
    return VerifySource(*log_, key_.key, Visiting([&](uint64_t index, const v1::AuditLeaf& leaf) {
             return Wanted(query, leaf) ? take(index, leaf) : absl::OkStatus();
           }))
        .status();
  }

  absl::StatusOr<std::string> PolicyVersion(const std::string& digest) const override {
    return log_->Read(PolicyPath(digest));
  }

 private:
  const std::unique_ptr<LogSource> log_;
  const LogKey key_;
};

class StoredEntries final : public EntrySource {
 public:
  explicit StoredEntries(std::unique_ptr<StoreView> view) : view_(std::move(view)) {}

  absl::Status ForEach(const EntryQuery& query, TakeEntry take) const override {
    ASSIGN_OR_RETURN(const LogHead head, view_->ReadHead(/*gateway=*/""));
    ASSIGN_OR_RETURN(const uint64_t first, FirstOfPeriod(*view_, head.size, query.period.from_us));
    return ForEachOfPeriod(*view_, first, head.size, query.period.from_us, query.period.to_us,
                           [&](uint64_t index, const v1::AuditLeaf& leaf) {
                             return Wanted(query, leaf) ? take(index, leaf) : absl::OkStatus();
                           });
  }

  absl::StatusOr<std::string> PolicyVersion(const std::string& digest) const override {
    ASSIGN_OR_RETURN(const std::string bytes, view_->ReadPolicyVersion(digest));
    v1::StoredPolicyVersion version;
    if (!bytes.empty() && version.ParseFromString(bytes)) return version.bundle();
    return absl::NotFoundError("there is no such version of the policies");
  }

 private:
  const std::unique_ptr<StoreView> view_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EntrySource>> OpenLogEntries(const std::string& path,
                                                            const std::string& key) {
  ASSIGN_OR_RETURN(std::unique_ptr<LogSource> log, OpenLogSource(path));
  ASSIGN_OR_RETURN(LogKey log_key, LoadKey(key, /*file=*/"", log.get()));
  RETURN_IF_ERROR(VerifySource(*log, log_key.key).status());
  return std::make_unique<LogEntries>(std::move(log), std::move(log_key));
}

absl::StatusOr<std::unique_ptr<EntrySource>> OpenStoredEntries(const std::string& database) {
  ASSIGN_OR_RETURN(std::unique_ptr<StoreView> view, OpenStoreView(database));
  return std::make_unique<StoredEntries>(std::move(view));
}

}  // namespace sluss
