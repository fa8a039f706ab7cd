#include "gateway/store/postgres_store.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/store/postgres_connection.h"
#include "gateway/store/postgres_pool.h"
#include "gateway/store/postgres_schema.h"
#include "gateway/store/postgres_uri.h"
#include "gateway/store/postgres_wiper.h"
#include "gateway/store/reading.h"
#include "gateway/store/sql_transaction.h"

namespace sluss {
namespace {

constexpr int kReaders = 4;
// A gateway that was killed may hold its name until the server has noticed.
constexpr absl::Duration kNamePatience = absl::Seconds(2);
constexpr absl::Duration kBetweenAttempts = absl::Milliseconds(50);
// How many entries may pass between two looks at whether the next partition is there.
constexpr uint64_t kPartitionCheck = 65536;

absl::StatusOr<std::unique_ptr<PostgresConnection>> ConnectChecked(const std::string& uri,
                                                                   absl::Duration deadline) {
  ASSIGN_OR_RETURN(auto connection, PostgresConnection::Connect(uri, deadline));
  RETURN_IF_ERROR(CheckServer(connection.get()));
  return connection;
}

absl::StatusOr<std::unique_ptr<PostgresConnection>> ConnectForReading(const std::string& uri,
                                                                      absl::Duration deadline) {
  ASSIGN_OR_RETURN(auto connection, ConnectChecked(uri, deadline));
  RETURN_IF_ERROR(CheckSchema(connection.get()));
  RETURN_IF_ERROR(connection->Execute("SET default_transaction_read_only = on"));
  return connection;
}

// Of the session: it ends with it, however that ends.
absl::StatusOr<bool> TakeName(SqlConnection* connection, const std::string& name) {
  Query query = connection->Prepare(
      "SELECT pg_try_advisory_lock(hashtextextended('sluss gateway ' || current_schema() || ' ' "
      "|| ?, 0))");
  query.Text(name);
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row && query.IntAt(0) != 0;
}

absl::Status TakeNameWithin(SqlConnection* connection, const std::string& name,
                            absl::Duration patience) {
  const absl::Time until = absl::Now() + patience;
  for (;;) {
    ASSIGN_OR_RETURN(const bool taken, TakeName(connection, name));
    if (taken) return absl::OkStatus();
    if (absl::Now() >= until) break;
    absl::SleepFor(kBetweenAttempts);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("database: a gateway named `", name,
                   "` works with it already: stop that one, or give this one another `instance`"));
}

class PostgresStore final : public Reading<PostgresStore, Store> {
 public:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& uri,
                                                     const std::string& name,
                                                     absl::Duration deadline) {
    RETURN_IF_ERROR(CheckPostgresUri(uri));
    std::unique_ptr<PostgresStore> store(new PostgresStore(uri, name, deadline));
    ASSIGN_OR_RETURN(auto first, ConnectChecked(uri, deadline));
    RETURN_IF_ERROR(CheckServerKeeps(first.get()));
    RETURN_IF_ERROR(CreateOrCheckSchema(first.get()));
    RETURN_IF_ERROR(TakeNameWithin(first.get(), name, kNamePatience));
    store->writer_ = std::move(first);
    return store;
  }

  absl::StatusOr<std::unique_ptr<Transaction>> Begin() override {
    {
      MutexLock lock(&mutex_);
      if (writing_) return absl::FailedPreconditionError("another transaction is open");
      writing_ = true;
    }
    absl::StatusOr<std::unique_ptr<Transaction>> transaction = Start();
    if (!transaction.ok()) {
      OnEnd();
      return transaction;
    }
    RETURN_IF_ERROR(EnsurePartitions());
    return transaction;
  }

  // Asked after a commit of unknown outcome: as long as the server may still carry that out, the
  // head as it was would be no answer.
  absl::StatusOr<LogHead> ReadHead(absl::string_view gateway) const override {
    if (in_doubt_) {
      RETURN_IF_ERROR(AwaitEndOfWriters());
      in_doubt_ = false;
    }
    return Reading::ReadHead(gateway);
  }

