#include "gateway/store/postgres_schema.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int64_t kSchemaVersion = 1;
constexpr int kOldestServer = 130000;

// As database_file.cc has them for SQLite, where each column is said more about. Texts are compared
// byte by byte, whatever the database's locale. Places in queues and in the order of admission are
// given under the lock of the head's one row, so they follow the order of commits. `head` changes
// with every commit: its old versions are cleared away early, and its tree, which is hashes, is not
// compressed in vain.
constexpr char kSchema[] = R"sql(
  CREATE TABLE sluss_schema (one bigint PRIMARY KEY CHECK (one = 1), version bigint NOT NULL);

  CREATE TABLE head (
    one bigint PRIMARY KEY CHECK (one = 1),
    size bigint NOT NULL,
    tree bytea NOT NULL,
    checkpoint bytea NOT NULL
  ) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
          toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);
  ALTER TABLE head ALTER COLUMN tree SET STORAGE EXTERNAL;
  INSERT INTO head (one, size, tree, checkpoint) VALUES (1, 0, '', '');
  CREATE TABLE gateway (
    name text COLLATE "C" PRIMARY KEY,
    counter bigint NOT NULL,
    last_event bytea NOT NULL
  ) WITH (fillfactor = 10);
  CREATE TABLE entry (position bigint PRIMARY KEY, leaf bytea NOT NULL)
    PARTITION BY RANGE (position);
  CREATE TABLE tile (
    level bigint NOT NULL,
    position bigint NOT NULL,
    hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (level, position)
  );
  ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

  CREATE TABLE message (
    admitted bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id bytea NOT NULL UNIQUE,
    sender text COLLATE "C" NOT NULL,
    recipient text COLLATE "C" NOT NULL,
    state bigint NOT NULL,
    delivery_id bytea NOT NULL,
    deadline bigint NOT NULL,
    pseudonym bigint NOT NULL,
    pseudonym_due bigint NOT NULL,
    details bytea NOT NULL
  );
  CREATE UNIQUE INDEX message_delivery ON message (delivery_id) WHERE delivery_id != ''::bytea;
  CREATE INDEX message_deadline ON message (deadline) WHERE deadline < 9223372036854775807;
  CREATE INDEX message_pseudonym ON message (pseudonym_due, admitted) WHERE pseudonym = 1;
  CREATE TABLE payload (
    message bigint PRIMARY KEY REFERENCES message (admitted),
    envelope bytea NOT NULL
  );
  ALTER TABLE payload ALTER COLUMN envelope SET STORAGE EXTERNAL;
  CREATE TABLE citation (
    consent bytea NOT NULL,
    message bytea NOT NULL REFERENCES message (id),
    PRIMARY KEY (consent, message)
  );
  CREATE INDEX citation_message ON citation (message);

  CREATE TABLE item (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency text COLLATE "C" NOT NULL,
    delivery_id bytea NOT NULL UNIQUE,
    message_id bytea NOT NULL,
    kind bigint NOT NULL,
    ready bigint NOT NULL,
    outcome bytea NOT NULL
  );
  CREATE INDEX item_ready ON item (agency, ready, sequence);

  CREATE TABLE consent (
    id bytea PRIMARY KEY,
    record bytea NOT NULL,
    registered_event bytea NOT NULL,
    registered_index bigint NOT NULL,
    withdrawn bigint NOT NULL,
    withdrawn_event bytea NOT NULL,
    withdrawn_index bigint NOT NULL,
    standing bytea NOT NULL
  );
  CREATE TABLE enrolment (
    agency text COLLATE "C" NOT NULL,
    day text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (agency, day)
  );

  CREATE TABLE policy_version (digest bytea PRIMARY KEY, version bytea NOT NULL);
  CREATE TABLE proposal (
    number bigint PRIMARY KEY,
    open bigint NOT NULL,
    proposal bytea NOT NULL
  );
  CREATE INDEX proposal_open ON proposal (number) WHERE open = 1;
  CREATE TABLE activation (number bigint PRIMARY KEY, activation bytea NOT NULL);

  CREATE TABLE officer_register (
    agency text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    digest bytea NOT NULL,
    event bytea NOT NULL,
    position bigint NOT NULL
  );
  CREATE TABLE officer (
    agency text COLLATE "C" NOT NULL,
    officer bytea NOT NULL,
    certificate bytea NOT NULL,
    PRIMARY KEY (agency, officer)
  );

  CREATE TABLE published (
    number bigint PRIMARY KEY,
    size bigint NOT NULL UNIQUE,
    at bigint NOT NULL,
    note bytea NOT NULL
  );
  CREATE TABLE cosignature (
    number bigint NOT NULL REFERENCES published (number),
    witness text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    line bytea NOT NULL,
    PRIMARY KEY (witness, number)
  );
  CREATE INDEX cosignature_number ON cosignature (number);
  CREATE TABLE timestamp (
    number bigint PRIMARY KEY,
    checkpoint bigint NOT NULL REFERENCES published (number),
    at bigint NOT NULL,
    note bytea NOT NULL,
    response bytea NOT NULL
  );

  CREATE TABLE opening_plain (event bytea PRIMARY KEY, opening bytea NOT NULL);
  CREATE TABLE opening (
    position bigint PRIMARY KEY,
    in_group bigint NOT NULL,
    sealed bytea NOT NULL
  );
  CREATE INDEX opening_in_group ON opening (in_group, position);
  CREATE TABLE opening_group (
    number bigint PRIMARY KEY,
    class bigint NOT NULL,
    month text COLLATE "C" NOT NULL,
    openings bigint NOT NULL,
    wrapped_key bytea NOT NULL
  );
  CREATE INDEX opening_group_month ON opening_group (class, month);
  CREATE INDEX opening_group_retired ON opening_group (number) WHERE wrapped_key = ''::bytea;
  CREATE TABLE legal_hold (hold bytea PRIMARY KEY, position bigint NOT NULL, details bytea NOT NULL);
  CREATE TABLE erasure (erased bigint NOT NULL, wiped bigint NOT NULL);
  INSERT INTO erasure (erased, wiped) VALUES (0, 0);

  CREATE TABLE review (number bigint PRIMARY KEY, review bytea NOT NULL);

  INSERT INTO sluss_schema (one, version) VALUES (1, 1);
)sql";

