// A session with a PostgreSQL server, behind the seam of sql.h. Nothing waits without end: what is
// not answered by a deadline is UNAVAILABLE, and the connection is of no further use, as after any
// loss. Whoever holds it throws it away and makes another.
//
// Statements are sent in libpq's pipeline mode, prepared at their first use: those of RunLater go
// with the next one that is waited for, and those of EndRow as one statement over arrays. Values go
// and come in binary.
// https://www.postgresql.org/docs/15/libpq-pipeline-mode.html
#ifndef SLUSS_GATEWAY_STORE_POSTGRES_CONNECTION_H_
#define SLUSS_GATEWAY_STORE_POSTGRES_CONNECTION_H_

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/store/sql.h"

namespace sluss {

// What an SQLSTATE asks of the caller, by the classes of sql.h. `message` is the server's primary
// one: its detail quotes values.
// https://www.postgresql.org/docs/15/errcodes-appendix.html
absl::Status PostgresStatus(absl::string_view sqlstate, absl::string_view message);

struct PostgresResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, PostgresResultDeleter>;

class PostgresStatement;

class PostgresConnection final : public SqlConnection {
 public:
  // `uri` as CheckPostgresUri wants it. Host names are resolved by the system, in its own time.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Connect(const std::string& uri,
                                                                     absl::Duration deadline);
  ~PostgresConnection() override;
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  Query Prepare(const char* sql) override;
  absl::Status Execute(const char* sql) override { return ExecuteWithin(sql, deadline_); }
  // Of statements that take their time.
  absl::Status ExecuteWithin(const char* sql, absl::Duration deadline);
  int64_t changed() const override { return changed_; }

  // Waits for the other gateways' transactions, which all begin by locking the log's head: so queue
  // places are given in the order of commits.
  absl::Status Begin() override;
  absl::Status Commit() override;
  absl::Status Rollback() override;
  absl::Status NoteErasure() override;

  // As Begin found it.
  uint64_t head_size() const { return head_size_; }
  // COMMIT was sent and not answered: it may take effect until the head's lock is free.
  bool commit_in_doubt() const { return commit_in_doubt_; }
  // False: lost, as far as can be told without asking the server.
  bool IsUsable();
  int server_version() const { return PQserverVersion(connection_); }

 private:
  friend class PostgresStatement;

  struct Awaited {
    PostgresStatement* statement;
    bool preparation;
  };

  PostgresConnection(PGconn* connection, absl::Duration deadline);

  absl::Status Greet(absl::Time until);
  absl::Status SetUpSession();
  absl::Status Send(PostgresStatement* statement);
  // Waits for all that was sent; the last one's result.
  absl::StatusOr<PostgresResult> Settle();
  absl::StatusOr<PostgresResult> Collect(absl::Time until);
  absl::Status Flush(absl::Time until);
  absl::StatusOr<PostgresResult> NextResult(absl::Time until);  // null: the statement is over
  absl::Status WaitFor(short events, absl::Time until);
  absl::Status Check(const PGresult* result);
  absl::Status Lose(absl::string_view why);

  PGconn* const connection_;
  const absl::Duration deadline_;
  absl::flat_hash_map<const char*, std::unique_ptr<PostgresStatement>> prepared_;
  std::vector<Awaited> awaited_;
  absl::Status lost_;  // once set, for good
  int64_t changed_ = 0;
  uint64_t head_size_ = 0;
  bool commit_in_doubt_ = false;
  bool warned_ = false;  // the server had something to say since it was last false
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTGRES_CONNECTION_H_
