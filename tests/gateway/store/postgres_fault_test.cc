// What a PostgreSQL store does when the server, or the way to it, fails: nothing that was answered
// is lost, nobody waits without end, and it goes on by itself.
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/store/postgres_store.h"
#include "gmock/gmock.h"
#include "tests/gateway/store/postgres_fixture.h"
#include "tests/gateway/store/postgres_proxy.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::_;
using testing::Fault;
using ::testing::HasSubstr;
using testing::kGateway;
using testing::StatusIs;
using testing::WriteBatch;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr absl::Duration kShort = absl::Milliseconds(300);

// A transaction that has all but its end.
absl::StatusOr<std::unique_ptr<Transaction>> Written(Store* store) {
  ASSIGN_OR_RETURN(const LogHead head, store->ReadHead(kGateway));
  ASSIGN_OR_RETURN(const LogAppend append, testing::NextEntries(head, 3));
  ASSIGN_OR_RETURN(std::unique_ptr<Transaction> transaction, store->Begin());
  RETURN_IF_ERROR(transaction->PutOpenings(testing::OpeningsFor(append)));
  RETURN_IF_ERROR(transaction->AppendLog(kGateway, append));
  return transaction;
}

class PostgresFaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = testing::SharedServer();
    SLUSS_SKIP_WITHOUT_POSTGRES(server_);
    schema_ = std::make_unique<testing::TestSchema>(server_.get());
    proxy_ = std::make_unique<testing::PostgresProxy>(server_->directory());
  }

  std::unique_ptr<Store> OpenThroughProxy(absl::Duration deadline) const {
    const testing::PostgresServer by_proxy(proxy_->directory());
    return *OpenPostgresStore(
        by_proxy.Uri(testing::kRole, absl::StrCat("&options=-csearch_path%3D", schema_->name())),
        kGateway, deadline);
  }

  std::unique_ptr<testing::PostgresServer> server_;
  std::unique_ptr<testing::TestSchema> schema_;
  std::unique_ptr<testing::PostgresProxy> proxy_;
};

TEST_F(PostgresFaultTest, AConnectionCutBeforeTheCommitLeavesNothing) {
  const auto store = *OpenPostgresStore(schema_->uri(), kGateway);
  ASSERT_OK(WriteBatch(store.get(), 2));
  {
    const auto transaction = Written(store.get());
    ASSERT_OK(transaction);
    schema_->EndWriter(kGateway);
    EXPECT_THAT((*transaction)->Commit(), StatusIs(kUnavailable, _));
  }
  EXPECT_EQ(store->ReadHead(kGateway)->size, 2u);
  ASSERT_OK(WriteBatch(store.get(), 2));
  EXPECT_EQ(store->ReadHead(kGateway)->size, 4u);
}

struct LostCommit {
  const char* name;
  Fault fault;
  bool persisted;
};

class LostCommitTest : public PostgresFaultTest,
                       public ::testing::WithParamInterface<LostCommit> {};

TEST_P(LostCommitTest, TheHeadTellsWhatBecameOfIt) {
  const auto store = OpenThroughProxy(kPostgresDeadline);
  ASSERT_OK(WriteBatch(store.get(), 2));
  {
    const auto transaction = Written(store.get());
    ASSERT_OK(transaction);
    proxy_->Arm(GetParam().fault);
    EXPECT_THAT((*transaction)->Commit(), StatusIs(kUnavailable, HasSubstr("not known")));
  }
  const uint64_t size = GetParam().persisted ? 5 : 2;
  const auto head = store->ReadHead(kGateway);
  ASSERT_OK(head);
  EXPECT_EQ(head->size, size);
  EXPECT_EQ(head->counter, size);
  ASSERT_OK(WriteBatch(store.get(), 2));
  EXPECT_EQ(store->ReadHead(kGateway)->size, size + 2);
  EXPECT_EQ(store->ReadEntries(0, 100)->size(), size + 2);
}

INSTANTIATE_TEST_SUITE_P(All, LostCommitTest,
                         ::testing::Values(LostCommit{"Failed", Fault::kLoseRequest, false},
                                           LostCommit{"FailedButPersisted", Fault::kLoseAnswer,
                                                      true}),
                         [](const auto& test) { return test.param.name; });

