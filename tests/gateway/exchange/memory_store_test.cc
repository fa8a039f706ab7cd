#include "tests/gateway/exchange/memory_store.h"

#include "tests/gateway/exchange/store_contract.h"

namespace sluss::testing {
namespace {

class MemoryUnderTest : public StoreUnderTest {
 public:
  Store& store() override { return store_; }
  void Reopen() override {}  // nothing of it lives outside what is committed

 private:
  MemoryStore store_;
};

INSTANTIATE_TEST_SUITE_P(Memory, StoreContractTest,
                         ::testing::Values([] { return std::make_unique<MemoryUnderTest>(); }));

}  // namespace
}  // namespace sluss::testing
