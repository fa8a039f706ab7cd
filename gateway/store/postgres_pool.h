// A few sessions with a PostgreSQL server for readers, lent one at a time and made when needed.
#ifndef SLUSS_GATEWAY_STORE_POSTGRES_POOL_H_
#define SLUSS_GATEWAY_STORE_POSTGRES_POOL_H_

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/base/mutex.h"
#include "gateway/store/postgres_connection.h"

namespace sluss {

// Thread-safe. Outlives its leases.
class PostgresPool {
 public:
  using Maker = std::function<absl::StatusOr<std::unique_ptr<PostgresConnection>>()>;

  // Gives the connection back when it dies; one that was lost is closed instead.
  class Lease {
   public:
    Lease(PostgresPool* pool, std::unique_ptr<PostgresConnection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}
    ~Lease() {
      if (pool_ != nullptr) pool_->Return(std::move(connection_));
    }
    SqlConnection& operator*() const { return *connection_; }

   private:
    friend class PostgresPool;

    PostgresPool* pool_;
    std::unique_ptr<PostgresConnection> connection_;
  };

  // At most `size` at a time. `make` is called by the threads that borrow.
  PostgresPool(int size, absl::Duration patience, Maker make)
      : patience_(patience), make_(std::move(make)), free_(size) {}

  // Waits up to `patience` while all are lent, then UNAVAILABLE. Other errors are `make`'s.
  absl::StatusOr<Lease> Borrow() {
    absl::StatusOr<std::unique_ptr<PostgresConnection>> taken = Take();
    if (!taken.ok()) return taken.status();
    Lease lease(this, *std::move(taken));
    if (lease.connection_ != nullptr && !lease.connection_->IsUsable()) lease.connection_.reset();
    if (lease.connection_ == nullptr) {
      absl::StatusOr<std::unique_ptr<PostgresConnection>> made = make_();
      if (!made.ok()) return made.status();
      lease.connection_ = *std::move(made);
    }
    return lease;
  }

 private:
  // Null: there is a place, but none to go there.
  absl::StatusOr<std::unique_ptr<PostgresConnection>> Take() {
    const absl::Time until = absl::Now() + patience_;
    MutexLock lock(&mutex_);
    while (free_ == 0) {
      const absl::Duration left = until - absl::Now();
      if (left <= absl::ZeroDuration()) {
        return absl::UnavailableError("database: all sessions are in use; try again");
      }
      (void)returned_.WaitFor(&mutex_,
                              absl::ToChronoMilliseconds(left) + std::chrono::milliseconds(1));
    }
    --free_;
    if (idle_.empty()) return std::unique_ptr<PostgresConnection>();
    std::unique_ptr<PostgresConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }

  void Return(std::unique_ptr<PostgresConnection> connection) {
    if (connection != nullptr && !connection->IsUsable()) connection.reset();
    {
      MutexLock lock(&mutex_);
      ++free_;
      if (connection != nullptr) idle_.push_back(std::move(connection));
    }
    returned_.NotifyOne();
  }

  const absl::Duration patience_;
  const Maker make_;
  Mutex mutex_;
  CondVar returned_;
  int free_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<PostgresConnection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTGRES_POOL_H_
