#include "gateway/store/postgres_sql.h"

#include "gateway/store/open_store.h"
#include "gateway/store/postgres_connection.h"
#include "gateway/store/postgres_uri.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::StatusIs;

TEST(PostgresSqlTest, NumbersTheQuestionMarks) {
  EXPECT_EQ(ToPostgres("SELECT a FROM b WHERE c = ? AND d > ? LIMIT ?"),
            "SELECT a FROM b WHERE c = $1 AND d > $2 LIMIT $3");
  EXPECT_EQ(ToPostgres("SELECT ?1, ?2 WHERE ?1 = 3"), "SELECT $1, $2 WHERE $1 = 3");
  EXPECT_EQ(ToPostgres("SELECT a FROM b WHERE a != x''"), "SELECT a FROM b WHERE a != ''::bytea");
}

TEST(PostgresSqlTest, ManyRowsAreArrays) {
  EXPECT_EQ(ToPostgresRows("INSERT INTO a (b, c) VALUES (?, ?) ON CONFLICT DO NOTHING",
                           {"int8", "bytea"}),
            "INSERT INTO a (b, c) SELECT * FROM unnest($1::int8[], $2::bytea[]) "
            "ON CONFLICT DO NOTHING");
}

struct State {
  const char* sqlstate;
  absl::StatusCode code;
};

TEST(PostgresStatusTest, SaysWhatTheCallerMayDo) {
  for (const State& state : {State{"08006", absl::StatusCode::kUnavailable},
                             {"53100", absl::StatusCode::kUnavailable},
                             {"55P03", absl::StatusCode::kUnavailable},
                             {"57P01", absl::StatusCode::kUnavailable},
                             {"57P03", absl::StatusCode::kUnavailable},
                             {"40001", absl::StatusCode::kUnavailable},
                             {"40P01", absl::StatusCode::kUnavailable},
                             {"25P03", absl::StatusCode::kUnavailable},
                             {"25006", absl::StatusCode::kUnavailable},
                             {"23505", absl::StatusCode::kAlreadyExists},
                             {"23503", absl::StatusCode::kInternal},
                             {"XX001", absl::StatusCode::kDataLoss},
                             {"XX002", absl::StatusCode::kDataLoss},
                             {"58030", absl::StatusCode::kDataLoss},
                             {"42P01", absl::StatusCode::kInternal},
                             {"", absl::StatusCode::kInternal}}) {
    EXPECT_THAT(PostgresStatus(state.sqlstate, "words"),
                StatusIs(state.code, HasSubstr("database: words")))
        << state.sqlstate;
  }
  EXPECT_THAT(PostgresStatus("53100", "words"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("free space")));
}

struct Uri {
  const char* name;
  const char* uri;
  const char* refusal;  // empty: it may be used
};

class PostgresUriTest : public ::testing::TestWithParam<Uri> {};

TEST_P(PostgresUriTest, IsRefusedWithTheCure) {
  const absl::Status status = CheckPostgresUri(GetParam().uri);
  if (GetParam().refusal[0] == '\0') {
    EXPECT_OK(status);
    return;
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               AllOf(HasSubstr(GetParam().refusal), Not(HasSubstr("hemlig")))));
  EXPECT_EQ(OpenStore(GetParam().uri, "gateway/gw1").status(), status);
  EXPECT_EQ(OpenStoreView(GetParam().uri).status(), status);
}

constexpr char kSocket[] = "postgresql:///sluss?host=/run/postgresql";

INSTANTIATE_TEST_SUITE_P(
    All, PostgresUriTest,
    ::testing::Values(
        Uri{"Socket", kSocket, ""}, Uri{"StandardSocket", "postgresql:///sluss", ""},
        Uri{"Tls", "postgresql://db.example/sluss?sslmode=verify-full", ""},
        Uri{"TwoHosts",
            "postgresql://a.example,b.example/sluss?sslmode=verify-full&"
            "target_session_attrs=read-write",
            ""},
        Uri{"NoTls", "postgresql://db.example/sluss", "without `sslmode=verify-full`"},
        Uri{"AnyCertificate", "postgresql://db.example/sluss?sslmode=require",
            "without `sslmode=verify-full`"},
        Uri{"NoTlsByAddress", "postgresql:///sluss?hostaddr=127.0.0.1",
            "without `sslmode=verify-full`"},
        Uri{"OneOfTwoIsTcp", "postgresql:///sluss?host=/run/postgresql,db.example",
            "without `sslmode=verify-full`"},
        Uri{"Password", "postgresql://sluss:hemlig@/sluss?host=/run/postgresql", "`passfile`"},
        Uri{"PasswordOfTheKey", "postgresql:///sluss?sslpassword=hemlig", "`passfile`"},
        Uri{"Service", "postgresql:///sluss?service=sluss", "names a `service`"},
        Uri{"Scheme", "mysql://db.example/hemlig", "unknown scheme"},
        Uri{"ShortScheme", "postgres://db.example/sluss", "unknown scheme"},
        Uri{"Unreadable", "postgresql://sluss:hemlig%zz@db.example/sluss", "cannot be read"}),
    [](const auto& test) { return test.param.name; });

// libpq would follow them where the URI says nothing.
TEST(PostgresUriTest, EnvironmentIsHeldAgainstTheSameRules) {
  setenv("PGHOST", "db.example", 1);
  EXPECT_THAT(CheckPostgresUri("postgresql:///sluss"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("verify-full")));
  EXPECT_OK(CheckPostgresUri(kSocket));
  unsetenv("PGHOST");
  setenv("PGSERVICE", "sluss", 1);
  EXPECT_THAT(CheckPostgresUri(kSocket),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("PGSERVICE")));
  unsetenv("PGSERVICE");
}

}  // namespace
}  // namespace sluss
