#include "gateway/store/database_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int64_t kApplicationId = 0x534c5553;  // "SLUS"
constexpr int64_t kSchemaVersion = 7;
constexpr absl::string_view kMagic("SQLite format 3\0", 16);
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr int64_t kCheckedWhole = int64_t{256} << 20;

// Times are microseconds since 1970; identifiers 16 bytes. A message keeps its row when its payload
// is gone. Queue positions are never given twice, which AUTOINCREMENT says.
constexpr char kSchema[] = R"sql(
  CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    tree BLOB NOT NULL,
    checkpoint BLOB NOT NULL
  ) STRICT;
  CREATE TABLE gateway (
    name TEXT PRIMARY KEY,
    counter INTEGER NOT NULL,
    last_event BLOB NOT NULL
  ) STRICT;
  CREATE TABLE entry (position INTEGER PRIMARY KEY, leaf BLOB NOT NULL) STRICT;
  CREATE TABLE tile (
    level INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
    PRIMARY KEY (level, position)
  ) STRICT;
  CREATE TABLE opening (event BLOB PRIMARY KEY, opening BLOB NOT NULL) STRICT;

  CREATE TABLE message (
    admitted INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state INTEGER NOT NULL,
    delivery_id BLOB NOT NULL,
    deadline INTEGER NOT NULL,
    pseudonym INTEGER NOT NULL,
    pseudonym_due INTEGER NOT NULL,
    details BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX message_delivery ON message (delivery_id) WHERE delivery_id != x'';
  CREATE INDEX message_deadline ON message (deadline) WHERE deadline < 9223372036854775807;
  CREATE INDEX message_pseudonym ON message (pseudonym_due, admitted) WHERE pseudonym = 1;
  CREATE TABLE payload (
    message INTEGER PRIMARY KEY REFERENCES message (admitted),
    envelope BLOB NOT NULL
  ) STRICT;
  CREATE TABLE citation (
    consent BLOB NOT NULL,
    message BLOB NOT NULL REFERENCES message (id),
    PRIMARY KEY (consent, message)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE item (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    agency TEXT NOT NULL,
    delivery_id BLOB NOT NULL UNIQUE,
    message_id BLOB NOT NULL,
    kind INTEGER NOT NULL,
    ready INTEGER NOT NULL,
    outcome BLOB NOT NULL
  ) STRICT;
  CREATE INDEX item_ready ON item (agency, ready, sequence);

  CREATE TABLE consent (
    id BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    registered_event BLOB NOT NULL,
    registered_index INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    withdrawn_event BLOB NOT NULL,
    withdrawn_index INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE enrolment (
    agency TEXT NOT NULL,
    day TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (agency, day)
  ) STRICT, WITHOUT ROWID;

  PRAGMA application_id = 0x534c5553;
)sql";

// What version 2 has beside version 1: the life of policies.
constexpr char kPolicySchema[] = R"sql(
  CREATE TABLE policy_version (digest BLOB PRIMARY KEY, version BLOB NOT NULL) STRICT;
  CREATE TABLE proposal (
    number INTEGER PRIMARY KEY,
    open INTEGER NOT NULL,
    proposal BLOB NOT NULL
  ) STRICT;
  CREATE INDEX proposal_open ON proposal (number) WHERE open = 1;
  CREATE TABLE activation (number INTEGER PRIMARY KEY, activation BLOB NOT NULL) STRICT;

  PRAGMA user_version = 2;
)sql";

// What version 3 has beside version 2: who may attest for an agency.
constexpr char kOfficerSchema[] = R"sql(
  CREATE TABLE officer_register (
    agency TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    digest BLOB NOT NULL,
    event BLOB NOT NULL,
    position INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE officer (
    agency TEXT NOT NULL,
    officer BLOB NOT NULL,
    certificate BLOB NOT NULL,
    PRIMARY KEY (agency, officer)
  ) STRICT, WITHOUT ROWID;

  PRAGMA user_version = 3;
)sql";

// What version 4 has beside version 3: what becomes of a consent after its registration, and that
// messages which have ended (states 3 and up of v1::MessageState) are forgotten after a year.
constexpr char kConsentSchema[] = R"sql(
  UPDATE message SET deadline = (unixepoch() + 365 * 86400) * 1000000
    WHERE state >= 3 AND deadline = 9223372036854775807;
  ALTER TABLE consent ADD COLUMN standing BLOB NOT NULL DEFAULT x'';

  PRAGMA user_version = 4;
)sql";