// A network that delivers late: as long as the commit may still take effect, the head as it was
// would be a wrong answer.
TEST_F(PostgresFaultTest, TheHeadIsNotToldWhileTheCommitMayStillTakeEffect) {
  const auto store = OpenThroughProxy(kShort);
  ASSERT_OK(WriteBatch(store.get(), 2));
  {
    const auto transaction = Written(store.get());
    ASSERT_OK(transaction);
    proxy_->Arm(Fault::kHoldRequest);
    EXPECT_THAT((*transaction)->Commit(), StatusIs(kUnavailable, HasSubstr("not known")));
  }
  EXPECT_THAT(store->ReadHead(kGateway), StatusIs(kUnavailable, HasSubstr("lock timeout")));
  proxy_->Release();
  absl::StatusOr<LogHead> head = store->ReadHead(kGateway);
  for (int i = 0; i < 50 && !head.ok(); ++i) head = store->ReadHead(kGateway);
  ASSERT_OK(head);
  EXPECT_EQ(head->size, 5u);
}

// A gateway that holds the head's lock keeps the others for a time only.
TEST_F(PostgresFaultTest, WhoWaitsForAnothersTransactionHearsSo) {
  const auto idle = *OpenPostgresStore(schema_->uri(), "gateway/gw1");
  const auto other = *OpenPostgresStore(schema_->uri(), "gateway/gw2", kShort);
  {
    const auto transaction = Written(idle.get());
    ASSERT_OK(transaction);
    EXPECT_THAT(other->Begin(), StatusIs(kUnavailable, HasSubstr("lock timeout")));
    EXPECT_EQ(other->ReadHead("gateway/gw2")->size, 0u) << "readers do not wait";
  }
  EXPECT_OK(WriteBatch(other.get(), 1));
}

// Appends one entry and an item for kReceiver whose reason is the size after it.
absl::Status WriteInTurn(Store* store, const std::string& gateway, const std::string& id) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction, store->Begin());
  ASSIGN_OR_RETURN(const LogHead head, transaction->ReadHead(gateway));
  ASSIGN_OR_RETURN(const LogAppend append, testing::NextEntries(head, 1));
  v1::Outcome outcome;
  outcome.set_reason_code(absl::StrCat(append.head.size));
  RETURN_IF_ERROR(transaction->EnqueueOutcome(testing::kReceiver, DeliveryId(testing::Id16(id)),
                                              MessageId(testing::Id16(id)), outcome));
  RETURN_IF_ERROR(transaction->AppendLog(gateway, append));
  return transaction->Commit();
}

