#include "gateway/store/sqlite.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kAlways = std::numeric_limits<int64_t>::min();

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

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      code_(other.code_),
      bound_(other.bound_) {}

// What reset returns repeats the fault of the last step, which Step has told.
Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::Note(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

Query& Query::Int(int64_t value) {
  Note(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

Query& Query::Text(absl::string_view value) {
  Note(sqlite3_bind_text64(statement_, ++bound_, value.empty() ? "" : value.data(), value.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Query& Query::Blob(absl::string_view value) {
  // A null pointer would bind NULL.
  Note(sqlite3_bind_blob64(statement_, ++bound_, value.empty() ? "" : value.data(), value.size(),
                           SQLITE_TRANSIENT));
  return *this;
}

Query& Query::Time(absl::Time value) {
  if (value == absl::InfiniteFuture()) return Int(kNever);
  if (value == absl::InfinitePast()) return Int(kAlways);
  return Int(absl::ToUnixMicros(value));
}

absl::StatusOr<bool> Query::Step() {
  if (code_ != SQLITE_OK) return SqliteStatus(code_, sqlite3_errmsg(database_));
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return LastError(database_);
}

absl::Status Query::Run() {
  ASSIGN_OR_RETURN(const bool row, Step());
  return row ? absl::InternalError("database: a statement gave rows unasked") : absl::OkStatus();
}

int64_t Query::IntAt(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::BytesAt(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_, column);  // null when empty
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

absl::Time Query::TimeAt(int column) const {
  const int64_t us = IntAt(column);
  if (us == kNever) return absl::InfiniteFuture();
  if (us == kAlways) return absl::InfinitePast();
  return absl::FromUnixMicros(us);
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path,
                                                             absl::Duration patience) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (database == nullptr) return absl::ResourceExhaustedError("database: out of memory");
  std::unique_ptr<Connection> connection(new Connection(database));
  sqlite3_extended_result_codes(database, 1);
  if (code != SQLITE_OK) return LastError(database);
  sqlite3_busy_timeout(database, static_cast<int>(absl::ToInt64Milliseconds(patience)));
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

Query Connection::Prepare(const char* sql) {
  sqlite3_stmt*& statement = prepared_[sql];
  int code = SQLITE_OK;
  if (statement == nullptr) {
    code = sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  }
  return Query(database_, statement, code);
}

absl::Status Connection::Execute(const char* sql) {
  return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK
             ? absl::OkStatus()
             : LastError(database_);
}

}  // namespace sluss
