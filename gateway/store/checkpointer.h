// Copies the write-ahead log back into the database file, on a connection and thread of its own, so
// that no commit waits for it; and empties it when it is quiet, so that no erased payload lingers.
#ifndef SLUSS_GATEWAY_STORE_CHECKPOINTER_H_
#define SLUSS_GATEWAY_STORE_CHECKPOINTER_H_

#include <functional>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/store/sqlite.h"

namespace sluss {

// Thread-safe.
class Checkpointer {
 public:
  // `failed` hears of errors that are more than a busy reader; it is called on the thread.
  Checkpointer(std::unique_ptr<SqliteConnection> connection,
               std::function<void(absl::Status)> failed);
  // Waits for a copy under way.
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // A commit left this many pages in the log.
  void Committed(int pages);

 private:
  void Loop();
  void Again();
  // False: a reader was in the way of the rest.
  absl::StatusOr<bool> CopyBack(bool quiet);

  const std::unique_ptr<SqliteConnection> connection_;  // of the thread
  const std::function<void(absl::Status)> failed_;

  Mutex mutex_;
  CondVar changed_;
  int pages_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_CHECKPOINTER_H_
