// The contract of every Store, on SQLite, and the log that the exchange leaves there.
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>

#include "absl/time/clock.h"
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
  ASSERT_OK(world.Submit(kSchool, world.DutyReport()));
  world.clock().Advance(absl::Hours(24));
  ASSERT_OK(world.exchange().Sweep());  // its sender is told to phone
  world.clock().Advance(-absl::Hours(20));
  world.Restart();  // by a clock that was set back
  world.CheckLog();

  const auto verified = VerifyStored(directory.File("sluss.db"), world.verifier());
  ASSERT_OK(verified);
  EXPECT_EQ(*verified, world.Leaves().size());
}

// What lies below `directory`, as a thief of the disk would read it.
std::string FilesOf(const TemporaryDirectory& directory) {
  std::string bytes;
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  return bytes;
}

struct End {
  const char* name;
  std::function<void(ExchangeWorld&)> end;
};

class ErasureTest : public ::testing::TestWithParam<End> {};

// Neither in a page nor in the write-ahead log: the sealed compartments are gone, soon and without
// a restart.
TEST_P(ErasureTest, LeavesNoTraceOfThePayload) {
  const TemporaryDirectory directory;
  const auto store = *OpenSqliteStore(directory.File("sluss.db"));
  ExchangeWorld world(store.get());
  const v1::Envelope envelope = world.Seal(kSchool, world.DutyReport());
  ASSERT_OK(world.exchange().Submit(kSchool, envelope));
  for (const v1::Compartment& compartment : envelope.compartment()) {
    ASSERT_NE(FilesOf(directory).find(compartment.ciphertext().substr(0, 64)), std::string::npos);
  }
  GetParam().end(world);
  const v1::Envelope stays = world.Seal(kSchool, world.DutyReport());
  ASSERT_OK(world.exchange().Submit(kSchool, stays));
  const std::string wal = directory.File("sluss.db") + "-wal";
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (std::filesystem::file_size(wal) > 0 && absl::Now() < deadline) std::this_thread::yield();
  const std::string bytes = FilesOf(directory);
  for (const v1::Compartment& compartment : envelope.compartment()) {
    for (size_t at = 0; at + 64 <= compartment.ciphertext().size(); at += 64) {
      ASSERT_EQ(bytes.find(compartment.ciphertext().substr(at, 64)), std::string::npos)
          << compartment.category() << " at " << at;
    }
  }
  EXPECT_NE(bytes.find(stays.compartment(0).ciphertext().substr(0, 64)), std::string::npos)
      << "what waits is still there: the search does find it";
}

INSTANTIATE_TEST_SUITE_P(Ends, ErasureTest,
                         ::testing::Values(End{"Acknowledged",
                                               [](ExchangeWorld& world) {
                                                 ASSERT_OK(world.Acknowledge(
                                                     kSocialServices, world.Take(kSocialServices)));
                                               }},
                                           End{"Expired",
                                               [](ExchangeWorld& world) {
                                                 world.clock().Advance(absl::Hours(73));
                                                 ASSERT_OK(world.exchange().Sweep());
                                               }}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace sluss::testing
