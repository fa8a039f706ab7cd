// What is PostgreSQL's own beside the contract.
#include "gateway/store/postgres_store.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gateway/store/postgres_schema.h"
#include "gmock/gmock.h"
#include "tests/gateway/store/postgres_fixture.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::kGateway;
using testing::kReceiver;
using ::testing::Not;
using testing::StatusIs;
using testing::WriteBatch;

class PostgresStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = testing::SharedServer();
    SLUSS_SKIP_WITHOUT_POSTGRES(server_);
    schema_ = std::make_unique<testing::TestSchema>(server_.get());
  }

  std::unique_ptr<Store> Open() const { return *OpenPostgresStore(schema_->uri(), kGateway); }

  std::unique_ptr<testing::PostgresServer> server_;
  std::unique_ptr<testing::TestSchema> schema_;
};

TEST_F(PostgresStoreTest, KeepsWhatWasCommittedAndVerifies) {
  for (const uint64_t count : {1, 254, 1, 1, 300}) {
    const auto store = Open();
    ASSERT_OK(WriteBatch(store.get(), count));
  }
  EXPECT_EQ(Open()->ReadHead(kGateway)->size, 557u);
  EXPECT_EQ(*Open()->CountItems(kReceiver), 5u);
  const testing::TemporaryDirectory directory;
  const auto view = *OpenPostgresView(schema_->uri());
  const auto verified = testing::VerifyView(*view, directory.File("tiles"));
  ASSERT_OK(verified);
  EXPECT_EQ(*verified, 557u);
}

TEST_F(PostgresStoreTest, ReadersDoNotWaitForTheWriter) {
  const auto store = Open();
  const absl::StatusOr<int> read = testing::ReadBesideAWriter(store.get());
  ASSERT_OK(read);
  EXPECT_EQ(*read, 800);
}

// What nobody waited for fails the commit.
TEST_F(PostgresStoreTest, AFaultThatWasNotWaitedForFailsTheCommit) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 2));
  LogAppend append = *testing::NextEntries(*store->ReadHead(kGateway), 2);
  append.tiles.push_back({0, 0, "not 8192 bytes"});
  {
    const auto transaction = store->Begin();
    ASSERT_OK((*transaction)->AppendLog(kGateway, append));
    EXPECT_THAT((*transaction)->Commit(),
                StatusIs(absl::StatusCode::kInternal, HasSubstr("tile_hashes_check")));
  }
  EXPECT_EQ(store->ReadHead(kGateway)->size, 2u);
  EXPECT_OK(WriteBatch(store.get(), 2));
}

// The server's detail would name the key.
TEST_F(PostgresStoreTest, AnErrorQuotesNoValue) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 1));
  const auto transaction = store->Begin();
  const absl::Status status =
      (*transaction)
          ->EnqueueOutcome(kReceiver, DeliveryId(testing::Id16("delivery 0")),
                           MessageId(testing::Id16("message 0")), v1::Outcome());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("unique constraint")));
  EXPECT_THAT(status.message(), Not(HasSubstr("\\x")));
  EXPECT_THAT((*transaction)->Commit(), StatusIs(absl::StatusCode::kAlreadyExists, ::testing::_));
}

// The log as it is when a partition is nearly full.
TEST_F(PostgresStoreTest, PartitionsAreMadeAheadOfNeed) {
  (void)Open();
  const auto partitions = [&] {
    return schema_->Run("SELECT count(*) FROM pg_inherits WHERE inhparent = 'entry'::regclass");
  };
  EXPECT_EQ(partitions(), "2");
  const uint64_t size = 2 * kPartitionEntries - 1;
  schema_->Run(absl::StrCat("UPDATE head SET size = ", size));
  const auto store = Open();
  LogAppend append;
  append.first_index = size;
  append.entries = {{EventId(testing::Id16("a")), "the last of its partition"},
                    {EventId(testing::Id16("b")), "the first of the next"}};
  append.head.size = size + 2;
  {
    const auto transaction = store->Begin();
    ASSERT_OK((*transaction)->AppendLog(kGateway, append));
    ASSERT_OK((*transaction)->Commit());
  }
  EXPECT_EQ(partitions(), "3");
  EXPECT_EQ(schema_->Run("SELECT count(*) FROM entry_1"), "1");
  EXPECT_EQ(schema_->Run("SELECT count(*) FROM entry_2"), "1");
  EXPECT_EQ(*store->ReadEntry(size + 1), "the first of the next");
}

