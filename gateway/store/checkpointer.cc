#include "gateway/store/checkpointer.h"

#include <chrono>
#include <utility>

#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int kFullPages = 1000;  // 4 MiB: worth copying while it is still in the page cache
constexpr std::chrono::seconds kQuiet(2);

}  // namespace

Checkpointer::Checkpointer(std::unique_ptr<SqliteConnection> connection,
                           std::function<void(absl::Status)> failed)
    : connection_(std::move(connection)), failed_(std::move(failed)), thread_([this] { Loop(); }) {}

Checkpointer::~Checkpointer() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.join();
}

void Checkpointer::Committed(int pages) {
  MutexLock lock(&mutex_);
  const bool was_empty = pages_ == 0;
  pages_ = pages;
  if (was_empty || pages >= kFullPages) changed_.NotifyAll();
}

void Checkpointer::Loop() {
  while (true) {
    bool quiet = false;
    {
      MutexLock lock(&mutex_);
      while (pages_ == 0 && !stopping_) changed_.Wait(&mutex_);
      while (pages_ < kFullPages && !stopping_ && !quiet) {
        quiet = !changed_.WaitFor(&mutex_, kQuiet);
      }
      if (stopping_) return;
      pages_ = 0;
    }
    const absl::StatusOr<bool> done = CopyBack(quiet);
    if (!done.ok()) failed_(done.status());
    if (!done.ok() || !*done) Again();
  }
}

void Checkpointer::Again() {
  MutexLock lock(&mutex_);
  if (pages_ == 0) pages_ = 1;
}

// The bulk without stopping the writer; then the few pages written meanwhile, with the writer held
// for that moment, so that the log begins anew. A busy log keeps its file, whose blocks are written
// over faster than new ones; a quiet one is cut to nothing.
absl::StatusOr<bool> Checkpointer::CopyBack(bool quiet) {
  bool done = true;
  for (const int mode : {SQLITE_CHECKPOINT_PASSIVE,
                         quiet ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART}) {
    const int code =
        sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, mode, nullptr, nullptr);
    done = code == SQLITE_OK;
    if (done || (code & 0xff) == SQLITE_BUSY) continue;  // a reader is in the way
    return SqliteStatus(code, sqlite3_errmsg(connection_->handle()));
  }
  return done;
}

}  // namespace sluss
