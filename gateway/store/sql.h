// SQL with return values that cannot be overlooked, whichever database runs it: a connection, and
// one use of a statement.
//
//   Query query = connection->Prepare("SELECT leaf FROM entry WHERE position = ?");
//   query.Int(7);
//   ASSIGN_OR_RETURN(const bool found, query.Step());
//
// Statements are prepared once a connection; values are bound, never written into SQL. What stands
// in a statement must be understood by SQLite and, after the translation of postgres_sql.h, by
// PostgreSQL: values are 64-bit integers, texts and blobs, `?` or `?1` stands for a value, `x''`
// for the empty blob; upserts name their key; a sum is cast to BIGINT.
//
// Errors: UNAVAILABLE where trying again may help, DATA_LOSS where the database is damaged,
// ALREADY_EXISTS where a key is taken, INTERNAL otherwise. They carry the database's own words,
// which hold no bound values.
#ifndef SLUSS_GATEWAY_STORE_SQL_H_
#define SLUSS_GATEWAY_STORE_SQL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sluss {

// The driver's side of a Query: a prepared statement, which belongs to its connection.
class SqlStatement {
 public:
  virtual ~SqlStatement() = default;

  // In the order of the question marks. A fault is kept until the statement is run.
  virtual void BindInt(int64_t value) = 0;
  virtual void BindText(absl::string_view value) = 0;
  virtual void BindBlob(absl::string_view value) = 0;
  virtual void EndRow() = 0;

  virtual absl::StatusOr<bool> Step() = 0;
  virtual absl::Status RunLater() = 0;

  virtual int64_t IntAt(int column) const = 0;
  virtual std::string BytesAt(int column) const = 0;

  // Forgets values and rows: the use is over.
  virtual void Reset() = 0;
};

// One use of a prepared statement. Values are bound in the order of the question marks; a fault in
// preparing or binding is returned by Step. The connection must outlive it, and may not use the
// same statement twice at a time. Movable.
class Query {
 public:
  explicit Query(SqlStatement* statement) : statement_(statement) {}
  Query(Query&& other) noexcept : statement_(other.statement_) { other.statement_ = nullptr; }
  ~Query() {
    if (statement_ != nullptr) statement_->Reset();
  }

  Query& Int(int64_t value) {
    statement_->BindInt(value);
    return *this;
  }
  Query& Text(absl::string_view value) {
    statement_->BindText(value);
    return *this;
  }
  Query& Blob(absl::string_view value) {
    statement_->BindBlob(value);
    return *this;
  }
  Query& Time(absl::Time value);  // to the microsecond; both infinities are kept

  // For an INSERT ... VALUES of many rows: after the values of each row, the last one too. Then
  // RunLater. No two rows of a use may have the same key.
  Query& EndRow() {
    statement_->EndRow();
    return *this;
  }

  // True: there is a row to read. False: there is none left.
  absl::StatusOr<bool> Step() { return statement_->Step(); }
  // For statements without rows.
  absl::Status Run();
  // The same within a transaction, where nobody waits for the outcome: a fault may be told by a
  // later call of the connection, and by its Commit at the latest. changed() says nothing of it.
  absl::Status RunLater() { return statement_->RunLater(); }

  // Of the row; 0, empty or 1970 where it is NULL.
  int64_t IntAt(int column) const { return statement_->IntAt(column); }
  std::string BytesAt(int column) const { return statement_->BytesAt(column); }  // blob or text
  absl::Time TimeAt(int column) const;

 private:
  SqlStatement* statement_;
};

// Used by one thread at a time.
class SqlConnection {
 public:
  virtual ~SqlConnection() = default;

  // `sql` must be a string literal: it is its own key among the prepared statements.
  virtual Query Prepare(const char* sql) = 0;
  // Any number of statements without values and rows.
  virtual absl::Status Execute(const char* sql) = 0;
  // How many rows the last statement that was run inserted, updated or deleted.
  virtual int64_t changed() const = 0;

  // A writing transaction: from here to its end, no other one of the same store is open anywhere.
  virtual absl::Status Begin() = 0;
  // OK: durable. Any error: the outcome is unknown.
  virtual absl::Status Commit() = 0;
  // OK too where no transaction is open, or where the connection and so the transaction is lost.
  virtual absl::Status Rollback() = 0;
  // What opens entries is erased by this transaction, so WipeTraces has something to do.
  virtual absl::Status NoteErasure() = 0;
};

// The first value of the first row; 0 or empty where there is no row.
absl::StatusOr<int64_t> OneNumber(Query query);
absl::StatusOr<std::string> OneText(Query query);  // blob or text
// The same of a statement without values.
inline absl::StatusOr<int64_t> ReadNumber(SqlConnection* connection, const char* sql) {
  return OneNumber(connection->Prepare(sql));
}
inline absl::StatusOr<std::string> ReadText(SqlConnection* connection, const char* sql) {
  return OneText(connection->Prepare(sql));
}

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_SQL_H_
