// A few sessions with a PostgreSQL server for readers, lent one at a time and made when needed.
#ifndef SLUSS_GATEWAY_STORE_POSTGRES_POOL_H_
#define SLUSS_GATEWAY_STORE_POSTGRES_POOL_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
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
  PostgresPool(int size, Maker make) : make_(std::move(make)), free_(size) {}

  // Waits while all are lent, which no use is for longer than a deadline. Errors are `make`'s.
  absl::StatusOr<Lease> Borrow() {
    Lease lease(this, Take());
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
  std::unique_ptr<PostgresConnection> Take() {
    MutexLock lock(&mutex_);
    while (free_ == 0) returned_.Wait(&mutex_);
    --free_;
    if (idle_.empty()) return nullptr;
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

  const Maker make_;
  Mutex mutex_;
  CondVar returned_;
  int free_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<PostgresConnection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTGRES_POOL_H_