absl::Status Refuse(absl::string_view fault, absl::string_view cure) {
  return absl::FailedPreconditionError(absl::StrCat("database: ", fault, ": ", cure));
}

absl::StatusOr<bool> HasTables(SqlConnection* connection) {
  ASSIGN_OR_RETURN(const int64_t tables,
                   ReadNumber(connection,
                              "SELECT count(*) FROM pg_class WHERE relname = 'sluss_schema' AND "
                              "relnamespace = CAST(current_schema() AS regnamespace)"));
  return tables > 0;
}

absl::Status CheckIsEmpty(SqlConnection* connection) {
  ASSIGN_OR_RETURN(const int64_t others,
                   ReadNumber(connection,
                              "SELECT count(*) FROM pg_class WHERE "
                              "relnamespace = CAST(current_schema() AS regnamespace)"));
  if (others == 0) return absl::OkStatus();
  return Refuse("its schema belongs to another program",
                "create one of the gateway's own with `CREATE SCHEMA sluss AUTHORIZATION ROLE` and "
                "`ALTER ROLE ROLE SET search_path = sluss`");
}

absl::Status CheckVersion(SqlConnection* connection) {
  ASSIGN_OR_RETURN(const int64_t version,
                   ReadNumber(connection, "SELECT version FROM sluss_schema"));
  if (version == kSchemaVersion) return absl::OkStatus();
  return Refuse(absl::StrCat("has schema version ", version),
                absl::StrCat("this program knows version ", kSchemaVersion,
                             "; run the one that made the tables"));
}

std::string MakePartition(uint64_t number) {
  const std::string name = absl::StrCat("entry_", number);
  // Attached rather than created in place: so no reader of the log waits.
  return absl::StrCat("CREATE TABLE IF NOT EXISTS ", name,
                      " (position bigint PRIMARY KEY, leaf bytea NOT NULL, CHECK (position >= ",
                      number * kPartitionEntries, " AND position < ",
                      (number + 1) * kPartitionEntries, ")); ALTER TABLE entry ATTACH PARTITION ",
                      name, " FOR VALUES FROM (", number * kPartitionEntries, ") TO (",
                      (number + 1) * kPartitionEntries, ")");
}

absl::StatusOr<bool> HasPartition(SqlConnection* connection, uint64_t number) {
  Query query = connection->Prepare(
      "SELECT count(*) FROM pg_inherits WHERE inhparent = CAST('entry' AS regclass) "
      "AND inhrelid = to_regclass(?)");
  query.Text(absl::StrCat("entry_", number));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row && query.IntAt(0) > 0;
}