  absl::Status WipeTraces() override { return wiper_.Wipe(); }

 private:
  friend class Reading<PostgresStore, Store>;

  PostgresStore(const std::string& uri, const std::string& name, absl::Duration deadline)
      : uri_(uri),
        name_(name),
        deadline_(deadline),
        readers_(kReaders, deadline, [=] { return ConnectForReading(uri, deadline); }),
        wiper_([=] { return ConnectChecked(uri, deadline); }) {}

  absl::StatusOr<PostgresPool::Lease> Borrow() const { return readers_.Borrow(); }

  absl::StatusOr<std::unique_ptr<Transaction>> Start() {
    RETURN_IF_ERROR(EnsureWriter());
    return SqlTransaction::Begin(writer_.get(), [this](const absl::Status&) { OnEnd(); });
  }

  // In the transaction that has just begun.
  absl::Status EnsurePartitions() {
    const uint64_t size = writer_->head_size();
    if (size < check_partitions_at_) return absl::OkStatus();
    RETURN_IF_ERROR(MakePartitions(writer_.get(), size));
    check_partitions_at_ = size + kPartitionCheck;
    return absl::OkStatus();
  }

  absl::Status EnsureWriter() {
    if (writer_ != nullptr && writer_->IsUsable()) return absl::OkStatus();
    writer_.reset();
    ASSIGN_OR_RETURN(auto connection, ConnectChecked(uri_, deadline_));
    RETURN_IF_ERROR(CheckServerKeeps(connection.get()));
    RETURN_IF_ERROR(CheckSchema(connection.get()));
    RETURN_IF_ERROR(TakeNameWithin(connection.get(), name_, std::min(kNamePatience, deadline_)));
    writer_ = std::move(connection);
    return absl::OkStatus();
  }

  // The head's lock is free when the server is done with whoever had it. A commit of one's own then
  // says that what came before it is as durable: the server's log is one sequence.
  absl::Status AwaitEndOfWriters() const {
    ASSIGN_OR_RETURN(const auto connection, ConnectChecked(uri_, deadline_));
    RETURN_IF_ERROR(CheckServerKeeps(connection.get()));
    RETURN_IF_ERROR(connection->Begin());
    RETURN_IF_ERROR(connection->Prepare("UPDATE head SET size = size WHERE one = 1").Run());
    return connection->Commit();
  }

  void OnEnd() {
    if (writer_ != nullptr && writer_->commit_in_doubt()) in_doubt_ = true;
    MutexLock lock(&mutex_);
    writing_ = false;
  }

  const std::string uri_;
  const std::string name_;
  const absl::Duration deadline_;
  mutable PostgresPool readers_;
  mutable std::atomic<bool> in_doubt_ = false;

  Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // Of whoever has set writing_.
  std::unique_ptr<PostgresConnection> writer_;
  uint64_t check_partitions_at_ = 0;

  PostgresWiper wiper_;  // stops first
};

class PostgresView final : public Reading<PostgresView, StoreView> {
 public:
  PostgresView(const std::string& uri, int sessions, absl::Duration deadline)
      : pool_(sessions, deadline, [=] { return ConnectForReading(uri, deadline); }) {}

  absl::Status Check() const { return pool_.Borrow().status(); }

 private:
  friend class Reading<PostgresView, StoreView>;

  absl::StatusOr<PostgresPool::Lease> Borrow() const { return pool_.Borrow(); }

  mutable PostgresPool pool_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenPostgresStore(const std::string& uri,
                                                         const std::string& name,
                                                         absl::Duration deadline) {
  return PostgresStore::Open(uri, name, deadline);
}

absl::StatusOr<std::unique_ptr<StoreView>> OpenPostgresView(const std::string& uri, int sessions,
                                                            absl::Duration deadline) {
  RETURN_IF_ERROR(CheckPostgresUri(uri));
  auto view = std::make_unique<PostgresView>(uri, sessions, deadline);
  RETURN_IF_ERROR(view->Check());
  return view;
}

}  // namespace sluss
