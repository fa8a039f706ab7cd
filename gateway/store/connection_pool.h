// A few connections for readers, lent one at a time.
#ifndef SLUSS_GATEWAY_STORE_CONNECTION_POOL_H_
#define SLUSS_GATEWAY_STORE_CONNECTION_POOL_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gateway/base/mutex.h"
#include "gateway/store/sqlite.h"

namespace sluss {

// Thread-safe. Outlives its leases.
class ConnectionPool {
 public:
  // Gives the connection back when it dies.
  class Lease {
   public:
    Lease(ConnectionPool* pool, std::unique_ptr<SqliteConnection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    ~Lease() {
      if (connection_ != nullptr) pool_->Return(std::move(connection_));
    }
    SqliteConnection& operator*() const { return *connection_; }

   private:
    ConnectionPool* pool_;
    std::unique_ptr<SqliteConnection> connection_;
  };

  void Add(std::unique_ptr<SqliteConnection> connection) { Return(std::move(connection)); }

  // Waits while all are lent.
  Lease Borrow() {
    MutexLock lock(&mutex_);
    while (idle_.empty()) returned_.Wait(&mutex_);
    std::unique_ptr<SqliteConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    return Lease(this, std::move(connection));
  }

 private:
  void Return(std::unique_ptr<SqliteConnection> connection) {
    {
      MutexLock lock(&mutex_);
      idle_.push_back(std::move(connection));
    }
    returned_.NotifyOne();
  }

  Mutex mutex_;
  CondVar returned_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_CONNECTION_POOL_H_