// On a server of its own: what others write there would be searched too.
class PostgresTracesTest : public PostgresStoreTest {
 protected:
  void SetUp() override {
    server_ = testing::OwnPostgresServer::Start();
    SLUSS_SKIP_WITHOUT_POSTGRES(server_);
    schema_ = std::make_unique<testing::TestSchema>(server_.get());
  }

  // Whether a thief of the disk would find it in a table's file.
  bool IsInAFile(const std::string& bytes) const {
    server_->Run("CHECKPOINT");
    for (const auto& file : fs::recursive_directory_iterator(server_->directory() + "/data/base")) {
      std::error_code gone;
      if (!file.is_regular_file(gone)) continue;
      std::ifstream in(file.path(), std::ios::binary);
      const std::string content(std::istreambuf_iterator<char>(in), {});
      if (content.find(bytes) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_F(PostgresTracesTest, WhatIsErasedLeavesTheTables) {
  const auto store = Open();
  const std::string erased = absl::StrCat("erased ", schema_->name()),
                    stays = absl::StrCat("stays ", schema_->name());
  {
    const auto transaction = store->Begin();
    ASSERT_OK(
        (*transaction)
            ->PutOpenings(
                {{{1, testing::kMonth, 1, erased + " key"},
                  {2, {OpeningClass::kOversight, absl::CivilMonth(2025, 11)}, 1, stays + " key"}},
                 {{1, 1, erased}, {2, 2, stays}}}));
    ASSERT_OK((*transaction)->Commit());
  }
  const auto file_of_openings = [&] {
    return schema_->Run("SELECT pg_relation_filepath('opening')");
  };
  const std::string before = file_of_openings();
  ASSERT_OK(store->WipeTraces());
  EXPECT_EQ(file_of_openings(), before) << "nothing was erased, so nothing is written anew";
  {
    const auto transaction = store->Begin();
    ASSERT_OK((*transaction)->SweepOpenings(10));
    ASSERT_OK((*transaction)->Commit());
  }
  ASSERT_OK(store->WipeTraces());
  EXPECT_EQ(file_of_openings(), before) << "nothing was retired";
  EXPECT_TRUE(IsInAFile(erased));
  schema_->Run("UPDATE opening_group SET wrapped_key = '' WHERE number = 1");
  {
    const auto transaction = store->Begin();
    ASSERT_OK((*transaction)->SweepOpenings(10));
    ASSERT_OK((*transaction)->Commit());
  }
  EXPECT_TRUE(IsInAFile(erased)) << "an erased row stays in its file";
  ASSERT_OK(store->WipeTraces());
  EXPECT_NE(file_of_openings(), before);
  EXPECT_FALSE(IsInAFile(erased));
  EXPECT_TRUE(IsInAFile(stays));
  EXPECT_EQ((*store->ReadOpening(2))->opening.sealed, stays);
}

TEST_F(PostgresTracesTest, ATableInUseIsWipedLater) {
  const auto store = Open();
  schema_->Run("UPDATE erasure SET erased = 1");
  const auto before = schema_->Run("SELECT pg_relation_filepath('opening')");
  {
    const auto other = OpenPostgresStore(schema_->uri(), "gateway/gw2");
    const auto transaction = (*other)->Begin();
    ASSERT_FALSE((*transaction)->ReadOpening(1)->has_value());
    EXPECT_THAT(store->WipeTraces(),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("lock timeout")));
    EXPECT_EQ(schema_->Run("SELECT wiped FROM erasure"), "0");
  }
  ASSERT_OK(store->WipeTraces());
  EXPECT_NE(schema_->Run("SELECT pg_relation_filepath('opening')"), before);
  EXPECT_EQ(schema_->Run("SELECT wiped FROM erasure"), "1");
}

}  // namespace
}  // namespace sluss
