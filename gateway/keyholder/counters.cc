#include "gateway/keyholder/counters.h"

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int kApplicationId = 0x536c4b48;  // "SlKH"

constexpr char kSetUp[] =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "BEGIN IMMEDIATE;"
    "PRAGMA application_id = 1399606088;"
    "CREATE TABLE IF NOT EXISTS used ("
    "  day TEXT NOT NULL,"  // YYYY-MM-DD, Swedish
    "  agency TEXT NOT NULL,"
    "  oracle INTEGER NOT NULL,"
    "  units INTEGER NOT NULL,"
    "  PRIMARY KEY (day, agency, oracle)"
    ") STRICT, WITHOUT ROWID;"
    "COMMIT;";
static_assert(kApplicationId == 1399606088);

// One statement, its parameters bound in order.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) {
    sqlite3_prepare_v2(database, sql, /*nByte=*/-1, &statement_, /*pzTail=*/nullptr);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& Bind(const std::string& text) {
    sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
    return *this;
  }
  Statement& Bind(int64_t number) {
    sqlite3_bind_int64(statement_, ++bound_, number);
    return *this;
  }
  // SQLITE_ROW, SQLITE_DONE or an error; SQLITE_MISUSE where the statement could not be prepared.
  int Step() { return sqlite3_step(statement_); }
  int64_t Number(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string Text(int column) const {
    return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement_, column)),
                       sqlite3_column_bytes(statement_, column));
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

absl::Status Failure(sqlite3* database) {
  return absl::UnavailableError(
      absl::StrCat("the counters cannot be kept: ", sqlite3_errmsg(database)));
}

absl::Status Execute(sqlite3* database, const char* sql) {
  return sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK ? absl::OkStatus()
                                                                             : Failure(database);
}

// Undone unless committed.
class Transaction {
 public:
  explicit Transaction(sqlite3* database) : database_(database) {}
  ~Transaction() {
    if (open_) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  absl::Status Begin() {
    RETURN_IF_ERROR(Execute(database_, "BEGIN IMMEDIATE"));
    open_ = true;
    return absl::OkStatus();
  }
  absl::Status Commit() {
    RETURN_IF_ERROR(Execute(database_, "COMMIT"));
    open_ = false;
    return absl::OkStatus();
  }

 private:
  sqlite3* const database_;
  bool open_ = false;
};

// The first value of a statement's first row; nothing where there is none.
std::optional<std::string> FirstValue(sqlite3* database, const char* sql) {
  Statement statement(database, sql);
  if (statement.Step() != SQLITE_ROW) return std::nullopt;
  return statement.Text(0);
}

// Why the opened file cannot be used; empty where it can.
std::string FaultOf(sqlite3* database) {
  constexpr char kInUse[] = "is in use by another process; stop that first";
  constexpr char kDamaged[] =
      "is damaged; restore it from a backup, or move it away, which begins today's budgets anew";
  if (sqlite3_db_readonly(database, "main") == 1) {
    return "is read-only; let this user write it and its directory";
  }
  const std::optional<std::string> owner = FirstValue(database, "PRAGMA application_id");
  if (!owner.has_value()) return sqlite3_errcode(database) == SQLITE_BUSY ? kInUse : kDamaged;
  if (*owner != "0" && *owner != absl::StrCat(kApplicationId)) {
    return "belongs to another program; name another file";
  }
  if (FirstValue(database, "PRAGMA quick_check") != "ok") return kDamaged;
  if (sqlite3_exec(database, kSetUp, nullptr, nullptr, nullptr) == SQLITE_OK) return "";
  if (sqlite3_errcode(database) == SQLITE_BUSY) return kInUse;
  return absl::StrCat("cannot be set up: ", sqlite3_errmsg(database));
}

}  // namespace

void Counters::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Counters::Counters(std::unique_ptr<sqlite3, Close> database) : database_(std::move(database)) {}

absl::StatusOr<std::unique_ptr<Counters>> Counters::Open(const std::string& path) {
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  std::unique_ptr<sqlite3, Close> database(opened);
  const std::string fault = result == SQLITE_OK
                                ? FaultOf(opened)
                                : absl::StrCat("cannot be opened: ", sqlite3_errstr(result));
  if (!fault.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("database `", path, "` ", fault));
  }
  return std::unique_ptr<Counters>(new Counters(std::move(database)));
}

absl::StatusOr<Grant> Counters::TakeOne(Oracle oracle, const std::string& day, uint64_t limit,
                                        const AgencyId& agency, uint64_t wanted, bool whole) {
  Statement read(database_.get(),
                 "SELECT units FROM used WHERE day = ? AND agency = ? AND oracle = ?");
  const int found = read.Bind(day).Bind(agency.value()).Bind(static_cast<int64_t>(oracle)).Step();
  if (found != SQLITE_ROW && found != SQLITE_DONE) return Failure(database_.get());
  const uint64_t used = found == SQLITE_ROW ? read.Number(0) : 0;
  const uint64_t left = used < limit ? limit - used : 0;
  const uint64_t granted = whole && wanted > left ? 0 : std::min(wanted, left);
  if (granted > 0) {
    Statement write(database_.get(),
                    "INSERT INTO used (day, agency, oracle, units) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET units = units + excluded.units");
    write.Bind(day).Bind(agency.value()).Bind(static_cast<int64_t>(oracle));
    if (write.Bind(static_cast<int64_t>(granted)).Step() != SQLITE_DONE) {
      return Failure(database_.get());
    }
  }
  return Grant{granted, left - granted};
}

absl::StatusOr<std::map<AgencyId, Grant>> Counters::Take(Oracle oracle, absl::CivilDay day,
                                                         uint64_t limit,
                                                         const std::map<AgencyId, uint64_t>& wanted,
                                                         bool whole) {
  MutexLock lock(&mutex_);
  Transaction transaction(database_.get());
  RETURN_IF_ERROR(transaction.Begin());
  std::map<AgencyId, Grant> grants;
  for (const auto& [agency, units] : wanted) {
    ASSIGN_OR_RETURN(grants[agency],
                     TakeOne(oracle, absl::FormatCivilTime(day), limit, agency, units, whole));
  }
  RETURN_IF_ERROR(transaction.Commit());
  return grants;
}

absl::StatusOr<std::vector<Use>> Counters::Since(absl::CivilDay first) const {
  MutexLock lock(&mutex_);
  Statement read(database_.get(),
                 "SELECT day, agency, oracle, units FROM used WHERE day >= ?"
                 " ORDER BY day, agency, oracle");
  read.Bind(absl::FormatCivilTime(first));
  std::vector<Use> uses;
  int result = read.Step();
  for (; result == SQLITE_ROW; result = read.Step()) {
    Use use{AgencyId(read.Text(1)),
            {},
            static_cast<Oracle>(read.Number(2)),
            static_cast<uint64_t>(read.Number(3))};
    if (!absl::ParseCivilTime(read.Text(0), &use.day)) return Failure(database_.get());
    uses.push_back(std::move(use));
  }
  if (result != SQLITE_DONE) return Failure(database_.get());
  return uses;
}

}  // namespace sluss
