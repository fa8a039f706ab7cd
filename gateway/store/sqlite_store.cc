#include "gateway/store/sqlite_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/store/checkpointer.h"
#include "gateway/store/connection_pool.h"
#include "gateway/store/database_file.h"
#include "gateway/store/file_lock.h"
#include "gateway/store/reading.h"
#include "gateway/store/sql_transaction.h"

namespace sluss {
namespace {

constexpr int kReaders = 4;
// While the checkpointer waits for a reader, the writer waits for the checkpointer.
constexpr absl::Duration kCheckpointPatience = absl::Milliseconds(20);
// How often WipeTraces tries to be alone with the file, and what it lets others do in between.
constexpr int kWipeAttempts = 100;
constexpr absl::Duration kBetweenWipes = absl::Milliseconds(20);

class SqliteStore final : public Reading<SqliteStore, Store> {
 public:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& path) {
    ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, FileLock::Take(absl::StrCat(path, "-lock")));
    ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> writer, OpenForWriting(path));
    std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(lock), std::move(writer)));
    for (int i = 0; i < kReaders; ++i) {
      ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> reader, OpenBeside(path));
      RETURN_IF_ERROR(reader->Execute("PRAGMA query_only = ON"));
      store->readers_.Add(std::move(reader));
    }
    ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> copier,
                     OpenBeside(path, kCheckpointPatience));
    store->checkpointer_ = std::make_unique<Checkpointer>(
        std::move(copier), [raw = store.get()](const absl::Status& s) { raw->NoteFailure(s); });
    ASSIGN_OR_RETURN(store->wiper_, OpenBeside(path, kCheckpointPatience));
    sqlite3_wal_hook(store->writer_->handle(), &SqliteStore::OnCommit, store.get());
    return store;
  }

  absl::StatusOr<std::unique_ptr<Transaction>> Begin() override {
    {
      MutexLock lock(&mutex_);
      RETURN_IF_ERROR(failure_);
      if (writing_) return absl::FailedPreconditionError("another transaction is open");
      writing_ = true;
    }
    auto transaction =
        SqlTransaction::Begin(writer_.get(), [this](const absl::Status& status) { OnEnd(status); });
    if (!transaction.ok()) OnEnd(transaction.status());
    return transaction;
  }

  absl::Status WipeTraces() override {
    MutexLock lock(&wiping_);
    for (int attempt = 0; attempt < kWipeAttempts; ++attempt) {
      if (attempt > 0) absl::SleepFor(kBetweenWipes);
      const int code = sqlite3_wal_checkpoint_v2(wiper_->handle(), nullptr,
                                                 SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
      if (code == SQLITE_OK) return absl::OkStatus();
      if ((code & 0xff) != SQLITE_BUSY) {
        return SqliteStatus(code, sqlite3_errmsg(wiper_->handle()));
      }
    }
    return absl::UnavailableError("the write-ahead log is in use and is emptied later");
  }

 private:
  friend class Reading<SqliteStore, Store>;

  SqliteStore(std::unique_ptr<FileLock> lock, std::unique_ptr<SqliteConnection> writer)
      : lock_(std::move(lock)), writer_(std::move(writer)) {}

  absl::StatusOr<ConnectionPool::Lease> Borrow() const { return readers_.Borrow(); }

  void OnEnd(const absl::Status& status) {
    NoteFailure(status);
    MutexLock lock(&mutex_);
    writing_ = false;
  }

  void NoteFailure(const absl::Status& status) {
    MutexLock lock(&mutex_);
    if (failure_.ok() && absl::IsDataLoss(status)) failure_ = status;
  }

  static int OnCommit(void* store, sqlite3*, const char*, int pages) {
    static_cast<SqliteStore*>(store)->checkpointer_->Committed(pages);
    return SQLITE_OK;
  }

  const std::unique_ptr<FileLock> lock_;  // released last
  const std::unique_ptr<SqliteConnection> writer_;
  mutable ConnectionPool readers_;

  Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);  // once set, only opening anew helps

  Mutex wiping_;
  std::unique_ptr<SqliteConnection> wiper_ ABSL_PT_GUARDED_BY(wiping_);

  std::unique_ptr<Checkpointer> checkpointer_;  // stops first
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path) {
  return SqliteStore::Open(path);
}

}  // namespace sluss
