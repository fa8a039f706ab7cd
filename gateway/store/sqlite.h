// SQLite with return values that cannot be overlooked: connections, and one use of a statement.
//
//   Query query = connection->Prepare("SELECT leaf FROM entry WHERE position = ?");
//   query.Int(7);
//   ASSIGN_OR_RETURN(const bool found, query.Step());
//
// Statements are prepared once a connection; values are bound, never written into SQL. Errors carry
// SQLite's own words, which hold no bound values.
#ifndef SLUSS_GATEWAY_STORE_SQLITE_H_
#define SLUSS_GATEWAY_STORE_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sluss {

// What a result code of SQLite asks of the caller. UNAVAILABLE: try again (full disk, lock, I/O).
// DATA_LOSS: the file is damaged, or a write was not confirmed: only opening it anew can tell.
// ALREADY_EXISTS: a key is taken. INTERNAL: anything else.
absl::Status SqliteStatus(int extended_code, absl::string_view message);

// One use of a prepared statement. Values are bound in the order of the question marks; a fault in
// preparing or binding is returned by Step. The connection must outlive it, and may not use the
// same statement twice at a time. Movable.
class Query {
 public:
  Query(sqlite3* database, sqlite3_stmt* statement, int code)
      : database_(database), statement_(statement), code_(code) {}
  Query(Query&& other) noexcept;
  ~Query();

  Query& Int(int64_t value);
  Query& Text(absl::string_view value);
  Query& Blob(absl::string_view value);
  Query& Time(absl::Time value);  // to the microsecond; both infinities are kept

  // True: there is a row to read. False: there is none left.
  absl::StatusOr<bool> Step();
  // For statements without rows.
  absl::Status Run();

  int64_t IntAt(int column) const;
  std::string BytesAt(int column) const;  // of a blob or a text
  absl::Time TimeAt(int column) const;

 private:
  void Note(int code);

  sqlite3* database_;
  sqlite3_stmt* statement_;
  int code_;  // the first fault, until Step tells
  int bound_ = 0;
};

// Used by one thread at a time.
class Connection {
 public:
  // Opens an existing file for reading and writing. Waits up to `patience` for another's lock.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path,
                                                          absl::Duration patience);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `sql` must be a string literal: it is its own key among the prepared statements.
  Query Prepare(const char* sql);
  // Any number of statements without values and rows.
  absl::Status Execute(const char* sql);

  bool in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }
  sqlite3* handle() const { return database_; }

 private:
  explicit Connection(sqlite3* database) : database_(database) {}

  sqlite3* database_;
  absl::flat_hash_map<const char*, sqlite3_stmt*> prepared_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_SQLITE_H_