// What version 5 has beside version 4: what of the log others were shown, and what they said of it.
constexpr char kPublishedSchema[] = R"sql(
  CREATE TABLE published (
    number INTEGER PRIMARY KEY,
    size INTEGER NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    note BLOB NOT NULL
  ) STRICT;
  CREATE TABLE cosignature (
    number INTEGER NOT NULL REFERENCES published (number),
    witness TEXT NOT NULL,
    at INTEGER NOT NULL,
    line BLOB NOT NULL,
    PRIMARY KEY (witness, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cosignature_number ON cosignature (number);
  CREATE TABLE timestamp (
    number INTEGER PRIMARY KEY,
    checkpoint INTEGER NOT NULL REFERENCES published (number),
    at INTEGER NOT NULL,
    note BLOB NOT NULL,
    response BLOB NOT NULL
  ) STRICT;

  PRAGMA user_version = 5;
)sql";

// What version 6 has beside version 5: what opens the log's entries is sealed, by groups that share
// a key, and may be held. What lies in `opening_plain` is sealed when the gateway starts. A group
// whose key is empty is retired: its openings' rows are on their way out.
constexpr char kOpeningSchema[] = R"sql(
  ALTER TABLE opening RENAME TO opening_plain;
  CREATE TABLE opening (
    position INTEGER PRIMARY KEY,
    in_group INTEGER NOT NULL REFERENCES opening_group (number),
    sealed BLOB NOT NULL
  ) STRICT;
  CREATE INDEX opening_in_group ON opening (in_group);
  CREATE TABLE opening_group (
    number INTEGER PRIMARY KEY,
    class INTEGER NOT NULL,
    month TEXT NOT NULL,
    openings INTEGER NOT NULL,
    wrapped_key BLOB NOT NULL
  ) STRICT;
  CREATE INDEX opening_group_month ON opening_group (class, month);
  CREATE INDEX opening_group_retired ON opening_group (number) WHERE wrapped_key = x'';
  CREATE TABLE legal_hold (
    hold BLOB PRIMARY KEY,
    position INTEGER NOT NULL,
    details BLOB NOT NULL
  ) STRICT;

  PRAGMA user_version = 6;
)sql";

// What version 7 has beside version 6: officers' reviews of samples of the log.
constexpr char kReviewSchema[] = R"sql(
  CREATE TABLE review (number INTEGER PRIMARY KEY, review BLOB NOT NULL) STRICT;

  PRAGMA user_version = 7;
)sql";

// For reading beside the gateway a file that it has not brought up to date yet: nothing was shown.
constexpr char kNothingPublished[] = R"sql(
  CREATE TEMP TABLE published (number, size, at, note);
  CREATE TEMP TABLE cosignature (number, witness, at, line);
  CREATE TEMP TABLE timestamp (number, checkpoint, at, note, response);
)sql";
constexpr int64_t kPublishedVersion = 5;
// The same for openings, which such a file has but not sealed.
constexpr char kNoOpenings[] = R"sql(
  CREATE TEMP TABLE opening (position, in_group, sealed);
  CREATE TEMP TABLE opening_group (number, class, month, openings, wrapped_key);
  CREATE TEMP TABLE legal_hold (hold, position, details);
  CREATE TEMP TABLE opening_plain (event, opening);
)sql";
constexpr int64_t kOpeningVersion = 6;

// The same for reviews.
constexpr char kNoReviews[] = "CREATE TEMP TABLE review (number, review)";
constexpr int64_t kReviewVersion = 7;

