#include "gateway/store/postgres_connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/store/postgres_statement.h"

namespace sluss {
namespace {

// A gateway that died or froze keeps nobody else from the head's lock for longer.
constexpr int kIdleSeconds = 10;

absl::StatusCode CodeOf(absl::string_view sqlstate) {
  const absl::string_view kind = sqlstate.substr(0, 2);
  if (sqlstate == "23505") return absl::StatusCode::kAlreadyExists;
  if (sqlstate == "XX001" || sqlstate == "XX002" || sqlstate == "58030") {
    return absl::StatusCode::kDataLoss;
  }
  // Connection, resources, the operator, locks, serialization; a transaction that the server ended
  // for idling, and a server that has become a standby.
  if (kind == "08" || kind == "53" || kind == "57" || kind == "55" || kind == "40" ||
      sqlstate == "25P03" || sqlstate == "25006") {
    return absl::StatusCode::kUnavailable;
  }
  return absl::StatusCode::kInternal;
}

absl::string_view CureOf(absl::string_view sqlstate) {
  if (sqlstate == "53100") return "; free space on its disk, the store then goes on by itself";
  if (sqlstate == "53300") return "; raise the server's max_connections";
  if (CodeOf(sqlstate) == absl::StatusCode::kDataLoss) {
    return "; stop the gateways and fail over to the standby or restore the database";
  }
  return "";
}

std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(absl::StripAsciiWhitespace(text), {{"\n", " "}, {"\t", " "}});
}

absl::string_view Field(const PGresult* result, int code) {
  const char* const field = PQresultErrorField(result, code);
  return field == nullptr ? absl::string_view() : field;
}

void NoteWarning(void* warned, const PGresult* notice) {
  if (Field(notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING") *static_cast<bool*>(warned) = true;
}

// The server ended the session.
bool IsGoodbye(absl::string_view sqlstate) {
  return absl::StartsWith(sqlstate, "57P") || sqlstate == "25P03" ||
         absl::StartsWith(sqlstate, "08");
}

}  // namespace

absl::Status PostgresStatus(absl::string_view sqlstate, absl::string_view message) {
  return absl::Status(CodeOf(sqlstate),
                      absl::StrCat("database: ", OneLine(message), CureOf(sqlstate)));
}

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Connect(
    const std::string& uri, absl::Duration deadline) {
  // What comes after `dbname` stands above the URI, what comes before it below.
  const char* const keywords[] = {"ssl_min_protocol_version",
                                  "keepalives_idle",
                                  "keepalives_interval",
                                  "keepalives_count",
                                  "tcp_user_timeout",
                                  "fallback_application_name",
                                  "dbname",
                                  "client_encoding",
                                  "gssencmode",
                                  nullptr};
  const char* const values[] = {"TLSv1.3", "5",         "2",    "3",       "10000",
                                "sluss",   uri.c_str(), "UTF8", "disable", nullptr};
  PGconn* const raw = PQconnectStartParams(keywords, values, /*expand_dbname=*/1);
  if (raw == nullptr) return absl::ResourceExhaustedError("database: out of memory");
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(raw, deadline));
  PQsetNoticeReceiver(raw, NoteWarning, &connection->warned_);
  RETURN_IF_ERROR(connection->Greet(absl::Now() + deadline));
  RETURN_IF_ERROR(connection->SetUpSession());
  return connection;
}

PostgresConnection::PostgresConnection(PGconn* connection, absl::Duration deadline)
    : connection_(connection), deadline_(deadline) {}

PostgresConnection::~PostgresConnection() {
  prepared_.clear();
  PQfinish(connection_);
}

absl::Status PostgresConnection::Greet(absl::Time until) {
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (PQstatus(connection_) != CONNECTION_BAD && wanted != PGRES_POLLING_OK &&
         wanted != PGRES_POLLING_FAILED) {
    RETURN_IF_ERROR(WaitFor(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, until));
    wanted = PQconnectPoll(connection_);
  }
  if (PQstatus(connection_) != CONNECTION_OK) {
    return Lose(OneLine(PQerrorMessage(connection_)));
  }
  if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1) {
    return Lose("the connection cannot be set up");
  }
  return absl::OkStatus();
}

