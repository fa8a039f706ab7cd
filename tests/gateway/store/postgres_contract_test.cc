// The contract of every Store, on PostgreSQL, as a role that owns its schema and nothing else.
#include "gateway/store/postgres_store.h"
#include "tests/gateway/exchange/store_contract.h"
#include "tests/gateway/store/postgres_fixture.h"
#include "tests/gateway/store/test_log.h"

namespace sluss::testing {
namespace {

class PostgresUnderTest : public StoreUnderTest {
 public:
  PostgresUnderTest() : server_(SharedServer()), schema_(server_.get()) { Reopen(); }
  Store& store() override { return *store_; }
  void Reopen() override {
    store_.reset();
    store_ = Must(OpenPostgresStore(schema_.uri(), "gateway/gw1"));
  }

 private:
  const std::unique_ptr<PostgresServer> server_;
  const TestSchema schema_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContractTest,
                         ::testing::Values([]() -> std::unique_ptr<StoreUnderTest> {
                           if (SharedServer() == nullptr) return nullptr;
                           return std::make_unique<PostgresUnderTest>();
                         }));

}  // namespace
}  // namespace sluss::testing