TEST_F(PostgresFaultTest, GatewaysWriteInTurnAndPlacesFollowTheirCommits) {
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  std::vector<absl::Status> failed(3);
  for (size_t i = 0; i < failed.size(); ++i) {
    threads.emplace_back([&, i] {
      const std::string gateway = absl::StrCat("gateway/gw", i);
      const auto store = OpenPostgresStore(schema_->uri(), gateway);
      failed[i] = store.status();
      for (int n = 0; n < kEach && failed[i].ok(); ++n) {
        failed[i] = WriteInTurn(store->get(), gateway, absl::StrCat("i", i, "n", n));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : failed) ASSERT_OK(status);
  const auto view = OpenPostgresView(schema_->uri());
  ASSERT_OK(view);
  EXPECT_EQ((*view)->ReadHead("gateway/gw1")->size, 3u * kEach);
  EXPECT_EQ((*view)->ReadEntries(0, 1000)->size(), 3u * kEach);
  uint64_t size = 0;
  const auto items = (*view)->ReadyItems(testing::kReceiver, 0, 1000);
  ASSERT_OK(items);
  for (const QueueItem& item : *items) {
    EXPECT_EQ(item.outcome.reason_code(), absl::StrCat(++size));
  }
  EXPECT_EQ(size, 3u * kEach);
}

// ---- Servers of their own

TEST(PostgresServerFaultTest, NothingAnsweredIsLostWhenTheServerIsKilled) {
  const auto server = testing::OwnPostgresServer::Start();
  SLUSS_SKIP_WITHOUT_POSTGRES(server);
  const std::string uri = server->Uri("postgres");
  const auto store = *OpenPostgresStore(uri, kGateway);
  uint64_t acknowledged = 0;
  for (int round = 0; round < 3; ++round) {
    std::thread killer([&] {
      absl::SleepFor(absl::Milliseconds(100 + 70 * round));
      server->Kill();
    });
    absl::Status status;
    while (status.ok()) {
      status = WriteBatch(store.get(), 5);
      if (status.ok()) acknowledged += 5;
    }
    killer.join();
    EXPECT_THAT(status, StatusIs(kUnavailable, _));
    EXPECT_THAT(store->Begin(), StatusIs(kUnavailable, _));
    server->StartAgain();
    const absl::Time back = absl::Now();
    absl::StatusOr<LogHead> head = store->ReadHead(kGateway);
    while (!head.ok() && absl::Now() < back + absl::Seconds(5)) head = store->ReadHead(kGateway);
    ASSERT_OK(head);
    // The last one may have taken effect without having been answered.
    EXPECT_GE(head->size, acknowledged);
    EXPECT_LE(head->size, acknowledged + 5);
    acknowledged = head->size;
    EXPECT_EQ(store->ReadEntries(0, 1'000'000)->size(), acknowledged);
    ASSERT_OK(WriteBatch(store.get(), 5));
    acknowledged += 5;
    EXPECT_LT(absl::Now() - back, absl::Seconds(5));
  }
  EXPECT_GT(acknowledged, 30u);
}

TEST(PostgresServerFaultTest, AFrozenServerHoldsNobody) {
  const auto server = testing::OwnPostgresServer::Start();
  SLUSS_SKIP_WITHOUT_POSTGRES(server);
  const auto store = *OpenPostgresStore(server->Uri("postgres"), kGateway, kShort);
  ASSERT_OK(WriteBatch(store.get(), 2));
  const auto transaction = Written(store.get());
  ASSERT_OK(transaction);
  server->Freeze();
  const auto within_deadline = [](const std::function<absl::Status()>& call) {
    const absl::Time asked = absl::Now();
    EXPECT_THAT(call(), StatusIs(kUnavailable, HasSubstr("within the deadline")));
    EXPECT_LT(absl::Now() - asked, 4 * kShort);
  };
  within_deadline([&] { return (*transaction)->Commit(); });
  within_deadline([&] { return store->ReadHead(kGateway).status(); });
  within_deadline([&] { return store->ReadEntry(0).status(); });
  within_deadline([&] { return store->CountItems(testing::kReceiver).status(); });
  within_deadline([&] { return store->WipeTraces(); });
  // Nor do many who ask at once wait for one another.
  std::vector<std::thread> many;
  for (int i = 0; i < 24; ++i) {
    many.emplace_back([&] {
      const absl::Time asked = absl::Now();
      EXPECT_THAT(store->ReadEntry(0), StatusIs(kUnavailable, _));
      EXPECT_LT(absl::Now() - asked, 4 * kShort);
    });
  }
  for (std::thread& thread : many) thread.join();
  server->Thaw();
  absl::StatusOr<LogHead> head = store->ReadHead(kGateway);
  for (int i = 0; i < 50 && !head.ok(); ++i) head = store->ReadHead(kGateway);
  ASSERT_OK(head);
  EXPECT_TRUE(head->size == 2 || head->size == 5) << head->size;
}

// What no standby has is not answered, also where the server was told to stop waiting for it.
TEST(PostgresServerFaultTest, ACommitThatNoStandbyConfirmedIsNotDurable) {
  const auto server = testing::OwnPostgresServer::Start();
  SLUSS_SKIP_WITHOUT_POSTGRES(server);
  const auto store = *OpenPostgresStore(server->Uri("postgres"), kGateway, absl::Seconds(1));
  ASSERT_OK(WriteBatch(store.get(), 2));
  const auto want_standby = [&](const char* sql) {
    server->Run(sql);
    server->Run("SELECT pg_reload_conf(), pg_sleep(0.3)");
  };
  for (const bool cancelled : {false, true}) {
    const uint64_t size = store->ReadHead(kGateway)->size;
    {
      const auto transaction = Written(store.get());
      ASSERT_OK(transaction);
      want_standby("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
      std::thread canceller([&] {
        if (!cancelled) return;
        while (server->Run("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity "
                           "WHERE wait_event = 'SyncRep'") == "0") {
        }
      });
      EXPECT_THAT((*transaction)->Commit(),
                  StatusIs(kUnavailable,
                           HasSubstr(cancelled ? "no standby confirmed" : "within the deadline")));
      canceller.join();
    }
    EXPECT_THAT(store->ReadHead(kGateway), StatusIs(kUnavailable, _));
    want_standby("ALTER SYSTEM RESET synchronous_standby_names");
    const auto head = store->ReadHead(kGateway);
    ASSERT_OK(head);
    EXPECT_EQ(head->size, size + 3);
  }
}

}  // namespace
}  // namespace sluss
