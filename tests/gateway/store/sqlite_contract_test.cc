// The contract of every Store, on SQLite, and the log that the exchange leaves there.
#include "gateway/store/sqlite_store.h"
#include "tests/gateway/exchange/store_contract.h"
#include "tests/gateway/store/test_log.h"

namespace sluss::testing {
namespace {

class SqliteUnderTest : public StoreUnderTest {
 public:
  SqliteUnderTest() { Reopen(); }
  Store& store() override { return *store_; }
  void Reopen() override {
    store_.reset();
    store_ = *OpenSqliteStore(directory_.File("sluss.db"));
  }

 private:
  const TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContractTest,
                         ::testing::Values([] { return std::make_unique<SqliteUnderTest>(); }));

// Delivered, withdrawn, denied, expired: the story of each is one that the offline verifier
// accepts.
TEST(ExchangeOnSqliteTest, ItsLogVerifiesOffline) {
  const TemporaryDirectory directory;
  const auto store = *OpenSqliteStore(directory.File("sluss.db"));
  ExchangeWorld world(store.get());
  ASSERT_OK(world.Submit(kSchool, world.DutyReport()));
  ASSERT_OK(world.Acknowledge(kSocialServices, world.Take(kSocialServices)));
  Outgoing denied = world.DutyReport();
  denied.header.set_purpose("LAW_ENFORCEMENT");
  ASSERT_OK(world.Submit(kSchool, denied));
  Outgoing withdrawn = world.DutyReport();
  withdrawn.header.set_message_id(RandomBytes(16));
  ASSERT_OK(world.Submit(kSchool, withdrawn));
  v1::WithdrawRequest request;
  request.set_message_id(withdrawn.header.message_id());
  request.set_officer(Officer("her"));
  request.set_on_behalf_of("party");
  ASSERT_OK(world.exchange().Withdraw(kSchool, request));
  world.Restart();
  world.CheckLog();

  const auto verified = VerifyStored(directory.File("sluss.db"), world.verifier());
  ASSERT_OK(verified);
  EXPECT_EQ(*verified, world.Leaves().size());
}

}  // namespace
}  // namespace sluss::testing
