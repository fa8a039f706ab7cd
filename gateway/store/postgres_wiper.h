// Takes what was erased out of the server's files: an erased row stays in its table's file until
// the table is written anew.
#ifndef SLUSS_GATEWAY_STORE_POSTGRES_WIPER_H_
#define SLUSS_GATEWAY_STORE_POSTGRES_WIPER_H_

#include <functional>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/store/postgres_connection.h"

namespace sluss {

// Thread-safe.
class PostgresWiper {
 public:
  using Maker = std::function<absl::StatusOr<std::unique_ptr<PostgresConnection>>()>;

  // `make` is called by whoever calls Wipe, and by a thread of the wiper's own.
  explicit PostgresWiper(Maker make);
  // Waits for a wipe under way.
  ~PostgresWiper();
  PostgresWiper(const PostgresWiper&) = delete;
  PostgresWiper& operator=(const PostgresWiper&) = delete;

  // Writes the tables of openings and payloads anew where something was erased since it was last
  // done, by whichever gateway; else it does nothing. Whoever wants to read or write them waits
  // meanwhile. OK: what was erased before the call is in no table's file. UNAVAILABLE: a table was
  // in use; it is tried again every half minute, also by the next process.
  absl::Status Wipe();

 private:
  void Loop();
  absl::Status WipeOver(PostgresConnection* connection);

  const Maker make_;
  Mutex wiping_;

  Mutex mutex_;
  CondVar changed_;
  bool wanted_ ABSL_GUARDED_BY(mutex_) = true;  // an earlier process may have left something
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTGRES_WIPER_H_
