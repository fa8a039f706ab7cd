#include "gateway/store/sqlite_store.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::kGateway;
using testing::kReceiver;
using testing::StatusIs;
using testing::WriteBatch;

class SqliteStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> Open() const { return *OpenSqliteStore(path_); }

  std::string FilesTogether() const {
    std::string bytes;
    for (const auto& file : fs::directory_iterator(directory_.path())) {
      std::ifstream in(file.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(in), {});
    }
    return bytes;
  }

  const testing::TemporaryDirectory directory_;
  const std::string path_ = directory_.File("sluss.db");
};

TEST_F(SqliteStoreTest, ItsFilesAreForTheirOwnerOnly) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 1));
  int files = 0;
  for (const auto& file : fs::directory_iterator(directory_.path())) {
    EXPECT_EQ(fs::status(file).permissions() & fs::perms::all,
              fs::perms::owner_read | fs::perms::owner_write)
        << file.path();
    ++files;
  }
  EXPECT_EQ(files, 4);  // database, -wal, -shm, -lock
}

TEST_F(SqliteStoreTest, KeepsWhatWasCommittedAndVerifies) {
  for (const uint64_t count : {1, 254, 1, 1, 300}) {
    const auto store = Open();
    ASSERT_OK(WriteBatch(store.get(), count));
  }
  const auto store = Open();
  EXPECT_EQ(store->ReadHead(kGateway)->size, 557u);
  EXPECT_EQ(store->ReadHead(kGateway)->counter, 557u);
  EXPECT_EQ(*store->CountItems(kReceiver), 5u);
  EXPECT_EQ((*store->ReadOpening(300))->opening.sealed, "opening of 300;");
  const auto verified = testing::VerifyStored(path_);
  ASSERT_OK(verified);
  EXPECT_EQ(*verified, 557u);
}

TEST_F(SqliteStoreTest, AnotherGatewayReadsTheHeadWithoutACounter) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 3));
  const auto head = store->ReadHead("gateway/gw2");
  ASSERT_OK(head);
  EXPECT_EQ(head->size, 3u);
  EXPECT_EQ(head->counter, 0u);
  EXPECT_TRUE(head->last_event.empty());
}

TEST_F(SqliteStoreTest, ADroppedTransactionLeavesNothing) {
  const auto store = Open();
  {
    const auto transaction = store->Begin();
    ASSERT_OK(transaction);
    ASSERT_OK((*transaction)->AddEnrolments(kReceiver, absl::CivilDay(2025, 11, 22), 7));
    EXPECT_EQ(*(*transaction)->EnrolmentsOn(kReceiver, absl::CivilDay(2025, 11, 22)), 7u);
    EXPECT_EQ(*store->EnrolmentsOn(kReceiver, absl::CivilDay(2025, 11, 22)), 0u);
    EXPECT_THAT(store->Begin(),
                StatusIs(absl::StatusCode::kFailedPrecondition, "another transaction is open"));
  }
  EXPECT_EQ(*store->EnrolmentsOn(kReceiver, absl::CivilDay(2025, 11, 22)), 0u);
  EXPECT_OK(WriteBatch(store.get(), 1));
}

TEST_F(SqliteStoreTest, AfterAnErrorATransactionCommitsNothing) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 1));
  const auto transaction = store->Begin();
  ASSERT_OK((*transaction)->AddEnrolments(kReceiver, absl::CivilDay(2025, 11, 22), 7));
  const auto outcome = [&] {
    return (*transaction)
        ->EnqueueOutcome(kReceiver, DeliveryId(testing::Id16("delivery 0")),
                         MessageId(testing::Id16("message 0")), v1::Outcome());
  };
  EXPECT_THAT(outcome(), StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("UNIQUE")));
  EXPECT_THAT((*transaction)->Commit(),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("UNIQUE")));
  EXPECT_EQ(*store->EnrolmentsOn(kReceiver, absl::CivilDay(2025, 11, 22)), 0u);
}

TEST_F(SqliteStoreTest, RefusesALogThatSomebodyElseWroteTo) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 2));
  const LogAppend stale = *testing::NextEntries(LogHead(), 1);
  const auto transaction = store->Begin();
  EXPECT_THAT((*transaction)->AppendLog(kGateway, stale),
              StatusIs(absl::StatusCode::kAborted, "the stored log has 2 entries, not 0"));
}