// What makes a file of each version from the one before it; the first, from nothing.
constexpr const char* kVersions[] = {kSchema,        kPolicySchema,    kOfficerSchema,
                                     kConsentSchema, kPublishedSchema, kOpeningSchema,
                                     kReviewSchema};
static_assert(std::size(kVersions) == kSchemaVersion);

// secure_delete: what is erased is overwritten, not only unlinked from its page. The write-ahead
// log is copied back by the Checkpointer, never inside a commit.
constexpr char kSettings[] = R"sql(
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA wal_autocheckpoint = 0;
)sql";

absl::Status Refuse(const std::string& path, absl::string_view fault, absl::string_view cure) {
  return absl::FailedPreconditionError(absl::StrCat("database `", path, "` ", fault, ": ", cure));
}

absl::Status Damaged(const std::string& path, absl::string_view how) {
  return absl::DataLossError(absl::StrCat("database `", path, "` is damaged (", how,
                                          "): restore it from its backup; `sqlite3 ", path,
                                          " .recover` shows what is left"));
}

absl::Status NotWritable(const std::string& path) {
  return Refuse(path, "cannot be written by this user",
                absl::StrCat("run `chown ", getuid(), " ", path, "*; chmod u+rw ", path,
                             "*` and let the user write its directory"));
}

// Where SQLite's last word was a fault of the file, says so with the cure; any other fault was
// found here and is told as it is.
absl::Status Explain(const std::string& path, SqliteConnection* connection,
                     const absl::Status& status) {
  sqlite3* const database = connection->handle();
  switch (status.ok() ? SQLITE_OK : sqlite3_errcode(database) & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return Damaged(path, sqlite3_errmsg(database));
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return NotWritable(path);
    default:
      return status;
  }
}

// SQLite would make the file readable for everybody, and would take one whose header is wiped for a
// new one: a log that begins anew, unnoticed.
absl::Status CreateOrCheckHeader(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    const int error = errno;
    if (error == EACCES || error == EROFS || error == EPERM) return NotWritable(path);
    return Refuse(path, absl::StrCat("cannot be opened (", std::strerror(error), ")"),
                  "name a file in an existing directory of the gateway's own");
  }
  char header[kMagic.size()];
  const ssize_t size = pread(file, header, sizeof(header), 0);
  close(file);
  const bool ours = size == sizeof(header) && absl::string_view(header, sizeof(header)) == kMagic;
  return size == 0 || ours ? absl::OkStatus() : Damaged(path, "file is not a database");
}

// Earlier versions are taken too: the gateway brings them up to date when it opens them for
// writing.
absl::StatusOr<int64_t> CheckIdentity(const std::string& path, SqliteConnection* connection) {
  ASSIGN_OR_RETURN(const int64_t application, ReadNumber(connection, "PRAGMA application_id"));
  if (application != kApplicationId) {
    return Refuse(path, "belongs to another program", "name the gateway's own file in `database`");
  }
  ASSIGN_OR_RETURN(const int64_t version, ReadNumber(connection, "PRAGMA user_version"));
  if (version < 1 || version > kSchemaVersion) {
    return Refuse(path, absl::StrCat("has schema version ", version),
                  absl::StrCat("this program knows versions 1 to ", kSchemaVersion,
                               "; run the one that wrote the file"));
  }
  return version;
}

// In one transaction: an interrupted start leaves the file as it was.
absl::Status BringUpToDate(SqliteConnection* connection, int64_t version) {
  RETURN_IF_ERROR(connection->Execute("BEGIN IMMEDIATE"));
  absl::Status status;
  for (; version < kSchemaVersion && status.ok(); ++version) {
    status = connection->Execute(kVersions[version]);
  }
  if (status.ok()) status = connection->Execute("COMMIT");
  if (!status.ok() && connection->in_transaction()) (void)connection->Execute("ROLLBACK");
  return status;
}

