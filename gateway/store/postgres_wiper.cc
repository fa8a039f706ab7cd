#include "gateway/store/postgres_wiper.h"

#include <chrono>
#include <utility>

#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr std::chrono::seconds kAgainAfter(30);
// A table of many years' openings takes minutes to write anew.
constexpr absl::Duration kLongest = absl::Minutes(10);

struct Erasures {
  int64_t erased = 0, wiped = 0;
};

absl::StatusOr<Erasures> ReadErasures(SqlConnection* connection) {
  Query query = connection->Prepare("SELECT erased, wiped FROM erasure");
  ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return absl::DataLossError("database: it does not say what was erased");
  return Erasures{query.IntAt(0), query.IntAt(1)};
}

}  // namespace

PostgresWiper::PostgresWiper(Maker make) : make_(std::move(make)), thread_([this] { Loop(); }) {}

PostgresWiper::~PostgresWiper() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

// The lock is asked for during two seconds: who comes after it waits as long. Checkpoint and a new
// segment hasten the end of what the server's write-ahead log holds; a role that may not ask for
// them leaves it to the server's own time.
absl::Status PostgresWiper::WipeOver(PostgresConnection* connection) {
  ASSIGN_OR_RETURN(const Erasures erasures, ReadErasures(connection));
  if (erasures.erased == erasures.wiped) return absl::OkStatus();
  RETURN_IF_ERROR(connection->Execute("SET lock_timeout = '2s'"));
  for (const char* const table : {"VACUUM (FULL) opening", "VACUUM (FULL) opening_group",
                                  "VACUUM (FULL) opening_plain", "VACUUM (FULL) payload"}) {
    RETURN_IF_ERROR(connection->ExecuteWithin(table, kLongest));
  }
  Query wiped = connection->Prepare("UPDATE erasure SET wiped = greatest(wiped, ?)");
  RETURN_IF_ERROR(wiped.Int(erasures.erased).Run());
  (void)connection->ExecuteWithin("CHECKPOINT", kLongest);
  (void)connection->ExecuteWithin("SELECT pg_switch_wal()", kLongest);
  return absl::OkStatus();
}

absl::Status PostgresWiper::Wipe() {
  absl::Status status;
  {
    MutexLock lock(&wiping_);
    absl::StatusOr<std::unique_ptr<PostgresConnection>> connection = make_();
    status = connection.ok() ? WipeOver(connection->get()) : connection.status();
  }
  MutexLock lock(&mutex_);
  wanted_ = !status.ok();
  changed_.NotifyAll();
  return status;
}

void PostgresWiper::Loop() {
  for (;;) {
    {
      MutexLock lock(&mutex_);
      while (!wanted_ && !stopping_) changed_.Wait(&mutex_);
      if (!stopping_) (void)changed_.WaitFor(&mutex_, kAgainAfter);
      if (stopping_) return;
      if (!wanted_) continue;
    }
    (void)Wipe();
  }
}

}  // namespace sluss
