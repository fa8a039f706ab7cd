#include "gateway/store/sqlite.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

// After a failed fsync nobody knows what is on the disk, and asking again may be told a lie.
bool IsSyncFailure(int extended_code) {
  return extended_code == SQLITE_IOERR_FSYNC || extended_code == SQLITE_IOERR_DIR_FSYNC;
}

absl::StatusCode CodeOf(int extended_code) {
  if (IsSyncFailure(extended_code)) return absl::StatusCode::kDataLoss;
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
      return absl::StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_CONSTRAINT:
      return extended_code == SQLITE_CONSTRAINT_PRIMARYKEY ||
                     extended_code == SQLITE_CONSTRAINT_UNIQUE ||
                     extended_code == SQLITE_CONSTRAINT_ROWID
                 ? absl::StatusCode::kAlreadyExists
                 : absl::StatusCode::kInternal;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::string_view CureOf(int extended_code) {
  if (IsSyncFailure(extended_code)) {
    return "; the disk did not confirm a write: check it, then restart the gateway";
  }
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
      return "; free space on its disk, the store then goes on by itself";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "; stop the gateway and restore the database from its backup";
    default:
      return "";
  }
}

absl::Status LastError(sqlite3* database) {
  return SqliteStatus(sqlite3_extended_errcode(database), sqlite3_errmsg(database));
}

}  // namespace

absl::Status SqliteStatus(int extended_code, absl::string_view message) {
  return absl::Status(CodeOf(extended_code),
                      absl::StrCat("database: ", message, CureOf(extended_code)));
}

SqliteStatement::SqliteStatement(sqlite3* database, const char* sql)
    : database_(database),
      prepared_(
          sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr)),
      code_(prepared_) {}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

// What reset returns repeats the fault of the last step, which Step has told.
void SqliteStatement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  code_ = prepared_;
  bound_ = 0;
  if (!in_rows_) return;
  in_rows_ = false;
  row_failed_ = absl::OkStatus();
}

void SqliteStatement::Note(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

void SqliteStatement::BindInt(int64_t value) {
  Note(sqlite3_bind_int64(statement_, ++bound_, value));
}

void SqliteStatement::BindText(absl::string_view value) {
  Note(sqlite3_bind_text64(statement_, ++bound_, value.empty() ? "" : value.data(), value.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
}

void SqliteStatement::BindBlob(absl::string_view value) {
  // A null pointer would bind NULL.
  Note(sqlite3_bind_blob64(statement_, ++bound_, value.empty() ? "" : value.data(), value.size(),
                           SQLITE_TRANSIENT));
}

// The row is inserted here, and a fault kept until RunLater: there is nobody on the way to wait
// for.
void SqliteStatement::EndRow() {
  in_rows_ = true;
  if (!row_failed_.ok()) return;
  row_failed_ = Step().status();
  sqlite3_reset(statement_);
  bound_ = 0;
}

absl::StatusOr<bool> SqliteStatement::Step() {
  if (code_ != SQLITE_OK) return SqliteStatus(code_, sqlite3_errmsg(database_));
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return LastError(database_);
}

absl::Status SqliteStatement::RunLater() { return in_rows_ ? row_failed_ : Step().status(); }

int64_t SqliteStatement::IntAt(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string SqliteStatement::BytesAt(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_, column);  // null when empty
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::string& path,
                                                                         absl::Duration patience) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (database == nullptr) return absl::ResourceExhaustedError("database: out of memory");
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(database));
  sqlite3_extended_result_codes(database, 1);
  if (code != SQLITE_OK) return LastError(database);
  sqlite3_busy_timeout(database, static_cast<int>(absl::ToInt64Milliseconds(patience)));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  prepared_.clear();
  sqlite3_close(database_);
}

Query SqliteConnection::Prepare(const char* sql) {
  std::unique_ptr<SqliteStatement>& statement = prepared_[sql];
  if (statement == nullptr || !statement->is_prepared()) {
    statement = std::make_unique<SqliteStatement>(database_, sql);
  }
  return Query(statement.get());
}

// SQLite has rolled back by itself after some errors.
absl::Status SqliteConnection::Rollback() {
  return in_transaction() ? Execute("ROLLBACK") : absl::OkStatus();
}

absl::Status SqliteConnection::Execute(const char* sql) {
  return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK
             ? absl::OkStatus()
             : LastError(database_);
}

}  // namespace sluss