TEST_F(SqliteStoreTest, PlacesInAQueueAreNeverGivenTwice) {
  auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 1));
  const QueueItem first = store->ReadyItems(kReceiver, 0, 10)->at(0);
  {
    const auto transaction = store->Begin();
    ASSERT_OK((*transaction)->RemoveItem(first.delivery_id));
    ASSERT_OK((*transaction)->Commit());
  }
  store.reset();
  store = Open();
  ASSERT_OK(WriteBatch(store.get(), 1));
  const auto items = store->ReadyItems(kReceiver, first.sequence, 10);
  ASSERT_OK(items);
  EXPECT_EQ(items->size(), 1u);
}

TEST_F(SqliteStoreTest, NamesAnEntryOrTileThatIsNotThere) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 1));
  EXPECT_THAT(store->ReadEntry(1),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("entry 1 of the log is not there")));
  EXPECT_THAT(store->ReadTile(0, 0),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("tile 0 at level 0 is not there")));
}

// The write-ahead log is emptied too, soon and without a restart.
TEST_F(SqliteStoreTest, WhatIsErasedLeavesNoTraceInAnyFile) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 13));
  ASSERT_THAT(FilesTogether(), HasSubstr("opening of 1;"));
  {
    const auto transaction = store->Begin();
    SealedOpenings others;
    for (uint64_t i = 0; i < 10; ++i) {
      if (i != 1) others.openings.push_back({i, 7, absl::StrCat("sealed anew ", i, ";")});
    }
    others.groups.push_back({7, testing::kMonth, 9, "another key"});
    ASSERT_OK((*transaction)->PutOpenings(others));
    ASSERT_OK((*transaction)->ErasePlainOpening(EventId()));
    ASSERT_OK((*transaction)->Commit());
  }
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (fs::file_size(path_ + "-wal") > 0 && absl::Now() < deadline) std::this_thread::yield();
  const std::string bytes = FilesTogether();
  EXPECT_THAT(bytes, HasSubstr("opening of 1;"));
  EXPECT_THAT(bytes, HasSubstr("opening of 12;"));
  EXPECT_THAT(bytes, ::testing::Not(HasSubstr("opening of 2;")));
}

TEST_F(SqliteStoreTest, TracesAreWipedAtOnceWhereThatIsAskedFor) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 3));
  {
    const auto transaction = store->Begin();
    ASSERT_OK((*transaction)->PutOpenings({{}, {{1, 1, "another"}}}));
    ASSERT_OK((*transaction)->Commit());
  }
  ASSERT_THAT(FilesTogether(), HasSubstr("opening of 1;"));
  ASSERT_OK(store->WipeTraces());
  EXPECT_THAT(FilesTogether(), ::testing::Not(HasSubstr("opening of 1;")));
  EXPECT_THAT(FilesTogether(), HasSubstr("opening of 2;"));
}

// A page that is full is split and its rows are moved: nothing of them may stay where they were.
TEST_F(SqliteStoreTest, RowsThatWereMovedLeaveNoTraceEither) {
  const auto store = Open();
  ASSERT_OK(WriteBatch(store.get(), 2000));
  uint32_t state = 12345;
  const auto random = [&] { return state = state * 1664525 + 1013904223; };
  for (int round = 0; round < 40; ++round) {
    const auto transaction = store->Begin();
    SealedOpenings sealed;
    for (int i = 0; i < 50; ++i) {
      const uint64_t index = (random() >> 8) % 2000;
      sealed.openings.push_back(
          {index, 1,
           absl::StrCat("replaced ", index, ";", std::string((random() >> 8) % 300, 'x'))});
    }
    ASSERT_OK((*transaction)->PutOpenings(sealed));
    ASSERT_OK((*transaction)->Commit());
  }
  std::set<std::string> live;
  for (uint64_t i = 0; i < 2000; ++i) live.insert((*store->ReadOpening(i))->opening.sealed);
  ASSERT_OK(store->WipeTraces());
  const std::string bytes = FilesTogether();
  int erased = 0;
  for (uint64_t i = 0; i < 2000; ++i) {
    const std::string opening = absl::StrCat("opening of ", i, ";");
    if (live.contains(opening)) continue;
    ++erased;
    EXPECT_EQ(bytes.find(opening), std::string::npos) << opening;
  }
  EXPECT_GT(erased, 500);
}

TEST_F(SqliteStoreTest, ReadersDoNotWaitForTheWriter) {
  const auto store = Open();
  const absl::StatusOr<int> read = testing::ReadBesideAWriter(store.get());
  ASSERT_OK(read);
  EXPECT_EQ(*read, 800);
}

}  // namespace
}  // namespace sluss
