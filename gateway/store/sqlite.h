// SQLite behind the seam of sql.h.
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
#include "gateway/store/sql.h"

namespace sluss {

// What a result code of SQLite asks of the caller. UNAVAILABLE: try again (full disk, lock, I/O).
// DATA_LOSS: the file is damaged, or a write was not confirmed: only opening it anew can tell.
// ALREADY_EXISTS: a key is taken. INTERNAL: anything else.
absl::Status SqliteStatus(int extended_code, absl::string_view message);

class SqliteStatement final : public SqlStatement {
 public:
  SqliteStatement(sqlite3* database, const char* sql);
  ~SqliteStatement() override;
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  void BindInt(int64_t value) override;
  void BindText(absl::string_view value) override;
  void BindBlob(absl::string_view value) override;
  void EndRow() override;
  absl::StatusOr<bool> Step() override;
  absl::Status RunLater() override;
  int64_t IntAt(int column) const override;
  std::string BytesAt(int column) const override;
  void Reset() override;

  bool is_prepared() const { return prepared_ == SQLITE_OK; }

 private:
  void Note(int code);

  sqlite3* const database_;
  sqlite3_stmt* statement_ = nullptr;
  const int prepared_;       // the code of its preparation
  int code_;                 // the first fault, until Step tells
  absl::Status row_failed_;  // the first fault of EndRow
  bool in_rows_ = false;
  int bound_ = 0;
};

class SqliteConnection final : public SqlConnection {
 public:
  // Opens an existing file for reading and writing. Waits up to `patience` for another's lock.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const std::string& path,
                                                                absl::Duration patience);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  Query Prepare(const char* sql) override;
  absl::Status Execute(const char* sql) override;
  int64_t changed() const override { return sqlite3_changes(database_); }
  absl::Status Begin() override { return Execute("BEGIN IMMEDIATE"); }
  absl::Status Commit() override { return Execute("COMMIT"); }
  absl::Status Rollback() override;
  // The store watches its write-ahead log instead.
  absl::Status NoteErasure() override { return absl::OkStatus(); }

  bool in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }
  sqlite3* handle() const { return database_; }

 private:
  explicit SqliteConnection(sqlite3* database) : database_(database) {}

  sqlite3* database_;
  absl::flat_hash_map<const char*, std::unique_ptr<SqliteStatement>> prepared_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_SQLITE_H_
