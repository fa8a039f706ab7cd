// What a PostgreSQL store is not opened on, and what it says then.
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gateway/store/open_store.h"
#include "gateway/store/postgres_connection.h"
#include "gateway/store/postgres_store.h"
#include "gmock/gmock.h"
#include "tests/gateway/store/postgres_fixture.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::kGateway;
using testing::StatusIs;

constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

class PostgresOpenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = testing::SharedServer();
    SLUSS_SKIP_WITHOUT_POSTGRES(server_);
    schema_ = std::make_unique<testing::TestSchema>(server_.get());
  }

  absl::Status Open(absl::string_view options = "") const {
    return OpenPostgresStore(absl::StrCat(schema_->uri(), options), kGateway).status();
  }

  std::unique_ptr<testing::PostgresServer> server_;
  std::unique_ptr<testing::TestSchema> schema_;
};

TEST_F(PostgresOpenTest, MakesItsTablesAndFindsThemAgain) {
  ASSERT_OK(Open());
  ASSERT_OK(Open());
  EXPECT_EQ(schema_->Run("SELECT version FROM sluss_schema"), "1");
  EXPECT_EQ(schema_->Run("SELECT size FROM head"), "0");
}

TEST_F(PostgresOpenTest, RefusesASessionThatDoesNotWaitForTheDisk) {
  EXPECT_THAT(Open("%20-csynchronous_commit%3Doff"),
              StatusIs(kRefused, AllOf(HasSubstr("`synchronous_commit` is off"),
                                       HasSubstr("ALTER SYSTEM SET synchronous_commit = on"))));
}

TEST_F(PostgresOpenTest, RefusesASessionThatMayNotWrite) {
  EXPECT_THAT(Open("%20-cdefault_transaction_read_only%3Don"),
              StatusIs(kRefused, HasSubstr("take `default_transaction_read_only` out")));
}

TEST_F(PostgresOpenTest, RefusesAnothersSchema) {
  schema_->Run("CREATE TABLE journal (number bigint)");
  EXPECT_THAT(Open(), StatusIs(kRefused, AllOf(HasSubstr("belongs to another program"),
                                               HasSubstr("CREATE SCHEMA"))));
  EXPECT_EQ(schema_->Run("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"),
            "1");
}

TEST_F(PostgresOpenTest, RefusesAnUnknownVersion) {
  ASSERT_OK(Open());
  schema_->Run("UPDATE sluss_schema SET version = 2");
  EXPECT_THAT(Open(), StatusIs(kRefused, AllOf(HasSubstr("has schema version 2"),
                                               HasSubstr("knows version 1"))));
  EXPECT_THAT(OpenPostgresView(schema_->uri()), StatusIs(kRefused, HasSubstr("version 2")));
}

TEST_F(PostgresOpenTest, RefusesARoleWithoutASchema) {
  EXPECT_THAT(
      OpenPostgresStore(server_->Uri(testing::kRole, "&options=-csearch_path%3Dnone"), kGateway),
      StatusIs(kRefused, AllOf(HasSubstr("no schema"), HasSubstr("CREATE SCHEMA"))));
}

TEST_F(PostgresOpenTest, RefusesAnotherEncoding) {
  const std::string name = schema_->name();
  server_->Run(
      absl::StrCat("CREATE DATABASE ", name, " ENCODING LATIN1 LOCALE 'C' TEMPLATE template0"));
  EXPECT_THAT(OpenPostgresStore(server_->Uri("postgres", "", name), kGateway),
              StatusIs(kRefused, AllOf(HasSubstr("LATIN1"), HasSubstr("--encoding=UTF8"))));
  server_->Run(absl::StrCat("DROP DATABASE ", name));
}

TEST_F(PostgresOpenTest, AViewNeedsTables) {
  EXPECT_THAT(OpenPostgresView(schema_->uri()), StatusIs(kRefused, HasSubstr("no tables")));
}

TEST_F(PostgresOpenTest, AViewWritesNothing) {
  ASSERT_OK(Open());
  const auto view = OpenStoreView(schema_->uri(), 2);
  ASSERT_OK(view);
  EXPECT_EQ((*view)->ReadHead(kGateway)->size, 0u);
}