// In a transaction that holds the lock.
absl::Status CreateUnlessThere(PostgresConnection* connection) {
  ASSIGN_OR_RETURN(const bool there, HasTables(connection));
  if (there) return absl::OkStatus();
  RETURN_IF_ERROR(CheckIsEmpty(connection));
  RETURN_IF_ERROR(connection->Execute(kSchema));
  for (const uint64_t number : {0, 1}) {
    RETURN_IF_ERROR(connection->Execute(MakePartition(number).c_str()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckServer(PostgresConnection* connection) {
  if (connection->server_version() < kOldestServer) {
    return Refuse("the server is older than PostgreSQL 13", "upgrade it");
  }
  ASSIGN_OR_RETURN(const std::string encoding,
                   ReadText(connection, "SELECT current_setting('server_encoding')"));
  if (encoding != "UTF8") {
    return Refuse(absl::StrCat("its encoding is ", encoding),
                  "create it with `createdb --encoding=UTF8 --template=template0`");
  }
  ASSIGN_OR_RETURN(const std::string schema,
                   ReadText(connection, "SELECT CAST(current_schema() AS text)"));
  if (!schema.empty()) return absl::OkStatus();
  return Refuse("no schema of the role's search_path exists",
                "create one with `CREATE SCHEMA sluss AUTHORIZATION ROLE` and "
                "`ALTER ROLE ROLE SET search_path = sluss`");
}

absl::Status CheckServerKeeps(PostgresConnection* connection) {
  Query query = connection->Prepare(
      "SELECT name FROM pg_settings WHERE setting = 'off' AND "
      "name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name");
  ASSIGN_OR_RETURN(const bool off, query.Step());
  if (off) {
    return Refuse(
        absl::StrCat("`", query.BytesAt(0), "` is off, so an answered message may be lost"),
        absl::StrCat("run `ALTER SYSTEM SET ", query.BytesAt(0),
                     " = on; SELECT pg_reload_conf()` and see that neither role nor "
                     "database sets it"));
  }
  ASSIGN_OR_RETURN(const int64_t recovering,
                   ReadNumber(connection, "SELECT CAST(pg_is_in_recovery() AS integer)"));
  if (recovering != 0) {
    return Refuse("the server is a standby, or recovers still",
                  "name the primary, or both with `target_session_attrs=read-write`");
  }
  ASSIGN_OR_RETURN(
      const int64_t read_only,
      ReadNumber(connection,
                 "SELECT CAST(current_setting('transaction_read_only') = 'on' AS integer)"));
  if (read_only == 0) return absl::OkStatus();
  return Refuse("its transactions are read only",
                "take `default_transaction_read_only` out of server, database and role");
}

absl::Status CreateOrCheckSchema(PostgresConnection* connection) {
  RETURN_IF_ERROR(connection->Execute(
      "BEGIN ISOLATION LEVEL READ COMMITTED; "
      "SELECT pg_advisory_xact_lock(hashtextextended('sluss schema ' || current_schema(), "
      "0))"));
  absl::Status status = CreateUnlessThere(connection);
  if (status.ok()) status = connection->Execute("COMMIT");
  if (!status.ok()) {
    (void)connection->Rollback();
    return status;
  }
  return CheckVersion(connection);
}

absl::Status CheckSchema(PostgresConnection* connection) {
  ASSIGN_OR_RETURN(const bool there, HasTables(connection));
  if (there) return CheckVersion(connection);
  return Refuse("has no tables of a gateway's", "start the gateway first, or name its database");
}

absl::Status MakePartitions(PostgresConnection* connection, uint64_t size) {
  const uint64_t now = size / kPartitionEntries;
  for (const uint64_t number : {now, now + 1}) {
    ASSIGN_OR_RETURN(const bool there, HasPartition(connection, number));
    if (there) continue;
    RETURN_IF_ERROR(connection->Execute("SAVEPOINT partition"));
    const absl::Status made = connection->Execute(MakePartition(number).c_str());
    if (made.ok()) {
      RETURN_IF_ERROR(connection->Execute("RELEASE SAVEPOINT partition"));
    } else {
      RETURN_IF_ERROR(connection->Execute("ROLLBACK TO SAVEPOINT partition"));
    }
  }
  return absl::OkStatus();
}

}  // namespace sluss