// A lock is waited for a little shorter than the server as a whole, so that it is the server that
// tells of it and the connection stays. There is no statement_timeout: it would cut short the wait
// for a synchronous standby, and what no standby has would be answered as durable.
absl::Status PostgresConnection::SetUpSession() {
  RETURN_IF_ERROR(
      Execute(absl::StrCat("SET lock_timeout = ", absl::ToInt64Milliseconds(deadline_ * 4 / 5),
                           "; SET idle_in_transaction_session_timeout = '", kIdleSeconds,
                           "s'; SET statement_timeout = 0"
                           "; SET client_min_messages = warning"
                           "; SET standard_conforming_strings = on"
                           "; SET tcp_keepalives_idle = 5"
                           "; SET tcp_keepalives_interval = 2"
                           "; SET tcp_keepalives_count = 3"
                           "; SET tcp_user_timeout = '10s'; SET jit = off")
                  .c_str()));
  if (server_version() < 140000) return absl::OkStatus();
  return Execute("SET client_connection_check_interval = '2s'");
}

absl::Status PostgresConnection::Lose(absl::string_view why) {
  if (lost_.ok()) lost_ = absl::UnavailableError(absl::StrCat("database: ", why));
  for (const Awaited& awaited : awaited_) awaited.statement->prepared_ = false;
  awaited_.clear();
  return lost_;
}

bool PostgresConnection::IsUsable() {
  if (!lost_.ok()) return false;
  // Nothing is to be read from a server that nothing was asked of, but its goodbye.
  pollfd socket = {PQsocket(connection_), POLLIN, 0};
  for (int reads = 0; reads < 3 && poll(&socket, 1, 0) > 0; ++reads) {
    if (PQconsumeInput(connection_) == 0) (void)Lose("connection lost");
  }
  return lost_.ok() && PQstatus(connection_) == CONNECTION_OK &&
         PQtransactionStatus(connection_) == PQTRANS_IDLE;
}

Query PostgresConnection::Prepare(const char* sql) {
  std::unique_ptr<PostgresStatement>& statement = prepared_[sql];
  if (statement == nullptr) {
    statement = std::make_unique<PostgresStatement>(this, sql, absl::StrCat("s", prepared_.size()));
  }
  return Query(statement.get());
}