// A gateway that died, froze or lost its network frees the head's lock by what the server knows.
TEST_F(PostgresOpenTest, ASessionHoldsItsLocksForATimeOnly) {
  const auto connection = PostgresConnection::Connect(schema_->uri(), absl::Seconds(10));
  ASSERT_OK(connection);
  Query query = (*connection)
                    ->Prepare(
                        "SELECT current_setting('idle_in_transaction_session_timeout'), "
                        "current_setting('lock_timeout'), current_setting('statement_timeout'), "
                        "current_setting('client_connection_check_interval')");
  ASSERT_TRUE(*query.Step());
  EXPECT_EQ(query.BytesAt(0), "10s");
  EXPECT_EQ(query.BytesAt(1), "8s");
  EXPECT_EQ(query.BytesAt(2), "0") << "it would cut short the wait for a standby";
  EXPECT_EQ(query.BytesAt(3), "2s");
}

TEST_F(PostgresOpenTest, NobodyAnswersWhereThereIsNoServer) {
  EXPECT_THAT(OpenStore("postgresql:///sluss?host=/nonexistent", kGateway),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("/nonexistent")));
}

TEST_F(PostgresOpenTest, TwoGatewaysMakeTheTablesAtOnce) {
  for (int round = 0; round < 4; ++round) {
    const testing::TestSchema schema(server_.get());
    std::vector<std::thread> threads;
    std::vector<absl::Status> opened(4);
    for (size_t i = 0; i < opened.size(); ++i) {
      threads.emplace_back([&, i] {
        opened[i] = OpenPostgresStore(schema.uri(), absl::StrCat("gateway/gw", i)).status();
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const absl::Status& status : opened) EXPECT_OK(status);
    EXPECT_EQ(schema.Run("SELECT count(*) FROM head"), "1");
  }
}

TEST_F(PostgresOpenTest, OneProcessAGatewaysName) {
  auto first = OpenPostgresStore(schema_->uri(), "gateway/gw1");
  ASSERT_OK(first);
  EXPECT_THAT(OpenPostgresStore(schema_->uri(), "gateway/gw1"),
              StatusIs(kRefused, AllOf(HasSubstr("a gateway named `gateway/gw1` works with it"),
                                       HasSubstr("stop that one"))));
  EXPECT_OK(OpenPostgresStore(schema_->uri(), "gateway/gw2"));
  // Taken anew by a session that had to be made anew.
  schema_->EndWriter("gateway/gw1");
  ASSERT_OK(testing::WriteBatch(first->get(), 1));
  EXPECT_THAT(OpenPostgresStore(schema_->uri(), "gateway/gw1"),
              StatusIs(kRefused, HasSubstr("stop that one")));
  first->reset();
  EXPECT_OK(OpenPostgresStore(schema_->uri(), "gateway/gw1"));
}

// Servers that would have to be harmed: each has one of its own.
TEST(PostgresSettingsTest, RefusesAServerThatLosesWhatItConfirmed) {
  const auto server = testing::OwnPostgresServer::Start();
  SLUSS_SKIP_WITHOUT_POSTGRES(server);
  const testing::TestSchema schema(server.get());
  ASSERT_OK(OpenPostgresStore(schema.uri(), kGateway));
  for (const std::string setting : {"fsync", "full_page_writes"}) {
    server->Run(absl::StrCat("ALTER SYSTEM SET ", setting, " = off"));
    server->Run("SELECT pg_reload_conf(), pg_sleep(0.3)");
    EXPECT_THAT(OpenPostgresStore(schema.uri(), kGateway),
                StatusIs(kRefused, AllOf(HasSubstr(absl::StrCat("`", setting, "` is off")),
                                         HasSubstr(absl::StrCat("SET ", setting, " = on")))));
    server->Run(absl::StrCat("ALTER SYSTEM RESET ", setting));
    server->Run("SELECT pg_reload_conf(), pg_sleep(0.3)");
    EXPECT_OK(OpenPostgresStore(schema.uri(), kGateway));
  }
}

TEST(PostgresSettingsTest, RefusesAStandbyButReadsIt) {
  const auto server = testing::OwnPostgresServer::Start();
  SLUSS_SKIP_WITHOUT_POSTGRES(server);
  std::string uri = server->Uri("postgres");
  ASSERT_OK(OpenPostgresStore(uri, kGateway));
  server->Kill();
  const std::string signal = server->directory() + "/data/standby.signal";
  std::ofstream(signal).close();
  std::filesystem::permissions(signal, std::filesystem::perms::all);  // of another user's than root
  server->StartAgain();
  EXPECT_THAT(OpenPostgresStore(uri, kGateway),
              StatusIs(kRefused, AllOf(HasSubstr("standby"), HasSubstr("name the primary"))));
  EXPECT_OK(OpenPostgresView(uri));
}

}  // namespace
}  // namespace sluss
