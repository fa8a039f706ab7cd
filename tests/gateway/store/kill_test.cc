// kill -9 at any moment: nothing acknowledged is lost, nothing half-done is seen, the tree
// verifies.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "gateway/store/sqlite_store.h"
#include "gmock/gmock.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

// Commits batch after batch and tells the size of the log after each commit.
[[noreturn]] void CommitForEver(const std::string& path, int report) {
  const auto store = OpenSqliteStore(path);
  if (!store.ok()) _exit(2);
  for (uint64_t batch = 1;; batch = batch % 40 + 1) {
    if (!testing::WriteBatch(store->get(), batch).ok()) _exit(3);
    const uint64_t size = (*store)->ReadHead(testing::kGateway)->size;
    if (write(report, &size, sizeof(size)) != sizeof(size)) _exit(4);
  }
}

TEST(KillTest, NothingAcknowledgedIsLost) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.File("sluss.db");
  std::mt19937 random(20251122);
  uint64_t acknowledged = 0;
  for (int round = 0; round < 15; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(pipe_ends[0]);
      CommitForEver(path, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    // Killed while a later commit is under way, which one is left to the race.
    const int commits = 1 + static_cast<int>(random() % 60);
    for (int i = 0; i < commits; ++i) {
      ASSERT_EQ(read(pipe_ends[0], &acknowledged, sizeof(acknowledged)),
                static_cast<ssize_t>(sizeof(acknowledged)));
    }
    kill(child, SIGKILL);
    uint64_t later = 0;
    while (read(pipe_ends[0], &later, sizeof(later)) == sizeof(later)) acknowledged = later;
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;

    const auto store = OpenSqliteStore(path);
    ASSERT_OK(store);
    const auto head = (*store)->ReadHead(testing::kGateway);
    ASSERT_OK(head);
    EXPECT_GE(head->size, acknowledged);
    const auto verified = testing::VerifyStored(path);
    ASSERT_OK(verified);
    EXPECT_EQ(*verified, head->size);
    // What was written beside the entries came with them.
    const auto items = (*store)->ReadyItems(testing::kReceiver, 0, 1000000);
    ASSERT_OK(items);
    ASSERT_FALSE(items->empty());
    EXPECT_EQ(items->back().sequence, items->size());
    EXPECT_EQ(items->back().outcome.reason_code(), absl::StrCat(head->size));
  }
}

}  // namespace
}  // namespace sluss
