#include "tests/gateway/store/postgres_fixture.h"

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/crypto/random.h"

namespace sluss::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kScript[] = SLUSS_SOURCE_DIR "/tests/gateway/store/postgres_server";

std::string FirstLine(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

struct Result {
  PGconn* connection;
  PGresult* result;
  ~Result() {
    PQclear(result);
    PQfinish(connection);
  }
};

std::string RunOn(const std::string& uri, const std::string& sql) {
  PGconn* const connection = PQconnectdb(uri.c_str());
  PQsetNoticeReceiver(
      connection, [](void*, const PGresult*) {}, nullptr);
  const Result run{connection, PQexec(connection, sql.c_str())};
  const ExecStatusType status = PQresultStatus(run.result);
  EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
      << sql << ": " << PQerrorMessage(connection);
  if (status != PGRES_TUPLES_OK || PQntuples(run.result) == 0) return "";
  return PQgetvalue(run.result, 0, 0);
}

}  // namespace

std::string PostgresServer::Uri(absl::string_view role, absl::string_view more,
                                absl::string_view database) const {
  return absl::StrCat("postgresql://", role, "@/", database, "?host=", directory_, more);
}

std::string PostgresServer::Run(const std::string& sql, absl::string_view database) const {
  return RunOn(Uri("postgres", "", database), sql);
}

std::unique_ptr<PostgresServer> SharedServer() {
  const std::string directory = FirstLine(SLUSS_BINARY_DIR "/tests/postgres-server");
  if (directory.empty() || !fs::exists(directory)) return nullptr;
  return std::make_unique<PostgresServer>(directory);
}

std::unique_ptr<OwnPostgresServer> OwnPostgresServer::Start(
    const std::vector<std::string>& settings) {
  const std::string file = (fs::temp_directory_path() /
                            absl::StrCat("sluss-pg-", absl::BytesToHexString(RandomBytes(6))))
                               .string();
  const int code = std::system(
      absl::StrCat(kScript, " start ", file, " ", absl::StrJoin(settings, " ")).c_str());
  EXPECT_EQ(code, 0);
  if (!fs::exists(file)) return nullptr;
  return std::unique_ptr<OwnPostgresServer>(new OwnPostgresServer(file));
}

OwnPostgresServer::OwnPostgresServer(const std::string& file)
    : PostgresServer(FirstLine(file)), file_(file) {}

OwnPostgresServer::~OwnPostgresServer() {
  if (frozen_) Thaw();
  EXPECT_EQ(std::system(absl::StrCat(kScript, " stop ", file_).c_str()), 0);
}

// The server's first process and those that it made, each of which leads a session of its own.
std::vector<pid_t> OwnPostgresServer::Processes() const {
  const pid_t first = std::atoi(FirstLine(directory_ + "/data/postmaster.pid").c_str());
  EXPECT_GT(first, 1);
  std::vector<pid_t> processes = {first};
  std::ifstream in(absl::StrCat("/proc/", first, "/task/", first, "/children"));
  for (pid_t child; in >> child;) processes.push_back(child);
  return processes;
}

void OwnPostgresServer::Signal(int signal) const {
  for (const pid_t process : Processes()) kill(process, signal);
}

// The first one is stopped before, so that it makes no more of them meanwhile.
void OwnPostgresServer::Kill() {
  kill(Processes().front(), SIGSTOP);
  const std::vector<pid_t> processes = Processes();
  for (const pid_t process : processes) kill(process, SIGKILL);
  const auto is_dead = [](pid_t process) {
    const std::string status = FirstLine(absl::StrCat("/proc/", process, "/stat"));
    return status.empty() || absl::StrContains(status, ") Z");
  };
  for (const pid_t process : processes) {
    while (!is_dead(process)) std::this_thread::yield();
  }
}

void OwnPostgresServer::StartAgain() {
  EXPECT_EQ(std::system(absl::StrCat(kScript, " again ", file_).c_str()), 0);
}

void OwnPostgresServer::Freeze() {
  frozen_ = true;
  Signal(SIGSTOP);
}

void OwnPostgresServer::Thaw() {
  frozen_ = false;
  Signal(SIGCONT);
}

// Two tests may make the role at once.
TestSchema::TestSchema(const PostgresServer* server)
    : server_(server), name_(absl::StrCat("t", absl::BytesToHexString(RandomBytes(8)))) {
  server_->Run(
      absl::StrCat("DO $$BEGIN CREATE ROLE ", kRole,
                   " LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; "
                   "END$$; CREATE SCHEMA ",
                   name_, " AUTHORIZATION ", kRole));
}

TestSchema::~TestSchema() { server_->Run(absl::StrCat("DROP SCHEMA ", name_, " CASCADE")); }

std::string TestSchema::uri() const {
  return server_->Uri(kRole, absl::StrCat("&options=-csearch_path%3D", name_));
}

std::string TestSchema::Run(const std::string& sql) const {
  return server_->Run(absl::StrCat("SET search_path = ", name_, "; ", sql));
}

// It is the one that holds the gateway's name.
void TestSchema::EndWriter(const std::string& gateway) const {
  EXPECT_EQ(
      Run(absl::StrCat("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = "
                       "'advisory' AND (classid::bigint << 32 | objid::bigint) = "
                       "hashtextextended('sluss gateway ' || current_schema() || ' ",
                       gateway, "', 0)")),
      "t");
}

}  // namespace sluss::testing