// The whole file as long as that takes no time. Of a larger one, what the gateway works with: what
// only grows with the log is left out, since each entry and tile is held against the signed root by
// whoever reads it, and each opening is authenticated.
absl::StatusOr<std::vector<std::string>> PageChecks(SqliteConnection* connection) {
  ASSIGN_OR_RETURN(const int64_t pages, ReadNumber(connection, "PRAGMA page_count"));
  ASSIGN_OR_RETURN(const int64_t bytes, ReadNumber(connection, "PRAGMA page_size"));
  if (pages * bytes <= kCheckedWhole) return std::vector<std::string>{"PRAGMA quick_check(1)"};
  std::vector<std::string> checks;
  Query tables = connection->Prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('entry', 'tile', "
      "'opening')");
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, tables.Step());
    if (!row) return checks;
    checks.push_back(absl::StrCat("PRAGMA quick_check(\"", tables.BytesAt(0), "\")"));
  }
}

absl::Status CheckPages(const std::string& path, SqliteConnection* connection) {
  ASSIGN_OR_RETURN(const std::vector<std::string> checks, PageChecks(connection));
  for (const std::string& check : checks) {
    ASSIGN_OR_RETURN(const std::string verdict, ReadText(connection, check.c_str()));
    if (verdict != "ok") return Damaged(path, verdict);
  }
  return absl::OkStatus();
}

absl::Status SwitchToWriteAheadLog(const std::string& path, SqliteConnection* connection) {
  ASSIGN_OR_RETURN(const std::string mode, ReadText(connection, "PRAGMA journal_mode = WAL"));
  if (mode == "wal") return absl::OkStatus();
  return Refuse(path, "cannot have a write-ahead log where it lies",
                "move it to a local disk that supports shared memory");
}

absl::Status PrepareForWriting(const std::string& path, SqliteConnection* connection) {
  RETURN_IF_ERROR(connection->Execute(kSettings));
  ASSIGN_OR_RETURN(const int64_t tables,
                   ReadNumber(connection, "SELECT count(*) FROM sqlite_schema"));
  ASSIGN_OR_RETURN(const int64_t application, ReadNumber(connection, "PRAGMA application_id"));
  if (tables == 0 && application == 0) {
    RETURN_IF_ERROR(SwitchToWriteAheadLog(path, connection));
    return BringUpToDate(connection, /*version=*/0);
  }
  ASSIGN_OR_RETURN(const int64_t version, CheckIdentity(path, connection));
  RETURN_IF_ERROR(CheckPages(path, connection));
  RETURN_IF_ERROR(SwitchToWriteAheadLog(path, connection));
  return version == kSchemaVersion ? absl::OkStatus() : BringUpToDate(connection, version);
}

absl::Status PrepareBeside(const std::string& path, SqliteConnection* connection) {
  RETURN_IF_ERROR(connection->Execute(kSettings));
  ASSIGN_OR_RETURN(const int64_t version, CheckIdentity(path, connection));
  if (version < kPublishedVersion) RETURN_IF_ERROR(connection->Execute(kNothingPublished));
  if (version < kOpeningVersion) RETURN_IF_ERROR(connection->Execute(kNoOpenings));
  return version < kReviewVersion ? connection->Execute(kNoReviews) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenForWriting(const std::string& path) {
  RETURN_IF_ERROR(CreateOrCheckHeader(path));
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> connection,
                   SqliteConnection::Open(path, kPatience));
  RETURN_IF_ERROR(Explain(path, connection.get(), PrepareForWriting(path, connection.get())));
  return connection;
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenBeside(const std::string& path,
                                                             absl::Duration patience) {
  absl::StatusOr<std::unique_ptr<SqliteConnection>> connection =
      SqliteConnection::Open(path, patience);
  if (!connection.ok()) {
    return Refuse(path, "cannot be opened", "name the gateway's own file, as the gateway's user");
  }
  RETURN_IF_ERROR(Explain(path, connection->get(), PrepareBeside(path, connection->get())));
  return connection;
}

}  // namespace sluss
