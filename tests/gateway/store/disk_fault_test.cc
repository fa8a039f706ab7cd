// A disk that fills up, breaks or does not confirm: what was acknowledged stays, nothing half-done
// is seen, and the store goes on exactly when it may.
#include <sys/mount.h>

#include <filesystem>
#include <fstream>

#include "gateway/store/sqlite_store.h"
#include "gmock/gmock.h"
#include "tests/gateway/store/fault_disk.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using testing::kGateway;
using testing::StatusIs;
using testing::WriteBatch;

class DiskFaultTest : public ::testing::Test {
 protected:
  void OpenWithThree() {
    auto store = OpenSqliteStore(path_);
    ASSERT_OK(store);
    store_ = *std::move(store);
    ASSERT_OK(WriteBatch(store_.get(), 3));
  }
  // What was acknowledged is there, whole, and readable beside the writer.
  void ExpectWhole(uint64_t size) {
    EXPECT_EQ(store_->ReadHead(kGateway)->size, size);
    const auto verified = testing::VerifyStored(path_);
    ASSERT_OK(verified);
    EXPECT_EQ(*verified, size);
  }

  const testing::TemporaryDirectory directory_;
  const std::string path_ = directory_.File("sluss.db");
  testing::FaultDisk disk_;
  std::unique_ptr<Store> store_;
};

TEST_F(DiskFaultTest, EveryCommitIsSynced) {
  OpenWithThree();
  for (int i = 0; i < 10; ++i) {
    const int before = disk_.syncs;
    ASSERT_OK(WriteBatch(store_.get(), 1));
    EXPECT_GT(disk_.syncs, before);
  }
}

TEST_F(DiskFaultTest, GoesOnByItselfWhenAFullDiskHasSpaceAgain) {
  OpenWithThree();
  disk_.full = true;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(WriteBatch(store_.get(), 500),
                StatusIs(absl::StatusCode::kUnavailable,
                         "database: database or disk is full; free space on its disk, the store "
                         "then goes on by itself"));
    ExpectWhole(3);
  }
  disk_.full = false;
  ASSERT_OK(WriteBatch(store_.get(), 500));
  ExpectWhole(503);
}

TEST_F(DiskFaultTest, AFailedWriteTakesBackItsTransactionOnly) {
  OpenWithThree();
  disk_.broken = true;
  EXPECT_THAT(WriteBatch(store_.get(), 5),
              StatusIs(absl::StatusCode::kUnavailable, "database: disk I/O error"));
  disk_.broken = false;
  ExpectWhole(3);
  ASSERT_OK(WriteBatch(store_.get(), 5));
  ExpectWhole(8);
}

// A sync that failed is not tried again: the kernel may have forgotten the pages and say yes.
TEST_F(DiskFaultTest, AnUnconfirmedWriteStopsTheStoreUntilItIsOpenedAnew) {
  OpenWithThree();
  disk_.unsynced = true;
  const std::string text =
      "database: disk I/O error; the disk did not confirm a write: check it, then restart the "
      "gateway";
  EXPECT_THAT(WriteBatch(store_.get(), 5), StatusIs(absl::StatusCode::kDataLoss, text));
  disk_.unsynced = false;
  EXPECT_THAT(store_->Begin(), StatusIs(absl::StatusCode::kDataLoss, text));
  EXPECT_EQ(store_->ReadHead(kGateway)->size, 3u);

  store_.reset();
  auto store = OpenSqliteStore(path_);
  ASSERT_OK(store);
  store_ = *std::move(store);
  ASSERT_OK(WriteBatch(store_.get(), 5));
  // The unconfirmed five may have reached the disk after all; then they are whole.
  const uint64_t size = store_->ReadHead(kGateway)->size;
  EXPECT_TRUE(size == 8 || size == 13) << size;
  ExpectWhole(size);
}

TEST_F(DiskFaultTest, CreatesNothingHalfOnAFullDisk) {
  disk_.full = true;
  EXPECT_THAT(OpenSqliteStore(path_), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("full")));
  disk_.full = false;
  OpenWithThree();
  ExpectWhole(3);
}

// The same with a real file system that is full.
TEST(RealDiskTest, AFullFileSystemLosesNothing) {
  const testing::TemporaryDirectory directory;
  const std::string mount_point = directory.path().string();
  if (mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=4m") != 0) {
    GTEST_SKIP() << "this user may not mount a file system";
  }
  uint64_t acknowledged = 0;
  {
    const std::string path = directory.File("sluss.db");
    const auto store = OpenSqliteStore(path);
    ASSERT_OK(store);
    absl::Status status;
    while (status.ok()) {
      acknowledged = (*store)->ReadHead(kGateway)->size;
      status = WriteBatch(store->get(), 50);
    }
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("full")));
    EXPECT_EQ((*store)->ReadHead(kGateway)->size, acknowledged);
    EXPECT_GT(acknowledged, 500u);
    ASSERT_EQ(mount("tmpfs", mount_point.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
    ASSERT_OK(WriteBatch(store->get(), 50));
    const auto verified = testing::VerifyStored(path);
    ASSERT_OK(verified);
    EXPECT_EQ(*verified, acknowledged + 50);
  }
  umount(mount_point.c_str());
}

}  // namespace
}  // namespace sluss