absl::Status PostgresConnection::WaitFor(short events, absl::Time until) {
  pollfd socket = {PQsocket(connection_), events, 0};
  for (;;) {
    // Rounded up: a wait of less than a millisecond is one.
    const int64_t left = absl::ToInt64Milliseconds(until - absl::Now() + absl::Milliseconds(1));
    const int ready =
        poll(&socket, 1, static_cast<int>(std::clamp<int64_t>(left, 0, 1'000'000'000)));
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return Lose("its socket cannot be waited for");
    if (absl::Now() >= until) {
      return Lose(
          absl::StrCat("no answer within the deadline: see that the server runs and is not "
                       "overloaded; the store goes on by itself"));
    }
  }
}

absl::Status PostgresConnection::Flush(absl::Time until) {
  for (;;) {
    const int left = PQflush(connection_);
    if (left == 0) return absl::OkStatus();
    if (left < 0) return Lose(OneLine(PQerrorMessage(connection_)));
    // The server may not read before what it says is read.
    RETURN_IF_ERROR(WaitFor(POLLIN | POLLOUT, until));
    if (PQconsumeInput(connection_) == 0) return Lose(OneLine(PQerrorMessage(connection_)));
  }
}

absl::StatusOr<PostgresResult> PostgresConnection::NextResult(absl::Time until) {
  while (PQisBusy(connection_) != 0) {
    RETURN_IF_ERROR(WaitFor(POLLIN, until));
    if (PQconsumeInput(connection_) == 0) return Lose(OneLine(PQerrorMessage(connection_)));
  }
  PostgresResult result(PQgetResult(connection_));
  if (PQstatus(connection_) == CONNECTION_BAD) return Lose(OneLine(PQerrorMessage(connection_)));
  return result;
}

absl::Status PostgresConnection::Check(const PGresult* result) {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      return absl::OkStatus();
    case PGRES_FATAL_ERROR: {
      const absl::string_view sqlstate = Field(result, PG_DIAG_SQLSTATE);
      const absl::Status status = PostgresStatus(sqlstate, Field(result, PG_DIAG_MESSAGE_PRIMARY));
      if (IsGoodbye(sqlstate)) (void)Lose(Field(result, PG_DIAG_MESSAGE_PRIMARY));
      return status;
    }
    default:
      return Lose("an answer out of turn");
  }
}

absl::Status PostgresConnection::Send(PostgresStatement* statement) {
  RETURN_IF_ERROR(lost_);
  if (!statement->prepared_) {
    if (statement->Prepare(connection_) == 0) return Lose(OneLine(PQerrorMessage(connection_)));
    statement->prepared_ = true;
    awaited_.push_back({statement, /*preparation=*/true});
  }
  if (statement->Send(connection_) == 0) return Lose(OneLine(PQerrorMessage(connection_)));
  awaited_.push_back({statement, /*preparation=*/false});
  return absl::OkStatus();
}

absl::StatusOr<PostgresResult> PostgresConnection::Settle() {
  RETURN_IF_ERROR(lost_);
  const absl::Time until = absl::Now() + deadline_;
  if (PQpipelineSync(connection_) == 0) return Lose(OneLine(PQerrorMessage(connection_)));
  RETURN_IF_ERROR(Flush(until));
  return Collect(until);
}

// After the first error the server passes over the rest of what was sent.
absl::StatusOr<PostgresResult> PostgresConnection::Collect(absl::Time until) {
  absl::Status failed;
  PostgresResult last;
  const std::vector<Awaited> awaited = awaited_;
  for (const Awaited& one : awaited) {
    ASSIGN_OR_RETURN(last, NextResult(until));
    const bool passed_over = PQresultStatus(last.get()) == PGRES_PIPELINE_ABORTED;
    const absl::Status status = passed_over ? absl::OkStatus() : Check(last.get());
    if (failed.ok()) failed = status;
    RETURN_IF_ERROR(lost_);
    if (one.preparation && (passed_over || !status.ok())) one.statement->prepared_ = false;
    ASSIGN_OR_RETURN(const PostgresResult end, NextResult(until));
    if (end != nullptr) return Lose("an answer out of turn");
  }
  awaited_.clear();
  ASSIGN_OR_RETURN(const PostgresResult sync, NextResult(until));
  if (PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) return Lose("an answer out of turn");
  RETURN_IF_ERROR(failed);
  changed_ = 0;
  (void)absl::SimpleAtoi(PQcmdTuples(last.get()), &changed_);
  return last;
}

absl::Status PostgresConnection::ExecuteWithin(const char* sql, absl::Duration deadline) {
  if (!awaited_.empty()) RETURN_IF_ERROR(Settle().status());
  RETURN_IF_ERROR(lost_);
  const absl::Time until = absl::Now() + deadline;
  if (PQexitPipelineMode(connection_) == 0 || PQsendQuery(connection_, sql) == 0) {
    return Lose(OneLine(PQerrorMessage(connection_)));
  }
  RETURN_IF_ERROR(Flush(until));
  absl::Status failed;
  for (;;) {
    ASSIGN_OR_RETURN(const PostgresResult result, NextResult(until));
    if (result == nullptr) break;
    const absl::Status status = Check(result.get());
    if (failed.ok()) failed = status;
    RETURN_IF_ERROR(lost_);
  }
  if (PQenterPipelineMode(connection_) == 0) return Lose(OneLine(PQerrorMessage(connection_)));
  return failed;
}

absl::Status PostgresConnection::Begin() {
  Query begin = Prepare("BEGIN ISOLATION LEVEL READ COMMITTED");
  RETURN_IF_ERROR(begin.RunLater());
  Query head = Prepare("SELECT size FROM head WHERE one = 1 FOR UPDATE");
  const absl::StatusOr<bool> row = head.Step();
  if (row.ok() && *row) {
    head_size_ = static_cast<uint64_t>(head.IntAt(0));
    return absl::OkStatus();
  }
  (void)Rollback();
  return row.ok() ? absl::DataLossError(
                        "database: the log's head is not there; stop the gateways and restore the "
                        "database from its backup")
                  : row.status();
}

// The server commits without its synchronous standby when it is told to stop waiting, and says so
// in a warning only: that is not what durable means here.
absl::Status PostgresConnection::Commit() {
  warned_ = false;
  Query query = Prepare("COMMIT");
  RETURN_IF_ERROR(query.RunLater());
  const absl::StatusOr<PostgresResult> result = Settle();
  if (!lost_.ok()) {
    commit_in_doubt_ = true;
    return absl::UnavailableError(
        absl::StrCat(lost_.message(), "; whether the commit took effect is not known yet"));
  }
  RETURN_IF_ERROR(result.status());
  if (absl::string_view(PQcmdStatus(result->get())) != "COMMIT") {
    return absl::InternalError("database: the transaction was rolled back in place of its commit");
  }
  if (!warned_) return absl::OkStatus();
  commit_in_doubt_ = true;
  return Lose("no standby confirmed the commit: see that the synchronous standby runs");
}

// A lost connection takes its transaction with it.
absl::Status PostgresConnection::Rollback() {
  if (!lost_.ok()) return absl::OkStatus();
  if (!awaited_.empty()) (void)Settle();
  if (!lost_.ok() || PQtransactionStatus(connection_) == PQTRANS_IDLE) return absl::OkStatus();
  return Prepare("ROLLBACK").Run();
}

absl::Status PostgresConnection::NoteErasure() {
  return Prepare("UPDATE erasure SET erased = erased + 1").RunLater();
}

}  // namespace sluss
