// A real PostgreSQL server for tests. `ctest` starts one for all of them (tests/gateway/store/
// CMakeLists.txt); where there is none, tests are skipped and say why.
#ifndef SLUSS_TESTS_GATEWAY_STORE_POSTGRES_FIXTURE_H_
#define SLUSS_TESTS_GATEWAY_STORE_POSTGRES_FIXTURE_H_

#include <libpq-fe.h>
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace sluss::testing {

// A role that owns its schema and nothing else.
inline constexpr char kRole[] = "sluss_gateway";

// A server by the directory of its socket.
class PostgresServer {
 public:
  explicit PostgresServer(std::string directory) : directory_(std::move(directory)) {}
  virtual ~PostgresServer() = default;

  const std::string& directory() const { return directory_; }
  // Of database `postgres`, for `role`; `more` are further parameters: "&options=..."
  std::string Uri(absl::string_view role, absl::string_view more = "",
                  absl::string_view database = "postgres") const;
  // As superuser: one statement or several; the first field of the last one's first row. Fails the
  // test where it does not succeed.
  std::string Run(const std::string& sql, absl::string_view database = "postgres") const;

 protected:
  std::string directory_;
};

// The one that ctest started; null where there is none.
std::unique_ptr<PostgresServer> SharedServer();

// One of the test's own, which may be harmed.
class OwnPostgresServer : public PostgresServer {
 public:
  // Null where PostgreSQL is not installed. `settings` are NAME=VALUE.
  static std::unique_ptr<OwnPostgresServer> Start(const std::vector<std::string>& settings = {});
  ~OwnPostgresServer() override;

  void Kill();        // -9, all of it
  void StartAgain();  // after Kill
  void Freeze();
  void Thaw();

 private:
  explicit OwnPostgresServer(const std::string& file);

  std::vector<pid_t> Processes() const;
  void Signal(int signal) const;

  const std::string file_;  // of the script that started it
  bool frozen_ = false;
};

// A schema of the test's own on `server`, which outlives it; dropped with all that it holds.
class TestSchema {
 public:
  explicit TestSchema(const PostgresServer* server);
  ~TestSchema();

  // For kRole, with this schema as its search_path.
  std::string uri() const;
  // As superuser, in this schema.
  std::string Run(const std::string& sql) const;
  // As an operator would, by pg_terminate_backend: the session of the gateway that writes.
  void EndWriter(const std::string& gateway) const;
  const std::string& name() const { return name_; }

 private:
  const PostgresServer* const server_;
  const std::string name_;
};

#define SLUSS_SKIP_WITHOUT_POSTGRES(server)                                                   \
  if ((server) == nullptr) {                                                                  \
    GTEST_SKIP() << "there is no PostgreSQL server: run `deploy/install-packages test`, and " \
                    "this test by ctest";                                                     \
  }

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_STORE_POSTGRES_FIXTURE_H_
